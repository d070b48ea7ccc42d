import { Span } from "../lib/span.ts";
import { strict as assert } from "node:assert";
import { FrameReader } from "./byova_frame.ts";
import { encodeVoiceVARequest } from "./gen/voicevirtualagent.ts";

const ids = { conversationId: "c-1", customerOrgId: "o-1", virtualAgentId: "a-1" };
const audioInput = {
  callerAudio: new Uint8Array([1, 2, 3]),
  encoding: 2,
  sampleRateHertz: 8000,
  languageCode: "en-US",
};
const frame = encodeVoiceVARequest({ ...ids, audioInput });

function reads(request: Uint8Array): boolean {
  const reader = new FrameReader();
  reader.learn(frame);
  return reader.read(new Span(request));
}

Deno.test("FrameReader reads audio, encoding and rate of frames that say the same before them", () => {
  const reader = new FrameReader();
  assert.equal(reader.read(new Span(frame)), false);
  reader.learn(frame);
  const later = { callerAudio: new Uint8Array([9, 8]), encoding: 1, sampleRateHertz: 16_000, audioTimestamp: 5 };
  const request = encodeVoiceVARequest({ ...ids, audioInput: later });
  assert.equal(reader.read(new Span(request)), true);
  assert.deepEqual([...request.subarray(reader.from, reader.to)], [9, 8]);
  assert.deepEqual([reader.encoding, reader.sampleRate], [1, 16_000]);
  assert.equal(reader.read(new Span(encodeVoiceVARequest({ ...ids, audioInput: {} }))), true);
  assert.deepEqual([reader.to - reader.from, reader.encoding, reader.sampleRate], [0, 0, 0]);
});

Deno.test("FrameReader leaves every other request to the decoder", () => {
  assert.equal(reads(encodeVoiceVARequest({ ...ids, conversationId: "c-2", audioInput })), false);
  assert.equal(reads(encodeVoiceVARequest({ ...ids, eventInput: { eventType: 3 } })), false);
  assert.equal(reads(encodeVoiceVARequest({ ...ids, audioInput, additionalInfo: { a: "b" } })), false);
  assert.equal(reads(encodeVoiceVARequest({ ...ids, vendorSpecificConfig: "x", audioInput })), false);
  assert.equal(reads(encodeVoiceVARequest({ audioInput })), false);
  assert.equal(reads(new Uint8Array()), false);
});

Deno.test("FrameReader remembers no head of any length that a client likes", () => {
  const long = encodeVoiceVARequest({ ...ids, conversationId: "c".repeat(3000), audioInput });
  const reader = new FrameReader();
  reader.learn(long);
  assert.equal(reader.read(new Span(long)), false);
});

Deno.test("FrameReader refuses a frame that breaks off", () => {
  assert.throws(() => reads(frame.subarray(0, frame.length - 1)), { name: "DecodeError" });
});
