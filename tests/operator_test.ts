import { strict as assert } from "node:assert";
import { TELEPHONY } from "../src/audio/format.ts";
import type { CallEvent } from "../src/call/event.ts";
import type { AgentOutput } from "../src/call/output.ts";
import { Status } from "../src/grpc/status.ts";
import { OutputEvent_EventType as Event } from "../src/protocols/gen/byova_common.ts";
import { VoiceVAResponse_ResponseType as Type } from "../src/protocols/gen/voicevirtualagent.ts";
import type { Ended } from "./gateway_harness.ts";
import { type Script, ScriptedGateway, type ScriptedOptions } from "./scripted_agent.ts";
import { until } from "./until.ts";

/** Somebody ends a call, or hands it to a human, from outside: what Webex sees of it. */

const ACTS = [
  { act: "end", event: Event.SESSION_END, outcome: "ended_by_operator" },
  { act: "transfer", event: Event.TRANSFER_TO_AGENT, outcome: "transferred_by_operator" },
] as const;
const WAYS = [{ connector: { speaks: "prompts" } }, { connector: { speaks: "pieces" } }] satisfies ScriptedOptions[];
const PROMPT = { format: TELEPHONY, data: new Uint8Array(1600).fill(0x20) };

const listening: Script = function* (input) {
  if (input.type === "started") yield { type: "say", audio: PROMPT, bargeIn: true };
  if (input.type !== "hung_up") yield { type: "listening" };
};

/** An agent that never comes to the end of its answer to silence. */
const longWinded: Script = async function* (input) {
  if (input.type === "started") return yield { type: "listening" };
  yield { type: "custom", name: "halfway", data: {} };
  yield {
    type: "say",
    audio: { format: TELEPHONY, data: new Uint8Array(1650).fill(0x20) },
    bargeIn: true,
    piece: true,
  };
  await new Promise(() => {});
};

function acting(house: ScriptedGateway) {
  return house.switchboard.find("org-1", "call-1")!;
}

/** Checks that the stream ends with one FINAL that says so first of all, and nothing to hear beside it. */
function assertEnding({ status, responses }: Ended, { event, outcome }: typeof ACTS[number]): void {
  assert.equal(status, Status.OK);
  const finals = responses.filter(({ responseType }) => responseType === Type.FINAL);
  assert.equal(finals.length, 1);
  assert.equal(responses.at(-1), finals[0]);
  assert.deepEqual(finals[0]!.outputEvents.map(({ eventType, metadata }) => [eventType, metadata]), [
    [event, { reason: outcome }],
  ]);
  assert.deepEqual(finals[0]!.prompts.filter(({ audioContent }) => audioContent.length > 0), []);
}

function ended(events: readonly CallEvent[]) {
  return events.flatMap((event) => event.type === "call_ended" ? [event.outcome] : []);
}

for (const way of WAYS) {
  const { speaks } = way.connector;
  for (const each of ACTS) {
    Deno.test(`${each.act}() reaches the stream that listens to the caller: ${speaks}`, async () => {
      await using house = await ScriptedGateway.open(listening, way);
      const call = house.call();
      await call.start();
      const voice = call.open();
      voice.send({ audioInput: { callerAudio: new Uint8Array(160).fill(0xff), encoding: 2, sampleRateHertz: 8000 } });
      await until(() => acting(house).openTurnNumbers().length > 0);
      assert.equal(acting(house)[each.act](), true);
      assertEnding(await voice.ended(), each);
      assert.deepEqual(ended(house.events), [each.outcome]);
      assert.equal(house.switchboard.size, 0);
    });

    Deno.test(`${each.act}() waits for the next stream when none is open: ${speaks}`, async () => {
      await using house = await ScriptedGateway.open(listening, way);
      const call = house.call();
      await call.start();
      const conversation = acting(house);
      assert.equal(conversation[each.act](), true);
      assert.equal(conversation[each.act](), false);
      assert.equal(conversation.end(), false);
      assertEnding(await call.event("NO_INPUT"), each);
      assert.deepEqual(ended(house.events), [each.outcome]);
      assert.equal(house.switchboard.size, 0);
    });

    Deno.test(`${each.act}() lets go of half an answer, which is no answer of the agent's: ${speaks}`, async () => {
      await using house = await ScriptedGateway.open(longWinded, way);
      const call = house.call();
      await call.start();
      const stream = call.open();
      stream.send({ eventInput: { eventType: 3 } });
      const answers = () => house.events.filter(({ type }) => type === "agent_turn").length;
      await until(() => answers() >= 2);
      acting(house)[each.act]();
      assertEnding(await stream.ended(), each);
      assert.equal(answers(), 2);
    });

    Deno.test(`${each.act}() while the agent still thinks is told as no answer of the agent's: ${speaks}`, async () => {
      await using house = await ScriptedGateway.open(async function* () {
        yield* await new Promise<AgentOutput[]>(() => {});
      }, way);
      const call = house.call();
      const stream = call.open();
      stream.send({ eventInput: { eventType: 1 } });
      while (!house.events.some(({ type }) => type === "caller_turn")) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      acting(house)[each.act]();
      assertEnding(await stream.ended(), each);
      assert.ok(!house.events.some(({ type }) => type === "agent_turn" || type === "call_failed"));
    });
  }
}
