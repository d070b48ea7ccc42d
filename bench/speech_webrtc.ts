import bytes from "@echogarden/fvad-wasm/fvad.wasm" with { type: "bytes" };
import type { Sound, SpeechDetector } from "../src/audio/speech_detector.ts";

/** What the package's loader calls these one-letter exports in version 0.2.0. */
interface Exports {
  readonly c: WebAssembly.Memory;
  /** Runs the static constructors. */
  d(): void;
  /** fvad_new */
  e(): number;
  /** malloc */
  f(size: number): number;
  /** fvad_free */
  h(state: number): void;
  /** fvad_set_mode */
  j(state: number, mode: number): number;
  /** fvad_set_sample_rate */
  k(state: number, hz: number): number;
  /** fvad_process: 1 speech, 0 none, -1 wrong length */
  l(state: number, samples: number, length: number): number;
}

const fail = () => {
  throw new Error("Cannot run the WebRTC detector: its memory is full");
};
const module = new WebAssembly.Module(bytes);
const fvad = new WebAssembly.Instance(module, { a: { a: fail, b: fail } }).exports as unknown as Exports;
fvad.d();

const WINDOW = 160;
const address = fvad.f(WINDOW * 2);
const input = new Int16Array(fvad.c.buffer, address, WINDOW);

/**
 * The voice activity detector of WebRTC, compiled to WebAssembly: six sub-bands, two Gaussian mixtures, modes 0 to 3.
 */
export class WebRtcDetector implements SpeechDetector {
  readonly windowSamples = WINDOW;
  readonly memory = new Int16Array(WINDOW);
  readonly windowAt = 0;
  readonly #state = fvad.e();

  constructor(mode: number) {
    fvad.j(this.#state, mode);
    fvad.k(this.#state, 8000);
  }

  judge(): Sound {
    input.set(this.memory);
    return fvad.l(this.#state, address, WINDOW) === 1 ? "speech" : "background";
  }

  [Symbol.dispose](): void {
    fvad.h(this.#state);
  }
}
