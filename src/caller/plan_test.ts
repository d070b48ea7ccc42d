import assert from "node:assert/strict";
import { OutputEvent_EventType as EventType } from "../protocols/gen/byova_common.ts";
import { Caller } from "./caller.ts";
import { PlanError, readPlan } from "./plan.ts";
import { runPlan } from "./plan_run.ts";
import { prompt, serve, type TestEndpoint, tone } from "../../tests/byova_endpoint.ts";

async function run(yaml: string, endpoint: TestEndpoint): Promise<string[]> {
  await using server = serve(endpoint);
  const target = { hostname: "127.0.0.1", port: server.port };
  await using caller = await Caller.dial(target, { speed: 40, patienceMs: 2000 });
  return await runPlan(caller, readPlan(yaml, "plan.yaml"), {
    speech: new Map([["a.wav", tone(400)]]),
    file: "plan.yaml",
  });
}

const ENDPOINT: TestEndpoint = {
  welcome: [prompt(2000, { bargeIn: true })],
  toSpeech: [prompt(300, { prompts: [{ text: "You said something" }] })],
  toKeys: () => [
    prompt(200, {
      outputEvents: [{ eventType: EventType.TRANSFER_TO_AGENT, name: "transfer_requested", metadata: { level: 2 } }],
    }),
  ],
};

Deno.test("a plan whose expectations are met fails nowhere", async () => {
  const failures = await run(
    `
welcome: { event: answer, audio_at_least_ms: 1500, prompts: 1 }
steps:
  - say: a.wav
    barge_in_at_ms: 300
    expect: { event: answer, within_ms: 5000, prompts: [something] }
  - no_input: true
  - wait_ms: 100
  - custom: { name: survey, parameters: { score: 5 } }
  - press: "5"
    expect: { event: transfer, name: transfer_requested, metadata: { level: 2 } }
`,
    ENDPOINT,
  );
  assert.deepEqual(failures, []);
});

Deno.test("what is not as expected is told with the line of its step", async () => {
  const failures = await run(
    `welcome: { audio_at_least_ms: 3000 }\nsteps:\n  - press: "5"\n`,
    ENDPOINT,
  );
  assert.deepEqual(failures, ["plan.yaml: welcome: expected 3000 ms of audio: received 2.0 s"]);
  const late = await run(
    `steps:\n  - press: "5"\n    expect: { event: answer, metadata: { level: 3 } }\n  - hang_up: true\n    expect: { event: nothing }\n`,
    ENDPOINT,
  );
  assert.deepEqual(late, [
    "plan.yaml:2: expected event answer: received transfer",
    "plan.yaml:2: expected metadata level 3: received 2",
  ]);
});

Deno.test("speech that the endpoint does not hear fails its step, though the silence is answered", async () => {
  const failures = await run(`steps:\n  - say: a.wav\n    barge_in_at_ms: 10\n`, { welcome: [prompt(10_000)] });
  assert.match(failures.join(), /^plan\.yaml:2: expected an endpoint that hears the caller speak/);
});

Deno.test("a step after the end of the call fails if something was expected of it", async () => {
  const failures = await run(`steps:\n  - press: "5"\n  - hang_up: true\n    expect: { event: nothing }\n`, ENDPOINT);
  assert.deepEqual(failures, ["plan.yaml:3: expected a call that goes on: received transfer"]);
});

Deno.test("a call that goes on after its plan is hung up", async () => {
  assert.deepEqual(await run(`steps:\n  - wait_ms: 10\n`, ENDPOINT), []);
});

Deno.test("a plan that cannot be read names every line that is wrong", () => {
  const refused = (text: string) => {
    try {
      readPlan(text, "p.yaml");
    } catch (error) {
      if (error instanceof PlanError) return error.message.split("\n");
      throw error;
    }
    assert.fail("the plan was taken");
  };
  assert.deepEqual(refused(`steps:\n  - say: a.wav\n    epxect: {}\n  - press: x\n`), [
    "p.yaml:3: Cannot read steps.0.epxect: a known option expected",
    'p.yaml:4: Cannot read steps.1.press: keys 0-9, *, # or A-D expected, in quotes: "12#"',
  ]);
  assert.match(
    refused(`steps:\n  - say: a.wav\n    press: "5"\n`)[0]!,
    /^p\.yaml:2: .*one of say, .*received say and press$/,
  );
  assert.match(refused(`steps:\n  - wait_ms: 1\n    barge_in_at_ms: 5\n`)[0]!, /^p\.yaml:3: .*say or press expected/);
  assert.match(refused(`steps: [`)[0]!, /^p\.yaml:1: /);
  assert.match(refused(``)[0]!, /^p\.yaml:1: Cannot read plan/);
});
