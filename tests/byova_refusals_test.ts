import { strict as assert } from "node:assert";
import { callUnary } from "../src/grpc/client.ts";
import { GrpcError, Status } from "../src/grpc/status.ts";
import { encodeListVARequest } from "../src/protocols/gen/byova_common.ts";
import {
  encodeVoiceVARequest,
  VoiceVAResponse_ResponseType as ResponseType,
  VoiceVirtualAgent,
} from "../src/protocols/gen/voicevirtualagent.ts";
import { wire } from "./gateway_harness.ts";
import { type Script, ScriptedGateway } from "./scripted_agent.ts";
import { until } from "./until.ts";
import { RawClient } from "./wire/raw_client.ts";
import { bytesOf, data, message, opening, request } from "./wire/raw_frames.ts";
import { silence } from "./speech_samples.ts";

/** What the gateway does not take, and what it says to that. */

const listens: Script = function* (input) {
  if (input.type !== "keys_started" && input.type !== "hung_up") yield { type: "listening" };
};

Deno.test("too many calls and too many streams are refused as RESOURCE_EXHAUSTED, at once", async () => {
  await using calls = await ScriptedGateway.open(listens, { limits: { maxCalls: 1 } });
  await calls.call().start();
  assert.equal((await calls.call().start()).status, Status.RESOURCE_EXHAUSTED);
  await using streams = await ScriptedGateway.open(listens, { byova: { maxStreams: 1 } });
  const open = streams.call().open();
  open.speak(silence(100));
  await callUnary(streams.channel, VoiceVirtualAgent.ListVirtualAgents, encodeListVARequest({}));
  assert.equal((await streams.call().start()).status, Status.RESOURCE_EXHAUSTED);
  await open.finish();
  assert.equal((await streams.call().start()).status, Status.OK);
});

Deno.test("a call that owes many answers is asked for no more: the stream gets one FINAL and OK, and the call lives on", async () => {
  const gate = Promise.withResolvers<void>();
  await using house = await ScriptedGateway.open(async function* (input) {
    if (input.type === "silence") await gate.promise;
    yield { type: "listening" };
  });
  const call = house.call();
  await call.start();
  const stream = call.open();
  for (let sent = 0; sent < 1000; sent++) stream.send({ eventInput: { eventType: 3 } });
  const { status, responses } = await stream.ended();
  assert.equal(status, Status.OK);
  assert.deepEqual(responses.map(({ responseType, prompts }) => [responseType, prompts.length]), [[
    ResponseType.FINAL,
    0,
  ]]);
  gate.resolve();
  await until(async () => (await call.keys("1")).status === Status.OK);
});

Deno.test("a tracking id is kept as far as it may be written down, and a stream that brings a strange one is like any", async () => {
  await using house = await ScriptedGateway.open(listens, { byova: { maxStreams: 1 } });
  const ids = { conversationId: "strange", customerOrgId: "o" };
  const start = message(encodeVoiceVARequest({ ...ids, eventInput: { eventType: 1 } }));
  using client = await RawClient.connect(house.server.port, { tls: wire.tls });
  await client.send(opening());
  for (const id of [1, 3, 5]) {
    const head = request(id, VoiceVirtualAgent.ProcessCallerInput, [["trackingid", `WXCC\xe9\x80_${id}`]]);
    await client.send(bytesOf([head, data(id, start, true)]));
    await until(() => house.events.some((event) => event.type === "call_started" && event.trackingId === `WXCC_${id}`));
    await until(async () => (await house.call().start()).status === Status.OK);
  }
});

Deno.test("a gateway that drains refuses new calls as UNAVAILABLE and lets open ones go on", async () => {
  await using house = await ScriptedGateway.open(listens);
  const call = house.call();
  await call.start();
  const drained = house.switchboard.drain(5000);
  assert.equal((await house.call().start()).status, Status.UNAVAILABLE);
  assert.equal((await call.keys("1")).status, Status.OK);
  await call.event("SESSION_END");
  await drained;
});

Deno.test("an unknown agent is NOT_FOUND, another agent than the call's INVALID_ARGUMENT, and the call lives on", async () => {
  await using house = await ScriptedGateway.open(listens);
  assert.equal((await house.call({ virtualAgentId: "nobody" }).start()).status, Status.NOT_FOUND);
  const ids = { conversationId: "c", customerOrgId: "o" };
  await house.call({ ...ids, virtualAgentId: "Test: two" }).start();
  const other = await house.call({ ...ids, virtualAgentId: "Test: one" }).keys("1");
  assert.equal(other.status, Status.INVALID_ARGUMENT);
  assert.equal((await house.call(ids).keys("1")).status, Status.OK);
});

Deno.test("bad requests get one clear status that names the field, and the call lives on", async () => {
  await using house = await ScriptedGateway.open(listens);
  const call = house.call();
  await call.start();
  const pcm = { callerAudio: new Uint8Array(321), encoding: 1, sampleRateHertz: 8000 };
  const cases: [object, RegExp][] = [
    [{}, /one of audio_input, dtmf_input and event_input/],
    [{ conversationId: "", eventInput: { eventType: 3 } }, /conversation_id must be set/],
    [{ customerOrgId: "", eventInput: { eventType: 3 } }, /customer_org_id must be set/],
    [{ conversationId: "x".repeat(10_000), eventInput: { eventType: 3 } }, /conversation_id must have at most 256/],
    [{ audioInput: pcm }, /caller_audio must hold whole 16-bit samples: received 321 bytes/],
    [
      { audioInput: { ...pcm, encoding: 9 } },
      /encoding must be LINEAR16_FORMAT, MULAW_FORMAT or ALAW_FORMAT: received 9/,
    ],
    [{ audioInput: { ...pcm, sampleRateHertz: 44_100 } }, /sample_rate_hertz must be 8000 or 16000: received 44100/],
    [{ dtmfInput: { dtmfEvents: Array(200).fill(1) } }, /at most 128 keys/],
  ];
  for (const [request, message] of cases) {
    const stream = call.open();
    for (let i = 0; i < 3; i++) stream.send(request);
    const ended = await stream.finish();
    assert.equal(ended.status, Status.INVALID_ARGUMENT);
    assert.match(ended.message, message);
    assert.deepEqual(ended.responses, []);
  }
  assert.equal((await call.keys("1")).status, Status.OK);
});

Deno.test("bytes that are no request are INVALID_ARGUMENT, and the connection and the other calls live on", async () => {
  await using house = await ScriptedGateway.open(listens);
  const call = house.call();
  await call.start();
  for (const bytes of [[0xff], [0x0a, 0x7f, 1], Array(500).fill(0x0b)]) {
    const stream = house.stream();
    stream.send(Uint8Array.from(bytes));
    stream.halfClose();
    assert.equal((await stream.ended).status, Status.INVALID_ARGUMENT);
  }
  await assert.rejects(
    callUnary(house.channel, VoiceVirtualAgent.ListVirtualAgents, new Uint8Array([0xff])),
    (error) => error instanceof GrpcError && error.status === Status.INVALID_ARGUMENT,
  );
  assert.equal((await call.keys("1")).status, Status.OK);
});

Deno.test("ids must not change on a stream", async () => {
  await using house = await ScriptedGateway.open(listens);
  const stream = house.call().open();
  stream.speak(silence(40));
  stream.send({ conversationId: "another", audioInput: { callerAudio: new Uint8Array(160) } });
  assert.equal((await stream.ended()).status, Status.INVALID_ARGUMENT);
});

Deno.test("an event that the contract does not know is ignored, and said in the log", async () => {
  await using house = await ScriptedGateway.open(listens);
  const call = house.call();
  await call.start();
  const stream = call.open();
  stream.send({ eventInput: { eventType: 77 } });
  const { status, responses } = await stream.finish();
  assert.deepEqual([status, responses], [Status.OK, []]);
  assert.ok(house.log.some(({ message }) => message === "event ignored"));
});
