import { strict as assert } from "node:assert";
import { isRecordingName, recordingName } from "./file_name.ts";

const AT = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
const PATTERN = "{conversation_id}_{timestamp}_1.wav";
const HOSTILE = [
  "../../etc/passwd",
  "/etc/passwd",
  "..",
  "",
  "a\0b\r\nc\x1b[2J",
  "x".repeat(10_000),
  "näïve/☎",
  "C:\\con",
];

Deno.test("a recording's name holds the call and the time", () => {
  assert.equal(recordingName(PATTERN, "c0ffee-1", AT), "c0ffee-1_20260102_030405_678_1.wav");
});

Deno.test("whatever a call's id, its recording has a name that can be looked for", () => {
  for (const id of [...HOSTILE, "{timestamp}", "__proto__"]) {
    const name = recordingName(PATTERN, id, AT);
    assert.match(name, /^[A-Za-z0-9_-]{0,80}_20260102_030405_678_1\.wav$/);
    assert.ok(isRecordingName(name));
  }
});

Deno.test("no other name is one of a recording", () => {
  for (const name of [...HOSTILE, "a.wav/../b.wav", "../a.wav", ".wav", "a.wav\n", "a.WAV", "a b.wav", "a.mp3"]) {
    assert.equal(isRecordingName(name), false, JSON.stringify(name));
  }
});
