import { strict as assert } from "node:assert";
import { TELEPHONY } from "../src/audio/format.ts";
import { AgentFailure } from "../src/call/connector.ts";
import type { AgentOutput, Say } from "../src/call/output.ts";
import { Status } from "../src/grpc/status.ts";
import { OutputEvent_EventType as Event } from "../src/protocols/gen/byova_common.ts";
import {
  VoiceVAInputMode as Mode,
  type VoiceVAResponse,
  VoiceVAResponse_ResponseType as Type,
} from "../src/protocols/gen/voicevirtualagent.ts";
import { ScriptedGateway } from "./scripted_agent.ts";
import { join, silence, speech } from "./speech_samples.ts";
import { until } from "./until.ts";

/** What the streams of one call have to do with each other, over a real port. */

const say = (bargeIn: boolean): Say => ({
  type: "say",
  audio: { format: TELEPHONY, data: new Uint8Array(800).fill(0x20) },
  bargeIn,
});

function assertFarewell(responses: readonly VoiceVAResponse[]): void {
  const [farewell, ...more] = responses;
  assert.deepEqual(more, []);
  const { prompts, outputEvents, inputMode, inputHandlingConfig } = farewell!;
  assert.deepEqual([prompts, outputEvents, inputMode, inputHandlingConfig], [[], [], 0, undefined]);
}

Deno.test("a caller who leaves before the call's end was heard gets a farewell and nothing of that end", async () => {
  await using house = await ScriptedGateway.open(function* () {
    yield { type: "listening" };
  });
  const call = house.call();
  await call.start();
  for (const going of house.switchboard.calls()) going.stop();
  assert.equal(house.switchboard.size, 1);
  const { status, responses } = await call.event("SESSION_END");
  assert.equal(status, Status.OK);
  assertFarewell(responses);
  assert.equal(house.switchboard.size, 0);
  assert.deepEqual((await call.event("NO_INPUT")).responses, []);
});

Deno.test("a caller who leaves on the stream of an answer in chunks hears the farewell last", async () => {
  await using house = await ScriptedGateway.open(async function* (input) {
    if (input.type === "hung_up") return;
    yield say(true);
    await new Promise(() => {});
  }, { connector: { speaks: "pieces" } });
  const stream = house.call().open();
  stream.send({ eventInput: { eventType: 1 } });
  for await (const { response } of stream.rpc) if (response.responseType === Type.CHUNK) break;
  stream.send({ eventInput: { eventType: 2 } });
  const { responses } = await stream.ended();
  assert.equal(responses[0]!.responseType, Type.CHUNK);
  assertFarewell(responses.slice(1));
});

Deno.test("the marks of a stream announce what the agent expects now, not what it did when the stream opened", async () => {
  const gate = Promise.withResolvers<void>();
  await using house = await ScriptedGateway.open(async function* (input) {
    if (input.type === "hung_up") return;
    yield say(true);
    await gate.promise;
    yield { type: "listening", expects: { keys: false, noInputMs: 7000 } };
  }, { connector: { speaks: "pieces" } });
  const call = house.call();
  const welcome = call.open();
  welcome.send({ eventInput: { eventType: 1 } });
  const listening = call.open();
  listening.speak(silence(100));
  await until(() => house.events.some(({ type }) => type === "audio_started"));
  gate.resolve();
  await welcome.finish();
  listening.speak(join(silence(200), speech("slt_yes"), silence(1500)));
  const [started, ended] = (await listening.finish()).responses;
  assert.equal(ended!.inputMode, Mode.INPUT_VOICE);
  for (const mark of [started, ended]) {
    assert.equal(mark!.inputHandlingConfig!.speechTimers!.noInputTimeoutMsec, 7000);
  }
});

Deno.test("a welcome may be interrupted whatever its connector says, but for its farewell", async () => {
  const farewell: Say = { ...say(true), farewell: true };
  const outputs: AgentOutput[] = [say(false), say(true), farewell, { type: "transfer" }];
  for (const [speaks, mayInterrupt] of [["pieces", [true, true, false]], ["prompts", [false, false, false]]] as const) {
    await using house = await ScriptedGateway.open(() => outputs, { connector: { speaks } });
    const { responses } = await house.call().start();
    const prompts = responses.flatMap(({ prompts }) => prompts.filter(({ audioContent }) => audioContent.length > 0));
    assert.deepEqual(prompts.map(({ isBargeInEnabled }) => isBargeInEnabled), mayInterrupt);
  }
});

Deno.test("the apology of an agent that fails at once cannot be interrupted, in chunks neither", async () => {
  await using house = await ScriptedGateway.open(() => {
    throw new Error("broken");
  }, { connector: { speaks: "pieces" } });
  const { responses } = await house.call().start();
  const prompts = responses.flatMap(({ prompts }) => prompts.filter(({ audioContent }) => audioContent.length > 0));
  assert.ok(prompts.length > 0);
  assert.ok(prompts.every(({ isBargeInEnabled }) => !isBargeInEnabled));
  assert.equal(responses.at(-1)!.outputEvents[0]!.eventType, Event.TRANSFER_TO_AGENT);
});

Deno.test("an agent that fails with what nobody can be told hands its caller over all the same", async () => {
  await using house = await ScriptedGateway.open(() => {
    const failure = new AgentFailure("vendor_down", "no answer");
    failure.handOff = { data: { amount: 12n } };
    throw failure;
  });
  const { status, responses } = await house.call().start();
  assert.equal(status, Status.OK);
  assert.deepEqual(responses.map(({ outputEvents }) => outputEvents.map(({ eventType }) => eventType)), [
    [Event.TRANSFER_TO_AGENT],
  ]);
});
