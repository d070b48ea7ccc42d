import { strict as assert } from "node:assert";
import { convert } from "../src/audio/convert.ts";
import { type Audio, TELEPHONY } from "../src/audio/format.ts";
import { dtmf } from "../src/audio/tones.ts";
import { readWav } from "../src/audio/wav.ts";
import type { AgentOutput } from "../src/call/output.ts";
import { callUnary } from "../src/grpc/client.ts";
import { Status } from "../src/grpc/status.ts";
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

Deno.test("only one event travels in a response: an earlier one goes out in its own, where there may be more than a FINAL", async () => {
  const first: AgentOutput = { type: "custom", name: "first", data: {} };
  const shape = async (rest: readonly AgentOutput[], about: object) =>
    (await startOf([first, ...rest], {}, about)).map(({ responseType, outputEvents, prompts }) => [
      responseType,
      outputEvents.map(({ eventType }) => eventType),
      prompts.length,
    ]);
  const goesOn: AgentOutput[] = [{ type: "no_match" }, { type: "say", audio: tone, bargeIn: true }, {
    type: "listening",
  }];
  const partials = { allowPartialResponses: true };
  const earlier = [Type.PARTIAL, [Event.CUSTOM_EVENT], 0];
  assert.deepEqual(await shape(goesOn, partials), [earlier, [Type.FINAL, [Event.NO_MATCH], 1]]);
  assert.deepEqual(await shape(goesOn, {}), [[Type.FINAL, [Event.CUSTOM_EVENT], 1]]);
  const transfer = [Type.FINAL, [Event.TRANSFER_TO_AGENT], 0];
  assert.deepEqual(await shape([{ type: "transfer" }], partials), [earlier, transfer]);
  assert.deepEqual(await shape([{ type: "transfer" }], {}), [transfer]);
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
  await using house = await ScriptedGateway.open(function* (_input, call) {
    const { signal: _, ...details } = call;
    told = { ...details, sensitive: call.sensitive };
    yield { type: "listening" };
  });
  const about = {
    conversationId: "c",
    customerOrgId: "o",
    virtualAgentId: "Test: two",
    vendorSpecificConfig: '{"x":1}',
  };
  await house.as([["trackingid", "WXCC_1"]]).call({ ...about, additionalInfo: { a: "b" } }).start({
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
    trackingId: "WXCC_1",
    sensitive: false,
  });
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

Deno.test("the caller's language, which Webex names with the audio, reaches the agent and the transcript", async () => {
  const languages: string[] = [];
  await using house = await ScriptedGateway.open(function* (_input, call) {
    languages.push(call.language);
    yield { type: "listening", transcript: "User: yes" };
  });
  const call = house.call();
  await call.start();
  const stream = call.open();
  stream.send({ audioInput: { encoding: 2, sampleRateHertz: 8000, languageCode: "de-DE" } });
  stream.speak(sentence);
  const spoken = await stream.finish();
  const pressed = await call.keys("1");
  assert.deepEqual(languages, ["", "de-DE", "de-DE"]);
  for (const { responses } of [spoken, pressed]) {
    assert.equal(responses.at(-1)!.sessionTranscript!.languageCode, "de-DE");
  }
});

Deno.test("an answer in chunks that is cut short sends nothing more of its audio, not even what its conversion holds back", async () => {
  const gate = Promise.withResolvers<void>();
  const audio = convert(tone, { encoding: "linear16", sampleRate: 16_000 });
  await using house = await ScriptedGateway.open(async function* (input) {
    yield { type: "say", audio, bargeIn: true };
    if (input.type === "started") await gate.promise;
    yield { type: "listening" };
  }, { connector: { speaks: "pieces" } });
  const call = house.call();
  const first = call.open();
  first.send({ eventInput: { eventType: 1 } });
  for await (const { response } of first.rpc) if (response.responseType === Type.CHUNK) break;
  const before = first.rpc.received.length;
  const second = call.open();
  second.speak(sentence);
  const { responses } = await first.finish();
  gate.resolve();
  await second.finish();
  const after = responses.slice(before);
  // A rest of less than the smallest chunk would have been filled up to exactly that.
  const sizes = after.filter(({ responseType }) => responseType === Type.CHUNK).map(({ prompts }) =>
    prompts[0]!.audioContent.length
  );
  assert.ok(sizes.every((size) => size > 100), `chunks of ${sizes} bytes`);
  assert.equal(after.at(-1)!.responseType, Type.FINAL);
});

Deno.test("an answer in chunks that the caller hangs up on is closed by its FINAL all the same", async () => {
  const sound: AgentOutput = { type: "say", audio: { format: TELEPHONY, data: new Uint8Array(800) }, bargeIn: true };
  await using house = await ScriptedGateway.open(async function* (input) {
    if (input.type === "hung_up") return;
    yield sound;
    await new Promise(() => {});
  }, { connector: { speaks: "pieces" } });
  const call = house.call();
  const answering = call.open();
  answering.send({ eventInput: { eventType: 1 } });
  for await (const { response } of answering.rpc) if (response.responseType === Type.CHUNK) break;
  await call.event("SESSION_END");
  const { responses } = await answering.ended();
  assert.deepEqual(responses.map(({ responseType }) => responseType), [Type.CHUNK, Type.FINAL]);
  assert.deepEqual(responses[1]!.prompts.map(({ audioContent }) => audioContent.length), [0]);
});

Deno.test("pieces of a prompt travel as one WAV file where the call gets WAV files, and as chunks where it gets those", async () => {
  const pieces: AgentOutput[] = [0, 5001, 10_002].map((from, at, starts) => ({
    type: "say",
    audio: { ...tone, data: tone.data.subarray(from, starts[at + 1]) },
    bargeIn: true,
    piece: true,
  }));
  const [wav, ...more] = await startOf([...pieces, { type: "say", text: "and words", bargeIn: true }, {
    type: "listening",
  }]);
  assert.deepEqual(more, []);
  assert.deepEqual(wav!.prompts.map(({ text, audioContent }) => [text, audioContent.length > 0]), [["", true], [
    "and words",
    false,
  ]]);
  assert.deepEqual(readWav(wav!.prompts[0]!.audioContent).data, tone.data);
  const chunks = await startOf([...pieces, { type: "listening" }], { connector: { speaks: "pieces" } });
  assert.deepEqual(chunks.map(({ responseType }) => responseType), [Type.CHUNK, Type.CHUNK, Type.CHUNK, Type.FINAL]);
});
