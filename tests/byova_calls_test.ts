import { strict as assert } from "node:assert";
import { convert } from "../src/audio/convert.ts";
import { linearToMulaw, MULAW_TO_LINEAR } from "../src/audio/g711.ts";
import { dtmf } from "../src/audio/tones.ts";
import { readWav } from "../src/audio/wav.ts";
import { Status } from "../src/grpc/status.ts";
import { OutputEvent_EventType as Event } from "../src/protocols/gen/byova_common.ts";
import {
  encodeVoiceVARequest,
  VoiceInput_VoiceEncoding as Encoding,
  VoiceVAInputMode as Mode,
  type VoiceVAResponse,
  VoiceVAResponse_ResponseType as Type,
  VoiceVirtualAgent,
} from "../src/protocols/gen/voicevirtualagent.ts";
import { type Ended, TestGateway } from "./gateway_harness.ts";
import { join, silence, speech } from "./speech_samples.ts";

/** Whole calls through the whole gateway, as sections 1.5 to 1.8 of the contract have them: WAV delivery, local audio. */

const sentence = (name: string) => join(silence(300), speech(name), silence(1500));

/** An answer in short: the events and the prompts of each response. */
function outline({ status, responses }: Ended): string[] {
  assert.equal(status, Status.OK);
  return responses.map(({ prompts, outputEvents, responseType }) => {
    const type = Object.entries(Type).find(([, value]) => value === responseType)![0];
    const events = outputEvents.map(({ eventType }) => Object.entries(Event).find(([, v]) => v === eventType)![0]);
    return [type, ...events, ...prompts.map(({ audioContent }) => audioContent.length > 0 ? "prompt" : "no audio")]
      .join(" ");
  });
}

function assertPlayable({ prompts }: VoiceVAResponse): void {
  for (const { audioContent } of prompts) {
    assert.ok(audioContent.length > 4000);
    const wav = readWav(audioContent);
    assert.deepEqual([wav.encoding, wav.sampleRate, wav.channels], ["mulaw", 8000, 1]);
    assert.equal(audioContent.length, wav.data.length + 44);
  }
}

Deno.test("ListVirtualAgents offers every agent, the first as default", async () => {
  await using house = await TestGateway.open();
  assert.deepEqual(house.gateway.agents, ["Local Audio: Local Playback", "Echo: Echo"]);
});

Deno.test("a call starts with a welcome that can be barged into, and says what it takes next", async () => {
  await using house = await TestGateway.open();
  const answer = await house.call().start({ name: "call_start", parameters: { queue: "sales" } });
  assert.deepEqual(outline(answer), ["FINAL prompt"]);
  const [welcome] = answer.responses;
  assertPlayable(welcome!);
  assert.equal(welcome!.prompts[0]!.isBargeInEnabled, true);
  assert.equal(welcome!.inputMode, Mode.INPUT_VOICE_DTMF);
  assert.equal(welcome!.inputSensitive, false);
  assert.deepEqual(welcome!.inputHandlingConfig, {
    dtmfConfig: { interDigitTimeoutMsec: 3000, termchar: 16, dtmfInputLength: 1 },
    speechTimers: {
      maxSpeechTimeoutMsec: 60_000,
      completeTimeoutMsec: 5000,
      incompleteTimeoutMsec: 5000,
      noInputTimeoutMsec: 10_000,
    },
  });
});

for (const voice of ["slt_booking", "rms_person", "awb_person", "espeak_booking", "slt_booking_quiet", "rms_no"]) {
  Deno.test(`speech is heard, marked and answered: ${voice}`, async () => {
    await using house = await TestGateway.open();
    const call = house.call();
    await call.start();
    const answer = await call.say(sentence(voice));
    assert.deepEqual(outline(answer), ["FINAL START_OF_INPUT", "FINAL END_OF_INPUT", "FINAL prompt"]);
    const [start, end, reply] = answer.responses;
    assert.deepEqual([start!.prompts, end!.prompts], [[], []]);
    assert.equal(end!.outputEvents[0]!.name, "end_of_input");
    assert.equal(end!.inputMode, Mode.INPUT_VOICE_DTMF);
    assertPlayable(reply!);
  });
}

Deno.test("speech is heard in frames of any size, down to a millisecond", async () => {
  await using house = await TestGateway.open();
  for (const bytes of [10, 333, 640, 24_000]) {
    const call = house.call();
    await call.start();
    const answer = await call.say(sentence("slt_person"), bytes);
    assert.deepEqual(outline(answer), ["FINAL START_OF_INPUT", "FINAL END_OF_INPUT", "FINAL prompt"]);
  }
});

for (const db of [20, 10, 5]) {
  for (
    const [voice, noise] of [["slt_booking", "noise_white"], ["rms_booking", "noise_pink"], [
      "awb_booking",
      "noise_babble",
    ]]
  ) {
    Deno.test(`speech is heard in noise: ${voice} in ${noise} at ${db} dB`, async () => {
      await using house = await TestGateway.open();
      const call = house.call();
      await call.start();
      const answer = await call.say(mixed(voice!, noise!, db));
      assert.deepEqual(outline(answer), ["FINAL START_OF_INPUT", "FINAL END_OF_INPUT", "FINAL prompt"]);
    });
  }
}

Deno.test("the same speech is heard in every encoding and at both rates", async () => {
  await using house = await TestGateway.open();
  for (const [encoding, value] of [["mulaw", 2], ["alaw", 3], ["linear16", 1]] as const) {
    for (const sampleRate of [8000, 16_000]) {
      const call = house.call();
      await call.start();
      const stream = call.open();
      stream.speak(convert(sentence("slt_person"), { encoding, sampleRate }), 640, value, sampleRate);
      assert.deepEqual(outline(await stream.finish()), ["FINAL START_OF_INPUT", "FINAL END_OF_INPUT", "FINAL prompt"]);
    }
  }
});

Deno.test("encoding and rate are said once, without audio, and hold for the frames after and the streams after", async () => {
  await using house = await TestGateway.open();
  const call = house.call();
  await call.start();
  for (let turn = 0; turn < 2; turn++) {
    const stream = call.open();
    if (turn === 0) stream.send({ audioInput: { encoding: Encoding.LINEAR16_FORMAT, sampleRateHertz: 16_000 } });
    stream.speak(convert(sentence("rms_booking"), { encoding: "linear16", sampleRate: 16_000 }), 640, 0, 0);
    assert.deepEqual(outline(await stream.finish()).slice(0, 2), ["FINAL START_OF_INPUT", "FINAL END_OF_INPUT"]);
  }
});

Deno.test("an audio stream that brings only silence, or the line's noise of a few bytes, ends without a word", async () => {
  await using house = await TestGateway.open();
  const call = house.call();
  await call.start();
  const stream = call.open();
  stream.send({
    audioInput: { callerAudio: new Uint8Array(3), encoding: Encoding.LINEAR16_FORMAT, sampleRateHertz: 8000 },
  });
  stream.speak(silence(1000));
  assert.deepEqual(outline(await stream.finish()), []);
});

Deno.test("key 5 speaks and hands over to a human, and nothing of the call is answered after that", async () => {
  await using house = await TestGateway.open();
  const call = house.call();
  await call.start();
  assert.deepEqual(outline(await call.event("START_OF_DTMF")), []);
  const answer = await call.keys("5");
  assert.deepEqual(outline(answer), ["FINAL TRANSFER_TO_AGENT prompt"]);
  const [transfer] = answer.responses;
  assertPlayable(transfer!);
  assert.equal(transfer!.prompts[0]!.isBargeInEnabled, false);
  assert.equal(transfer!.outputEvents[0]!.name, "transfer_requested");
  assert.deepEqual(transfer!.outputEvents[0]!.metadata, { reason: "caller_asked" });
  for (const late of [await call.keys("5"), await call.event("NO_INPUT"), await call.say(sentence("slt_yes"))]) {
    assert.deepEqual(outline(late), []);
  }
  assert.deepEqual(outline(await call.event("SESSION_END")), ["FINAL"]);
});

Deno.test("key 6 speaks and ends the session, without a mode or a configuration", async () => {
  await using house = await TestGateway.open();
  const call = house.call();
  await call.start();
  const answer = await call.press("6");
  assert.deepEqual(outline(answer), ["FINAL SESSION_END prompt"]);
  assert.equal(answer.responses[0]!.inputMode, 0);
  assert.equal(answer.responses[0]!.inputHandlingConfig, undefined);
});

Deno.test("every key reaches the agent as itself: 0, *, # and A to D too", async () => {
  await using house = await TestGateway.open();
  const call = house.call({ virtualAgentId: "Echo: Echo" });
  await call.start();
  for (const keys of ["1234567890*#ABCD", "7", "12#"]) {
    const { responses } = await call.keys(keys);
    assert.deepEqual(readWav(responses[0]!.prompts[0]!.audioContent).data, dtmf(keys).data);
  }
  assert.deepEqual(outline(await call.keys("0")), ["FINAL TRANSFER_TO_AGENT"]);
});

Deno.test("an entry without keys counts as silence, and silence is asked again", async () => {
  await using house = await TestGateway.open();
  const call = house.call();
  await call.start();
  const [asked, again] = [await call.event("NO_INPUT"), await call.keys("")];
  assert.deepEqual(outline(asked), ["FINAL prompt"]);
  assertPlayable(asked.responses[0]!);
  assert.deepEqual(again.responses, asked.responses);
});

Deno.test("a custom event is answered, and the echo agent sends its own back with its data", async () => {
  await using house = await TestGateway.open();
  const local = house.call();
  await local.start();
  assert.deepEqual(outline(await local.event("CUSTOM_EVENT", { name: "order", parameters: {} })), ["FINAL"]);
  const echo = house.call({ virtualAgentId: "2" });
  await echo.start();
  const parameters = { item: 3, notes: ["a", null, true], deep: { er: { still: "x" } } };
  const answer = await echo.event("CUSTOM_EVENT", { name: "order", parameters });
  assert.deepEqual(outline(answer), ["FINAL CUSTOM_EVENT"]);
  assert.deepEqual(answer.responses[0]!.outputEvents[0], {
    eventType: Event.CUSTOM_EVENT,
    name: "order",
    metadata: parameters,
  });
});

Deno.test("START_OF_DTMF on an open audio stream completes it without a response", async () => {
  await using house = await TestGateway.open();
  const call = house.call();
  await call.start();
  const stream = call.open();
  stream.speak(silence(400));
  stream.send({ eventInput: { eventType: 4 } });
  assert.deepEqual(outline(await stream.ended()), []);
  assert.deepEqual(outline(await call.keys("5")), ["FINAL TRANSFER_TO_AGENT prompt"]);
});

Deno.test("a caller who hangs up gets one empty response, once, and the call is over", async () => {
  await using house = await TestGateway.open();
  const call = house.call();
  await call.start();
  const open = call.open();
  open.speak(silence(200));
  const bye = await call.event("SESSION_END");
  assert.equal(bye.responses.length, 1);
  const [{ prompts, outputEvents, inputMode, inputHandlingConfig }] = bye.responses as [VoiceVAResponse];
  assert.deepEqual([prompts, outputEvents, inputMode, inputHandlingConfig], [[], [], 0, undefined]);
  assert.deepEqual(outline(await open.ended()), []);
  const { active_sessions } = await (await fetch(`${house.url}/api/connections`)).json();
  assert.deepEqual(active_sessions, []);
});

Deno.test("a caller who speaks while the next stream is open and the last is answered is heard on the new one", async () => {
  await using house = await TestGateway.open();
  const call = house.call();
  const first = call.open();
  first.send({ eventInput: { eventType: 1 } });
  const second = call.open();
  second.speak(silence(400));
  assert.deepEqual(outline(await first.finish()), ["FINAL prompt"]);
  second.speak(sentence("awb_booking"));
  assert.deepEqual(outline(await second.finish()), ["FINAL START_OF_INPUT", "FINAL END_OF_INPUT", "FINAL prompt"]);
});

Deno.test("the gateway closes a stream within 20 ms of its last response, though the caller's side stays open", async () => {
  await using house = await TestGateway.open();
  const waits: number[] = [];
  for (let i = 0; i < 10; i++) {
    const stream = house.call().open();
    stream.send({ eventInput: { eventType: 1 } });
    const { atMs } = await stream.rpc.ended;
    waits.push(atMs - stream.rpc.received.at(-1)!.atMs);
  }
  assert.ok(waits.sort((a, b) => a - b)[5]! < 20, `it took ${waits} ms`);
});

Deno.test("two calls of one id in two organizations do not hear each other", async () => {
  await using house = await TestGateway.open();
  const one = house.call({ conversationId: "same", customerOrgId: "org-1" });
  const two = house.call({ conversationId: "same", customerOrgId: "org-2", virtualAgentId: "Echo: Echo" });
  await one.start();
  await two.start();
  assert.deepEqual(outline(await one.press("5")), ["FINAL TRANSFER_TO_AGENT prompt"]);
  assert.deepEqual(outline(await two.press("5")), ["FINAL prompt"]);
});

Deno.test("the tracking id comes back with the answer and stands in the log", async () => {
  await using house = await TestGateway.open();
  const echoed = Promise.withResolvers<string | undefined>();
  const stream = house.channel.open(VoiceVirtualAgent.ProcessCallerInput, [["trackingid", "track-1"]], {
    metadata: (metadata) => echoed.resolve(metadata.get("trackingid")),
    message() {},
    finished: () => echoed.resolve(undefined),
  });
  stream.send(encodeVoiceVARequest({ conversationId: "t", customerOrgId: "o", eventInput: { eventType: 1 } }));
  assert.equal(await echoed.promise, "track-1");
  assert.ok(house.log.some(({ level, fields }) => level === "info" && fields.tracking === "track-1"));
});

Deno.test("nothing of what a caller says or presses stands in the log", async () => {
  await using house = await TestGateway.open();
  const call = house.call();
  await call.start({ parameters: { note: "marker-in-parameters" } });
  await call.event("CUSTOM_EVENT", { name: "x", parameters: { pin: "marker-in-event" } });
  await call.say(sentence("slt_yes"));
  await call.press("4711");
  const log = JSON.stringify(house.log);
  assert.ok(house.log.length > 5);
  assert.doesNotMatch(log, /marker|4711|Thank you|Hello/);
});

Deno.test("what a connector's input block leaves out comes from the gateway's input section, and so does a transfer's", async () => {
  await using house = await TestGateway.open(`
input: {mode: voice_dtmf, no_input_timeout_ms: 7000, terminator: "*"}
connectors: {it: {type: local_audio, config: {input: {mode: dtmf, dtmf_length: 4}}}}`);
  const call = house.call();
  const [welcome] = (await call.start()).responses;
  assert.equal(welcome!.inputMode, Mode.INPUT_EVENT_DTMF);
  assert.deepEqual(welcome!.inputHandlingConfig!.dtmfConfig, {
    interDigitTimeoutMsec: 3000,
    termchar: 15,
    dtmfInputLength: 4,
  });
  assert.equal(welcome!.inputHandlingConfig!.speechTimers!.noInputTimeoutMsec, 7000);
  const [transfer] = (await call.press("5")).responses;
  assert.equal(transfer!.inputMode, Mode.INPUT_VOICE_DTMF);
  assert.equal(transfer!.inputHandlingConfig!.dtmfConfig!.dtmfInputLength, 1);
});

/** The sentence in noise of its own loudness less `db`. */
function mixed(voice: string, noise: string, db: number) {
  const clean = linear(sentence(voice).data);
  const spoken = linear(speech(voice).data);
  const hum = linear(speech(noise).data);
  const gain = rms(spoken) / rms(hum) / 10 ** (db / 20);
  const data = Uint8Array.from(clean, (sample, at) => linearToMulaw(clip(sample + gain * hum[at % hum.length]!)));
  return { format: speech(voice).format, data };
}

function linear(data: Uint8Array): Int16Array {
  return Int16Array.from(data, (code) => MULAW_TO_LINEAR[code]!);
}

function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

function clip(sample: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(sample)));
}
