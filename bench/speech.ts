/** Compares ways to find where speech starts and ends: deno run --allow-read=tests/speech bench/speech.ts */
import { TELEPHONY } from "../src/audio/format.ts";
import { SPEECH_DEFAULTS, SpeechMarker } from "../src/audio/speech.ts";
import type { SpeechDetector } from "../src/audio/speech_detector.ts";
import { SpectralDetector } from "../src/audio/speech_spectral.ts";
import { atLevel, type Colour, encode, join, marks, mix, noise, random, recording } from "./speech_sounds.ts";
import { SENTENCES, silence, type Sound, tone } from "./speech_sounds.ts";
import { WebRtcDetector } from "./speech_webrtc.ts";

/** Takes every window of 20 ms above -45 dBFS for speech. */
class EnergyGate implements SpeechDetector {
  readonly windowSamples = 160;
  readonly memory = new Int16Array(160);
  readonly windowAt = 0;
  judge(): "speech" | "background" {
    let energy = 0;
    for (let n = 0; n < this.memory.length; n++) energy += this.memory[n]! ** 2;
    return energy > 160 * (32768 * 10 ** (-45 / 20)) ** 2 ? "speech" : "background";
  }
  [Symbol.dispose](): void {}
}

const DETECTORS: Readonly<Record<string, () => SpeechDetector>> = {
  "spectral 0.5": () => new SpectralDetector(0.5),
  "spectral 0.3": () => new SpectralDetector(0.3),
  "spectral 0.7": () => new SpectralDetector(0.7),
  "WebRTC 0": () => new WebRtcDetector(0),
  "WebRTC 1": () => new WebRtcDetector(1),
  "WebRTC 2": () => new WebRtcDetector(2),
  "WebRTC 3": () => new WebRtcDetector(3),
  "energy -45": () => new EnergyGate(),
};
type Condition = readonly [name: string, colour: Colour, speechDbfs: number, noiseDbfs: number];
const CONDITIONS: readonly Condition[] = [
  ["clean", "white", -22, -68],
  ["quiet", "white", -40, -68],
  ...(["white", "pink", "brown", "babble"] as const).flatMap((colour) =>
    [20, 10, 5].map((snr): Condition => [`${colour} ${snr} dB`, colour, -22, -22 - snr])
  ),
];
const STEADY = ["white", "pink", "brown"] as const;
const LEVELS = [-60, -50, -40, -30, -20];
const LEAD_MS = 1500, TAIL_MS = 2500;

interface Utterance {
  readonly stream: Uint8Array;
  /** Samples where the speech starts and ends. */
  readonly from: number;
  readonly to: number;
}

function utterances([, colour, speechDbfs, noiseDbfs]: Condition): Utterance[] {
  return SENTENCES.flatMap((name, n) =>
    [0, 1, 2].map((seed) => {
      const spoken = atLevel(recording(name), speechDbfs), lead = silence(LEAD_MS + 7 * seed + n);
      const sound = join(lead, spoken, silence(TAIL_MS));
      const stream = encode(mix(sound, noise(colour, sound.length / 8, noiseDbfs, 10 * n + seed)));
      return { stream, from: lead.length, to: lead.length + spoken.length };
    })
  );
}

function quantile(values: number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(0) : "-";
}

function judgeSpeech(heard: readonly Utterance[], make: () => SpeechDetector) {
  const starts: number[] = [], ends: number[] = [];
  let missed = 0, early = 0, before = 0, never = 0;
  for (const { stream, from, to } of heard) {
    const found = marks(stream, { detector: make() });
    before += found.filter(({ type, at }) => type === "start" && at < from).length;
    const start = found.find(({ type, at }) => type === "start" && at >= from && at < to + 800);
    const speaking = found.findLast(({ at }) => at < from)?.type === "start";
    if (start) starts.push((start.at - from) / 8);
    else if (!speaking) missed++;
    if (found.some(({ type, at }) => type === "end" && at > from && at < to)) early++;
    const end = found.find(({ type, at }) => type === "end" && at >= to);
    if (end) ends.push((end.at - to) / 8);
    else if (start || speaking) never++;
  }
  return {
    "n": heard.length,
    "start p50": quantile(starts, 0.5),
    "start p90": quantile(starts, 0.9),
    "missed": missed,
    "false before": before,
    "ended inside": early,
    "end p50": quantile(ends, 0.5),
    "end p90": quantile(ends, 0.9),
    "never ended": never,
  };
}

function starts(sounds: readonly Sound[], make: () => SpeechDetector): number {
  return sounds.reduce(
    (sum, sound) => sum + marks(encode(sound), { detector: make() }).filter(({ type }) => type === "start").length,
    0,
  );
}

const hush = (ms: number, seed: number) => noise("white", ms, -68, seed);
/** Sounds that are no speech. */
const NOT_SPEECH: Readonly<Record<string, readonly Sound[]>> = {
  ...Object.fromEntries(STEADY.map((colour) => [
    `${colour}, per min`,
    LEVELS.map((level, n) => noise(colour, 12_000, level, n + 1)),
  ])),
  "noise begins": STEADY.flatMap((colour) =>
    LEVELS.slice(1).flatMap((level) =>
      [1, 2, 3].map((seed) => join(hush(1500, seed), noise(colour, 3000, level, seed)))
    )
  ),
  "DTMF": [697, 770, 852, 941].flatMap((row) =>
    [1209, 1336, 1477, 1633].flatMap((column) =>
      [100, 1500].map((ms) => mix(hush(2500, row), join(silence(500), tone([row, column], ms, -15))))
    )
  ),
  "ringback": [[440, 480], [425], [350, 440], [480, 620]].map((pair) =>
    mix(hush(8000, 1), join(silence(500), tone(pair, 2000, -24), silence(4000), tone(pair, 1500, -24)))
  ),
  "64 ms bursts": SENTENCES.flatMap((name, n) => {
    const vowel = atLevel(recording(name), -18), at = Math.floor(vowel.length * 0.4);
    const bursts = [vowel.subarray(at, at + 512), ...STEADY.map((colour) => noise(colour, 64, -15, n))];
    return bursts.map((burst) => mix(hush(2000, n), join(silence(500 + n), burst)));
  }),
  "clicks": [1, 2, 3, 4].map((seed) => {
    const sound = hush(5000, seed), next = random(seed);
    for (let n = 0; n < 10; n++) sound[Math.floor(next() * sound.length)] = 20_000 - 40_000 * next();
    return sound;
  }),
};

/**
 * Measures a 20 ms frame of mu-law from bytes to event, in µs, with sentences in quiet and in noise, and pauses
 * between.
 */
function cost(make: () => SpeechDetector): string {
  const stream = join(...SENTENCES.map((name) => join(recording(name), silence(2000))));
  const bytes = encode(mix(stream, noise("pink", stream.length / 8, -50)));
  const frames = Array.from(
    { length: Math.floor(bytes.length / 160) },
    (_, n) => bytes.subarray(160 * n, 160 * n + 160),
  );
  const listener = { speechStarted() {}, speechEnded() {} };
  const rounds: number[] = [];
  for (let round = 0; round < 25; round++) {
    using marker = new SpeechMarker(TELEPHONY, SPEECH_DEFAULTS, listener, make());
    const begin = performance.now();
    for (const frame of frames) marker.hear(frame);
    rounds.push((performance.now() - begin) * 1000 / frames.length);
  }
  return rounds.toSorted((a, b) => a - b)[12]!.toFixed(2);
}

if (import.meta.main) {
  const heard = CONDITIONS.map((condition) => [condition[0], utterances(condition)] as const);
  const all = heard.flatMap(([, streams]) => streams);
  console.log("Speech in every condition (ms; start after its first sound, end after its last)");
  console.table(Object.fromEntries(
    Object.entries(DETECTORS).map(([name, make]) => [name, { "µs/20 ms": cost(make), ...judgeSpeech(all, make) }]),
  ));
  console.log("False starts");
  console.table(Object.fromEntries(
    Object.entries(DETECTORS).map(([name, make]) => [
      name,
      Object.fromEntries(
        Object.entries(NOT_SPEECH).map(([kind, sounds]) => [
          kind.endsWith("min") ? kind : `${kind} (of ${sounds.length})`,
          starts(sounds, make),
        ]),
      ),
    ]),
  ));
  console.log("Spectral detector at threshold 0.5, by condition");
  console.table(Object.fromEntries(
    heard.map(([name, streams]) => [name, judgeSpeech(streams, () => new SpectralDetector(0.5))]),
  ));
}
