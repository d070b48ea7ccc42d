import { isDeepStrictEqual } from "node:util";
import { type Caller, CallError, type When } from "./caller.ts";
import type { Expectation, Plan, PlanStep } from "./plan.ts";
import type { Reply } from "./reply.ts";
import { showMs } from "./timeline.ts";

/**
 * Makes a call by a plan, to its end or to the first step that fails; a call that goes on after the last step is hung up
 * once everything is played. Returns what was not as expected. `speech`: the audio of a file named by the plan, in the
 * call's format; `file`: the plan's name, for messages.
 */
export async function runPlan(
  caller: Caller,
  plan: Plan,
  { speech, file }: { speech: ReadonlyMap<string, Uint8Array>; file: string },
): Promise<string[]> {
  const failures: string[] = [];
  const judge = async (
    where: string,
    expect: Expectation | undefined,
    reply: Promise<Reply | void>,
    spoken = false,
  ) => {
    try {
      const received = await reply;
      if (spoken && received?.purpose === "silence") {
        failures.push(`${where}: expected an endpoint that hears the caller speak: received none before NO_INPUT`);
      }
      if (received) failures.push(...shortcomings(received, expect).map((what) => `${where}: ${what}`));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      failures.push(`${where}: ${error.message}`);
    }
  };
  const pending = [judge(`${file}: welcome`, plan.welcome, caller.start())];
  for (const step of plan.steps) {
    // An answer may still be coming when the caller barges into it.
    if (step.barge_in_at_ms === undefined) await Promise.all(pending.splice(0));
    if (failures.length > 0) break;
    const where = step.line === undefined ? file : `${file}:${step.line}`;
    if (caller.end) {
      if (step.expect) failures.push(`${where}: expected a call that goes on: received ${caller.end}`);
      continue;
    }
    const { promise: acted, resolve } = Promise.withResolvers<void>();
    const judged = judge(where, step.expect, perform(caller, step, speech, resolve), step.say !== undefined);
    pending.push(judged);
    await Promise.race([acted, judged]);
  }
  await Promise.all(pending);
  await judge(`${file}: the end`, undefined, leave(caller));
  return failures;
}

/** Listens to the end and hangs up, if the call has not ended yet. */
async function leave(caller: Caller): Promise<void> {
  try {
    if (!caller.end) await caller.myTurn();
  } finally {
    if (!caller.end) await caller.hangUp();
    await caller.over();
  }
}

async function perform(
  caller: Caller,
  step: PlanStep,
  speech: ReadonlyMap<string, Uint8Array>,
  onActed: () => void,
): Promise<Reply | void> {
  const when: When = { bargeInAtMs: step.barge_in_at_ms, onActed };
  if (step.say !== undefined) return await caller.say(speech.get(step.say)!, when);
  if (step.press !== undefined) return await caller.press(step.press, when);
  if (step.wait_ms !== undefined) return await caller.wait(step.wait_ms);
  if (step.no_input) return await caller.staySilent();
  if (step.custom) return await caller.sendCustom(step.custom.name, step.custom.parameters);
  return await caller.hangUp();
}

/** Returns in what a reply falls short of what was expected. */
function shortcomings(reply: Reply, expect: Expectation = {}): string[] {
  const wrong: string[] = [];
  const check = (ok: boolean, what: string, received: string) => {
    if (!ok) wrong.push(`expected ${what}: received ${received}`);
  };
  if (reply.outcome === "failed") return [`RPC ${reply.rpc} failed: ${reply.statusMessage}`];
  if (expect.event !== undefined) check(reply.outcome === expect.event, `event ${expect.event}`, reply.outcome);
  if (expect.name !== undefined) {
    check(reply.event?.name === expect.name, `event name "${expect.name}"`, `"${reply.event?.name ?? ""}"`);
  }
  if (expect.within_ms !== undefined) {
    const after = reply.answeredAfterMs;
    check(
      after !== undefined && after <= expect.within_ms,
      `an answer within ${expect.within_ms} ms`,
      after === undefined ? "none" : showMs(after),
    );
  }
  if (expect.audio_at_least_ms !== undefined) {
    check(reply.audioMs >= expect.audio_at_least_ms, `${expect.audio_at_least_ms} ms of audio`, showMs(reply.audioMs));
  }
  for (const [key, value] of Object.entries(expect.metadata ?? {})) {
    const received = reply.event?.metadata?.[key];
    check(
      isDeepStrictEqual(received, value),
      `metadata ${key} ${JSON.stringify(value)}`,
      JSON.stringify(received) ?? "none",
    );
  }
  const said = reply.prompts.filter(({ text, audioContent }) => text !== "" || audioContent.length > 0);
  if (typeof expect.prompts === "number") {
    check(said.length === expect.prompts, `${expect.prompts} prompts`, String(said.length));
  } else if (expect.prompts) {
    const texts = JSON.stringify(said.map(({ text }) => text));
    for (const [at, part] of expect.prompts.entries()) {
      check(said[at]?.text.includes(part) === true, `prompt ${at + 1} with "${part}"`, texts);
    }
  }
  for (const key of ["transcript", "summary"] as const) {
    const part = expect[key];
    if (part !== undefined) {
      check(reply[key]?.includes(part) === true, `${key} with "${part}"`, JSON.stringify(reply[key]) ?? "none");
    }
  }
  return wrong;
}
