import code from "./detector/detector.wasm" with { type: "bytes" };
import type { Sound, SpeechDetector } from "./speech_detector.ts";

/** Samples of one window, 16 ms. */
const WINDOW = 128;
/** What the module's verdicts mean. */
const SOUNDS: readonly Sound[] = ["background", "unclear", "speech"];

/** What `detector/detector.as` exports. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly input: WebAssembly.Global;
  open(threshold: number): number;
  close(ear: number): void;
  judge(ear: number): number;
}

/** One instance of the module: the memory of some thousand streams. */
class Bank {
  readonly exports: Exports;
  readonly samples: Int16Array;

  constructor() {
    this.exports = new WebAssembly.Instance(module).exports as unknown as Exports;
    this.samples = new Int16Array(this.exports.memory.buffer);
  }
}

const module = new WebAssembly.Module(code);
/** Those that have been needed at one time, the newest first. */
const banks: Bank[] = [];

/**
 * Finds speech by signal processing alone: windows of 16 ms, each under a Hann window of 32 ms together with the one
 * before. Takes for speech what stands out from a tracked noise floor in 13 bands, is no tone, and has a voice in it or
 * had one just now. The voice is what tells speech from noise: noise may begin at any time and at any level. Whispers
 * therefore are not found; a buzz with harmonics that begins suddenly is, until its floor has risen (2 s). One short
 * syllable with less than 80 ms of vowel may be missed.
 *
 * The arithmetic is in `detector/`, compiled to WebAssembly with vectors of four numbers.
 */
export class SpectralDetector implements SpeechDetector {
  readonly windowSamples = WINDOW;
  readonly memory: Int16Array;
  readonly windowAt: number;
  readonly #exports: Exports;
  #ear: number;

  /** Takes `threshold`, 0 to 1: 0.5 asks for 1 dB over the floor on average and a voicing of 0.165. */
  constructor(threshold: number) {
    const { bank, ear } = openEar(threshold);
    this.memory = bank.samples;
    this.#exports = bank.exports;
    this.#ear = ear;
    this.windowAt = (ear + bank.exports.input.value) / Int16Array.BYTES_PER_ELEMENT;
  }

  judge(): Sound {
    return SOUNDS[this.#exports.judge(this.#ear)]!;
  }

  /** Gives the stream's memory back; nothing is judged any more. */
  [Symbol.dispose](): void {
    if (this.#ear !== 0) this.#exports.close(this.#ear);
    this.#ear = 0;
  }
}

function openEar(threshold: number): { readonly bank: Bank; readonly ear: number } {
  for (const bank of banks) {
    const ear = bank.exports.open(threshold);
    if (ear !== 0) return { bank, ear };
  }
  const bank = new Bank();
  banks.unshift(bank);
  return { bank, ear: bank.exports.open(threshold) };
}
