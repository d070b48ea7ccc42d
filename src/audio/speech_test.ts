import { strict as assert } from "node:assert";
import fc from "fast-check";
import * as sounds from "../../bench/speech_sounds.ts";
import {
  atLevel,
  encode,
  join,
  type Mark,
  marks,
  mix,
  noise,
  recording,
  SENTENCES,
  silence,
} from "../../bench/speech_sounds.ts";
import type { AudioFormat } from "./format.ts";
import { SPEECH_DEFAULTS, SpeechMarker } from "./speech.ts";
import type { Sound as Verdict, SpeechDetector } from "./speech_detector.ts";

type Sound = sounds.Sound;
const STEADY = ["white", "pink", "brown"] as const;
const LEAD_MS = 1500;
const VOICES: Readonly<Record<string, Sound>> = Object.fromEntries(SENTENCES.map((name) => [name, recording(name)]));

/** A quiet line: its noise lies at -68 dBFS. */
const line = (sound: Sound, seed = 1) => mix(sound, noise("white", Math.ceil(sound.length / 8), -68, seed));
const types = (found: readonly Mark[]) => found.map(({ type }) => type);
const hear = (sound: Sound) => types(marks(encode(sound)));

/**
 * Hears a sentence in noise that goes on afterwards; returns the start and end in ms, counted from those of the
 * sentence.
 */
function hearIn(spoken: Sound, background: (ms: number) => Sound): { start: number; end: number } {
  const sound = join(silence(LEAD_MS), spoken, silence(2000));
  const found = marks(encode(mix(sound, background(Math.ceil(sound.length / 8)))));
  assert.deepEqual(types(found), ["start", "end"]);
  const [start, end] = found;
  return { start: start!.at / 8 - LEAD_MS, end: (end!.at - spoken.length) / 8 - LEAD_MS };
}

for (const colour of STEADY) {
  Deno.test(`steady ${colour} noise is not speech, from the first sample or from one moment on`, () => {
    for (const level of [-60, -50, -40, -30, -20]) {
      for (const seed of [1, 2]) {
        const steady = noise(colour, 5000, level, seed);
        assert.deepEqual(hear(steady), [], `${level} dBFS`);
        assert.deepEqual(hear(line(join(silence(1000), steady))), [], `${level} dBFS after silence`);
      }
    }
  });
}

Deno.test("the noise of a car is not speech", () => {
  const car = recording("noise_car");
  for (const level of [-50, -30, -20]) assert.deepEqual(hear(atLevel(join(car, car, car), level)), []);
});

Deno.test("silence is not speech", () => {
  assert.deepEqual(hear(silence(3000)), []);
});

Deno.test("clicks are not speech", () => {
  const clicks = silence(4000), next = sounds.random(3);
  for (let n = 0; n < 20; n++) {
    const at = Math.floor(next() * (clicks.length - 8));
    for (let k = 0; k < 8; k++) clicks[at + k] = 25_000 * (2 * next() - 1);
  }
  assert.deepEqual(hear(line(clicks)), []);
});

Deno.test("64 ms of anything are not speech, wherever windows begin", () => {
  for (const [name, spoken] of Object.entries(VOICES)) {
    const loud = atLevel(spoken, -16);
    for (const share of [0.1, 0.3, 0.5, 0.7]) {
      const at = Math.floor(loud.length * share), lead = new Float64Array(6000 + Math.floor(101 * share));
      assert.deepEqual(hear(line(join(lead, loud.subarray(at, at + 512), silence(500)))), [], `${name} at ${at}`);
    }
  }
  for (const colour of STEADY) {
    assert.deepEqual(hear(line(join(silence(700), noise(colour, 64, -12), silence(500)))), [], colour);
  }
  assert.deepEqual(hear(line(join(silence(700), sounds.tone([200, 400, 600], 64, -12), silence(500)))), []);
});

Deno.test("no DTMF digit is speech, however long", () => {
  for (const row of [697, 770, 852, 941]) {
    for (const column of [1209, 1336, 1477, 1633]) {
      for (const ms of [70, 250, 2000]) {
        const digit = join(silence(500), sounds.tone([row, column], ms, -12), silence(500));
        assert.deepEqual(hear(line(digit, row)), [], `${row} and ${column} Hz for ${ms} ms`);
      }
    }
  }
});

Deno.test("ringing, dial and busy tones are not speech", () => {
  assert.deepEqual(hear(recording("ringback")), []);
  for (const tones of [[440, 480], [425], [400, 450], [350, 440], [480, 620]]) {
    for (const level of [-12, -24, -35]) {
      const cadence = join(
        sounds.tone(tones, 2000, level),
        silence(1000),
        sounds.tone(tones, 400, level),
        silence(500),
      );
      assert.deepEqual(hear(cadence), [], `${tones} Hz at ${level} dBFS from the first sample`);
      assert.deepEqual(hear(line(join(silence(731), cadence))), [], `${tones} Hz at ${level} dBFS`);
    }
  }
});

Deno.test("every voice is speech, at once and to its end", () => {
  for (const [name, spoken] of Object.entries(VOICES)) {
    const { start, end } = hearIn(spoken, (ms) => noise("white", ms, -68));
    assert.ok(start > 0 && start <= 250, `${name} started after ${start} ms`);
    assert.ok(end > 500 && end <= 1000, `${name} ended after ${end} ms`);
  }
});

Deno.test("quiet voices are speech", () => {
  for (const [name, spoken] of Object.entries(VOICES)) {
    const { start } = hearIn(atLevel(spoken, -40), (ms) => noise("white", ms, -68));
    assert.ok(start > 0 && start <= 300, `${name} started after ${start} ms`);
  }
  hearIn(recording("slt_booking_quiet"), silence);
});

Deno.test("speech from the first sample is speech", () => {
  for (const [name, spoken] of Object.entries(VOICES)) {
    const [start] = marks(encode(line(spoken)));
    assert.ok(start && start.at / 8 <= 300, `${name} started at ${start?.at}`);
  }
});

for (const colour of STEADY) {
  for (const snr of [20, 10, 5]) {
    Deno.test(`speech ${snr} dB above ${colour} noise is speech, and ends though the noise goes on`, () => {
      const starts: number[] = [];
      for (const [name, spoken] of Object.entries(VOICES)) {
        const { start, end } = hearIn(atLevel(spoken, -22), (ms) => noise(colour, ms, -22 - snr, spoken.length));
        starts.push(start);
        assert.ok(start > 0 && start <= 1200, `${name} started after ${start} ms`);
        assert.ok(end > 0 && end <= 1000, `${name} ended after ${end} ms`);
      }
      const median = starts.toSorted((a, b) => a - b)[starts.length >> 1]!;
      assert.ok(median <= 200, `the median start came after ${median} ms`);
    });
  }
}

for (const snr of [20, 10, 5]) {
  Deno.test(`speech ${snr} dB above other people's talk is speech`, () => {
    for (const [name, spoken] of Object.entries(VOICES)) {
      const sound = mix(atLevel(spoken, -22), noise("babble", spoken.length / 8, -22 - snr));
      assert.equal(marks(encode(sound))[0]?.type, "start", name);
    }
  });
}

Deno.test("a pause of half a second does not end a sentence, in quiet or in noise", () => {
  for (const voice of ["slt", "rms", "awb"]) {
    const first = VOICES[`${voice}_booking`]!, second = VOICES[`${voice}_person`]!;
    const sentence = join(silence(LEAD_MS), first, silence(500), second, silence(1500));
    for (const [colour, level] of [["white", -68], ["pink", -42], ["white", -32]] as const) {
      const found = hear(mix(sentence, noise(colour, Math.ceil(sentence.length / 8), level)));
      assert.deepEqual(found, ["start", "end"], `${voice} in ${colour} noise at ${level} dBFS`);
    }
  }
});

Deno.test("each utterance of a long stream has its start and its end", () => {
  const gap = silence(1500);
  assert.deepEqual(
    hear(line(join(gap, VOICES.slt_yes!, gap, VOICES.rms_no!, gap))),
    ["start", "end", "start", "end"],
  );
});

const CALL = line(join(silence(700), VOICES.slt_yes!, silence(1200), VOICES.rms_no!, silence(1000)));
const FORMATS: readonly AudioFormat[] = (["mulaw", "alaw", "linear16"] as const).flatMap((encoding) =>
  [8000, 16000].map((sampleRate) => ({ encoding, sampleRate }))
);

Deno.test("frames of any size give the same marks at the same places", () => {
  const streams = FORMATS.map((format) => {
    const stream = encode(CALL, format);
    return { format, stream, expected: marks(stream, { format, frameBytes: stream.length }) };
  });
  for (const { expected } of streams) assert.deepEqual(types(expected), ["start", "end", "start", "end"]);
  const anyStream = fc.constantFrom(...streams), anySize = fc.integer({ min: 1, max: 5000 });
  fc.assert(
    fc.property(anyStream, anySize, ({ format, stream, expected }, frameBytes) => {
      assert.deepEqual(marks(stream, { format, frameBytes }), expected);
    }),
    { numRuns: 60, examples: streams.map((stream) => [stream, 1]) },
  );
});

Deno.test("every encoding and rate gives the same marks at nearly the same time", () => {
  const expected = marks(encode(CALL));
  for (const format of FORMATS) {
    const found = marks(encode(CALL, format), { format });
    const bytesPerMs = format.sampleRate / 1000 * (format.encoding === "linear16" ? 2 : 1);
    assert.deepEqual(types(found), types(expected));
    for (const [n, { at }] of found.entries()) {
      const apart = Math.abs(at / bytesPerMs - expected[n]!.at / 8);
      assert.ok(apart <= 100, `${format.encoding} at ${format.sampleRate} Hz: ${apart} ms apart`);
    }
  }
});

Deno.test("sound at full scale is clipped where its rate is halved, and never turns over", () => {
  const heard: number[] = [];
  const memory = new Int16Array(80);
  const detector: SpeechDetector = {
    windowSamples: 80,
    memory,
    windowAt: 0,
    judge() {
      heard.push(...memory);
      return "background";
    },
    [Symbol.dispose]() {},
  };
  // The signs of the filter's coefficients, over and over: as far as it can overshoot, both ways.
  const signs = [-1, -1, 1, 1, 1, -1, -1, -1, 1, 1, -1, -1, -1, 1, 1, 1];
  const samples = Int16Array.from({ length: 1600 }, (_, n) => signs[n % signs.length]! > 0 ? 32_767 : -32_768);
  marks(new Uint8Array(samples.buffer), { format: { encoding: "linear16", sampleRate: 16_000 }, detector });
  assert.deepEqual([Math.max(...heard), Math.min(...heard)], [32_767, -32_768]);
  for (const [n, value] of heard.entries()) {
    const middle = samples[2 * n - 3];
    if (middle !== undefined) assert.equal(Math.sign(value), Math.sign(middle), `sample ${n}: ${value}`);
  }
});

/** Takes what each window holds from a script, and what follows it for background. */
function scripted(script: string): SpeechDetector {
  let window = 0;
  const verdicts: Readonly<Record<string, Verdict>> = { "#": "speech", "?": "unclear", ".": "background" };
  return {
    windowSamples: 80,
    memory: new Int16Array(80),
    windowAt: 0,
    judge: () => verdicts[script[window++] ?? "."]!,
    [Symbol.dispose]() {},
  };
}

/**
 * Marks with windows of 10 ms, a start after 60 ms and an end after 200 ms; returns the windows heard until each mark.
 */
function marked(script: string): string[] {
  const found = marks(new Uint8Array(80 * (script.length + 40)), {
    detector: scripted(script),
    speech: { startMs: 60, endMs: 200 },
  });
  return found.map(({ type, at }) => `${type} ${at / 80}`);
}

Deno.test("a start takes startMs of sound, of which half is sure speech", () => {
  assert.equal(marked("######")[0], "start 6");
  assert.equal(marked("???###")[0], "start 6");
  assert.equal(marked("##?##.##")[0], "start 8");
  assert.deepEqual(marked("#####.....#####"), []);
  assert.deepEqual(marked("?".repeat(100)), []);
  assert.deepEqual(marked("??????##"), []);
});

Deno.test("an end takes endMs of background, and one spurious window does not begin it anew", () => {
  const speech = "#".repeat(20);
  assert.deepEqual(marked(speech), ["start 6", "end 45"]);
  assert.deepEqual(marked(`${speech}${".".repeat(15)}#`), ["start 6", "end 54"]);
  assert.deepEqual(marked(`${speech}${".".repeat(15)}${speech}`), ["start 6", "end 80"]);
});

Deno.test("offsets lie inside the data being heard, and speaking follows them", () => {
  const events: string[] = [], stream = encode(CALL);
  using marker = new SpeechMarker({ encoding: "mulaw", sampleRate: 8000 }, SPEECH_DEFAULTS, {
    speechStarted: (offset) => void events.push(`start ${offset > 0 && offset <= 333} ${marker.speaking}`),
    speechEnded: (offset) => void events.push(`end ${offset > 0 && offset <= 333} ${marker.speaking}`),
  });
  for (let at = 0; at < stream.length; at += 333) marker.hear(stream.subarray(at, at + 333));
  assert.deepEqual(events, ["start true true", "end true false", "start true true", "end true false"]);
});

Deno.test("markers side by side do not disturb each other", () => {
  const stream = encode(CALL), found: Mark[][] = [[], [], []];
  const markers = found.map((list, n) => {
    const listener = {
      speechStarted: (offset: number) => void list.push({ type: "start", at: at - 160 * n + offset }),
      speechEnded: (offset: number) => void list.push({ type: "end", at: at - 160 * n + offset }),
    };
    return new SpeechMarker({ encoding: "mulaw", sampleRate: 8000 }, SPEECH_DEFAULTS, listener);
  });
  let at = 0;
  for (; at < stream.length + 320; at += 160) {
    for (const [n, marker] of markers.entries()) {
      marker.hear(stream.subarray(Math.max(0, at - 160 * n), Math.max(0, at - 160 * n + 160)));
    }
  }
  for (const marker of markers) marker[Symbol.dispose]();
  for (const list of found) assert.deepEqual(list, marks(stream));
});

Deno.test("hearing for an hour takes no memory, and a thousand markers little", () => {
  const frame = encode(CALL).subarray(8000, 8160), listener = { speechStarted() {}, speechEnded() {} };
  const format: AudioFormat = { encoding: "mulaw", sampleRate: 8000 };
  using marker = new SpeechMarker(format, SPEECH_DEFAULTS, listener);
  for (let n = 0; n < 5000; n++) marker.hear(frame);
  const before = Deno.memoryUsage();
  for (let n = 0; n < 180_000; n++) marker.hear(frame);
  const held = Array.from({ length: 1000 }, () => new SpeechMarker(format, SPEECH_DEFAULTS, listener));
  const after = Deno.memoryUsage();
  const grown = after.heapUsed + after.external - before.heapUsed - before.external;
  assert.ok(grown < 8_000_000, `${grown} bytes more`);
  for (const each of held) each[Symbol.dispose]();
});

Deno.test("other rates are refused", () => {
  const listener = { speechStarted() {}, speechEnded() {} };
  for (const sampleRate of [0, 11025, 44100, 48000]) {
    assert.throws(
      () => new SpeechMarker({ encoding: "linear16", sampleRate }, SPEECH_DEFAULTS, listener),
      new RangeError(`Cannot detect speech at "${sampleRate}" Hz: rate must be 8000 or 16000: received ${sampleRate}`),
    );
  }
});
