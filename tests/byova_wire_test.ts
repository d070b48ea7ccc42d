import { strict as assert } from "node:assert";
import { convert } from "../src/audio/convert.ts";
import { type Audio, TELEPHONY } from "../src/audio/format.ts";
import { dtmf } from "../src/audio/tones.ts";
import { readWav } from "../src/audio/wav.ts";
import type { AgentOutput } from "../src/call/output.ts";
import { callUnary } from "../src/grpc/client.ts";
import { GrpcError, Status } from "../src/grpc/status.ts";
import {
  decodeListVAResponse,
  encodeListVARequest,
  OutputEvent_EventType as Event,
} from "../src/protocols/gen/byova_common.ts";
import {
  encodeVoiceVAResponse,
  VoiceVAInputMode as Mode,
  VoiceVAResponse_ResponseType as Type,
  VoiceVirtualAgent,
} from "../src/protocols/gen/voicevirtualagent.ts";
import { join, silence, speech } from "./speech_samples.ts";
import { type Script, ScriptedGateway, type ScriptedOptions } from "./scripted_agent.ts";

/** What each thing that an agent can do becomes on the wire, over a real port. */

const sentence = join(silence(300), speech("slt_booking"), silence(1500));
const tone: Audio = dtmf("5", { toneMs: 3000 });

function says(...outputs: AgentOutput[]): Script {
  return function* (input) {
    if (input.type === "keys_started" || input.type === "hung_up") return;
    yield* outputs;
  };
}

async function startOf(outputs: AgentOutput[], options: ScriptedOptions = {}, about = {}) {
  await using house = await ScriptedGateway.open(says(...outputs), options);
  const { responses, status } = await house.call(about).start();
  assert.equal(status, Status.OK);
  return responses;
}

Deno.test("ListVirtualAgents answers with id, name and attributes, the first as default", async () => {
  await using house = await ScriptedGateway.open(says(), {
    connector: {
      agents: () => Promise.resolve([{ id: "a", name: "A", attributes: { color: "red" } }, { id: "b", name: "B" }]),
    },
  });
  const request = encodeListVARequest({ customerOrgId: "org-1" });
  const answer = decodeListVAResponse(await callUnary(house.channel, VoiceVirtualAgent.ListVirtualAgents, request));
  assert.deepEqual(answer.virtualAgents.map((agent) => ({ ...agent, attributes: { ...agent.attributes } })), [
    { virtualAgentId: "a", virtualAgentName: "A", isDefault: true, attributes: { color: "red" } },
    { virtualAgentId: "b", virtualAgentName: "B", isDefault: false, attributes: {} },
  ]);
});

Deno.test("several prompts travel in one FINAL, each with its own flag and words", async () => {
  const [response, ...more] = await startOf([
    { type: "say", audio: tone, text: "one", bargeIn: true },
    { type: "say", text: "two", bargeIn: false },
    { type: "listening" },
  ], { byova: { welcomeBargeIn: false } });
  assert.equal(more.length, 0);
  assert.deepEqual(response!.prompts.map(({ text, isBargeInEnabled }) => [text, isBargeInEnabled]), [["one", false], [
    "two",
    false,
  ]]);
  assert.deepEqual(readWav(response!.prompts[0]!.audioContent).data, tone.data);
});

Deno.test("prompts in any format are played right: 16 kHz LINEAR16 becomes 8 kHz mu-law of the same length", async () => {
  const audio = convert(tone, { encoding: "linear16", sampleRate: 16_000 });
  const [response] = await startOf([{ type: "say", audio, bargeIn: true }, { type: "listening" }]);
  const wav = readWav(response!.prompts[0]!.audioContent);
  assert.deepEqual([wav.encoding, wav.sampleRate, wav.channels], ["mulaw", 8000, 1]);
  assert.ok(Math.abs(wav.data.length - tone.data.length) < 80);
});

Deno.test("what the agent expects is announced: keys, timers, mode, sensitivity", async () => {
  const [response] = await startOf([{
    type: "listening",
    expects: { voice: false, keyCount: 16, betweenKeysMs: 5000, terminator: "*", sensitive: true, noInputMs: 7000 },
  }]);
  assert.equal(response!.inputMode, Mode.INPUT_EVENT_DTMF);
  assert.equal(response!.inputSensitive, true);
  assert.deepEqual(response!.inputHandlingConfig!.dtmfConfig, {
    interDigitTimeoutMsec: 5000,
    termchar: 15,
    dtmfInputLength: 16,
  });
  assert.equal(response!.inputHandlingConfig!.speechTimers!.noInputTimeoutMsec, 7000);
  const [voiceOnly] = await startOf([{ type: "listening", expects: { keys: false, terminator: "" } }]);
  assert.equal(voiceOnly!.inputMode, Mode.INPUT_VOICE);
  assert.equal(voiceOnly!.inputHandlingConfig!.dtmfConfig!.termchar, 0);
});

Deno.test("a transfer carries prompts that cannot be barged into, reason, data, transcript and summary in its one event", async () => {
  const [response, ...more] = await startOf([
    { type: "say", audio: tone, bargeIn: true },
    {
      type: "transfer",
      reason: "caller_asked",
      data: { summary: "wants a refund", routing_hint: "billing" },
      transcript: "User: refund",
      summary: "wants a refund",
    },
  ]);
  assert.equal(more.length, 0);
  assert.equal(response!.prompts[0]!.isBargeInEnabled, false);
  assert.deepEqual(response!.outputEvents, [{
    eventType: Event.TRANSFER_TO_AGENT,
    name: "transfer_requested",
    metadata: { reason: "caller_asked", summary: "wants a refund", routing_hint: "billing" },
  }]);
  assert.equal(response!.sessionTranscript!.text, "User: refund");
  assert.equal(response!.sessionSummary!.text, "wants a refund");
});

Deno.test("a hang-up without a word is an event and nothing else", async () => {
  const [response] = await startOf([{ type: "hang_up" }]);
  const bare = encodeVoiceVAResponse({ outputEvents: [{ eventType: Event.SESSION_END, name: "session_ended" }] });
  assert.deepEqual(encodeVoiceVAResponse(response!), bare);
});

Deno.test("only one event travels in a response: a second one goes out in its own", async () => {
  const responses = await startOf([
    { type: "custom", name: "first", data: {} },
    { type: "no_match" },
    { type: "say", audio: tone, bargeIn: true },
    { type: "listening" },
  ]);
  const shape = responses.map((
    { outputEvents, prompts },
  ) => [outputEvents.map(({ eventType }) => eventType), prompts.length]);
  assert.deepEqual(shape, [[[Event.CUSTOM_EVENT], 0], [[Event.NO_MATCH], 1]]);
});

Deno.test("PARTIAL answers go only to callers who take them", async () => {
  const outputs: AgentOutput[] = [
    { type: "say", audio: tone, text: "one moment", bargeIn: true, interim: true },
    { type: "say", audio: tone, text: "here it is", bargeIn: true },
    { type: "listening" },
  ];
  const types = async (about: object) =>
    (await startOf(outputs, {}, about)).map(({ responseType, prompts }) => [responseType, prompts.length]);
  assert.deepEqual(await types({ allowPartialResponses: true }), [[Type.PARTIAL, 1], [Type.FINAL, 1]]);
  assert.deepEqual(await types({}), [[Type.FINAL, 2]]);
});

Deno.test("CHUNK delivery: pieces of 100 to 65,536 bytes without a header, then one FINAL with an empty prompt", async () => {
  const pieces: AgentOutput[] = [70, 20, 5, 24_000, 99, 100_000, 3].map((length) => ({
    type: "say",
    audio: { format: TELEPHONY, data: Uint8Array.from({ length }, (_, at) => at % 251) },
    bargeIn: true,
  }));
  for (const chunkBytes of [100, 16_000, 65_536]) {
    const all = await startOf([...pieces, { type: "listening" }], {
      connector: { speaks: "pieces" },
      byova: { chunkBytes },
    });
    const [final, responses] = [all.at(-1)!, all.slice(0, -1)];
    assert.deepEqual([final.responseType, final.prompts.length, final.prompts[0]!.audioContent.length], [
      Type.FINAL,
      1,
      0,
    ]);
    const sent: number[] = [];
    for (const { responseType, prompts } of responses) {
      assert.equal(responseType, Type.CHUNK);
      const { audioContent, isBargeInEnabled } = prompts[0]!;
      assert.ok(audioContent.length >= 100 && audioContent.length <= chunkBytes, `${audioContent.length} bytes`);
      assert.equal(isBargeInEnabled, true);
      sent.push(...audioContent);
    }
    const wanted = pieces.flatMap((piece) => piece.type === "say" ? [...piece.audio!.data] : []);
    assert.deepEqual(sent.slice(0, wanted.length), wanted);
    assert.ok(sent.length - wanted.length < 100 && sent.slice(wanted.length).every((byte) => byte === 0xff));
  }
});

Deno.test("CHUNK delivery: a spoken turn has exactly one FINAL after END_OF_INPUT", async () => {
  await using house = await ScriptedGateway.open(
    says({ type: "say", audio: tone, bargeIn: true }, { type: "listening" }),
    {
      connector: { speaks: "pieces" },
    },
  );
  const call = house.call();
  await call.start();
  const { responses } = await call.say(sentence);
  const types = responses.map(({ responseType }) => responseType);
  assert.deepEqual(types.slice(0, 2), [Type.FINAL, Type.CHUNK]);
  assert.deepEqual(types.slice(2), [Type.CHUNK, Type.CHUNK, Type.FINAL]);
});

Deno.test("the type of the marks can be overridden", async () => {
  await using house = await ScriptedGateway.open(says({ type: "listening" }), { byova: { boundaryType: "chunk" } });
  const call = house.call();
  await call.start();
  const { responses } = await call.say(sentence);
  assert.deepEqual(responses.map(({ responseType }) => responseType), [Type.CHUNK, Type.CHUNK, Type.FINAL]);
});

Deno.test("a barge-in ends the answer that it interrupts with one FINAL and no more audio", async () => {
  const gate = Promise.withResolvers<void>();
  for (const speaks of ["prompts", "pieces"] as const) {
    await using house = await ScriptedGateway.open(async function* (input) {
      yield { type: "say", audio: tone, bargeIn: true };
      if (input.type === "started") await gate.promise;
      yield { type: "say", audio: tone, bargeIn: true };
      yield { type: "listening" };
    }, { connector: { speaks } });
    const call = house.call();
    const first = call.open();
    first.send({ eventInput: { eventType: 1 } });
    const second = call.open();
    second.speak(sentence);
    const interrupted = await first.finish();
    assert.equal(interrupted.responses.filter(({ responseType }) => responseType === Type.FINAL).length, 1);
    assert.equal(interrupted.responses.at(-1)!.responseType, Type.FINAL);
    gate.resolve();
    const answered = await second.finish();
    assert.equal(answered.responses[0]!.outputEvents[0]!.eventType, Event.START_OF_INPUT);
    assert.ok(answered.responses.some(({ prompts }) => prompts.some(({ audioContent }) => audioContent.length > 0)));
  }
});

Deno.test("an agent that fails is heard as an apology and a transfer, never as its error", async () => {
  await using house = await ScriptedGateway.open(() => {
    throw new Error("secret-marker");
  });
  const { responses, status } = await house.call().start();
  assert.equal(status, Status.OK);
  assert.equal(responses.length, 1);
  assert.equal(responses[0]!.outputEvents[0]!.eventType, Event.TRANSFER_TO_AGENT);
  assert.ok(responses[0]!.prompts[0]!.audioContent.length > 4000);
  assert.doesNotMatch(JSON.stringify([responses[0]!.outputEvents, house.log, house.events]), /secret-marker/);
});

Deno.test("the agent is told everything that Webex says", async () => {
  let told: unknown;
  await using house = await ScriptedGateway.open(function* (_input, { signal: _, ...call }) {
    told = call;
    yield { type: "listening" };
  });
  const about = {
    conversationId: "c",
    customerOrgId: "o",
    virtualAgentId: "Test: two",
    vendorSpecificConfig: '{"x":1}',
  };
  await house.call({ ...about, additionalInfo: { a: "b" } }).start({
    name: "call_start",
    parameters: { queue: "sales" },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(told)), {
    id: "c",
    orgId: "o",
    agentId: "Test: two",
    language: "",
    vendorConfig: '{"x":1}',
    startName: "call_start",
    parameters: { queue: "sales" },
    additionalInfo: { a: "b" },
  });
});

Deno.test("too many calls and too many streams are refused as RESOURCE_EXHAUSTED, at once", async () => {
  await using calls = await ScriptedGateway.open(says({ type: "listening" }), { limits: { maxCalls: 1 } });
  await calls.call().start();
  assert.equal((await calls.call().start()).status, Status.RESOURCE_EXHAUSTED);
  await using streams = await ScriptedGateway.open(says({ type: "listening" }), { byova: { maxStreams: 1 } });
  const open = streams.call().open();
  open.speak(silence(100));
  await callUnary(streams.channel, VoiceVirtualAgent.ListVirtualAgents, encodeListVARequest({}));
  assert.equal((await streams.call().start()).status, Status.RESOURCE_EXHAUSTED);
  await open.finish();
  assert.equal((await streams.call().start()).status, Status.OK);
});

Deno.test("a gateway that drains refuses new calls as UNAVAILABLE and lets open ones go on", async () => {
  await using house = await ScriptedGateway.open(says({ type: "listening" }));
  const call = house.call();
  await call.start();
  const drained = house.switchboard.drain(5000);
  assert.equal((await house.call().start()).status, Status.UNAVAILABLE);
  assert.equal((await call.keys("1")).status, Status.OK);
  await call.event("SESSION_END");
  await drained;
});

Deno.test("an unknown agent is NOT_FOUND, another agent than the call's INVALID_ARGUMENT, and the call lives on", async () => {
  await using house = await ScriptedGateway.open(says({ type: "listening" }));
  assert.equal((await house.call({ virtualAgentId: "nobody" }).start()).status, Status.NOT_FOUND);
  const ids = { conversationId: "c", customerOrgId: "o" };
  await house.call({ ...ids, virtualAgentId: "Test: two" }).start();
  const other = await house.call({ ...ids, virtualAgentId: "Test: one" }).keys("1");
  assert.equal(other.status, Status.INVALID_ARGUMENT);
  assert.equal((await house.call(ids).keys("1")).status, Status.OK);
});

Deno.test("bad requests get one clear status that names the field, and the call lives on", async () => {
  await using house = await ScriptedGateway.open(says({ type: "listening" }));
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
  await using house = await ScriptedGateway.open(says({ type: "listening" }));
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
  await using house = await ScriptedGateway.open(says({ type: "listening" }));
  const stream = house.call().open();
  stream.speak(silence(40));
  stream.send({ conversationId: "another", audioInput: { callerAudio: new Uint8Array(160) } });
  assert.equal((await stream.ended()).status, Status.INVALID_ARGUMENT);
});

Deno.test("an event that the contract does not know is ignored, and said in the log", async () => {
  await using house = await ScriptedGateway.open(says({ type: "listening" }));
  const call = house.call();
  await call.start();
  const stream = call.open();
  stream.send({ eventInput: { eventType: 77 } });
  const { status, responses } = await stream.finish();
  assert.deepEqual([status, responses], [Status.OK, []]);
  assert.ok(house.log.some(({ message }) => message === "event ignored"));
});

Deno.test("frames that an agent does not take stay with the caller, and nothing is lost when it does", async () => {
  const gate = Promise.withResolvers<void>();
  let bytes = 0;
  await using house = await ScriptedGateway.open(async function* (input) {
    if (input.type === "audio") {
      await gate.promise;
      bytes += input.audio.data.length;
    }
    if (input.type === "speech_ended") yield { type: "listening" };
  }, { connector: { hears: { as: "frames", format: TELEPHONY } } });
  const stream = house.call().open();
  let blocked = false;
  for (let sent = 0; sent < 100_000 && !blocked; sent++) {
    blocked = !stream.send({
      audioInput: { callerAudio: new Uint8Array(160).fill(0xff), encoding: 2, sampleRateHertz: 8000 },
    });
    if (sent % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.equal(blocked, true, "the caller was never asked to wait");
  gate.resolve();
  stream.rpc.halfClose();
  await stream.rpc.ended;
  assert.ok(bytes > 160 * 400 && bytes % 160 === 0, `${bytes} bytes were heard`);
});
