/**
 * What runs in the browser's audio thread: hears the microphone, and posts what it hears as pieces of 20 ms, 16-bit samples
 * of 8 kHz.
 */
import { Downsampler, TELEPHONE_HZ } from "./downsample.ts";

/** What an audio thread has that a page has not (Web Audio API, AudioWorkletGlobalScope). */
declare const sampleRate: number;
declare const registerProcessor: (name: string, processor: unknown) => void;
declare const AudioWorkletProcessor: { new (): { readonly port: MessagePort } };

const PIECE = TELEPHONE_HZ / 50;

class Microphone extends AudioWorkletProcessor {
  readonly #downsampler = new Downsampler(sampleRate);
  #piece = new Int16Array(PIECE);
  #filled = 0;

  process([input]: readonly (readonly Float32Array[])[]): boolean {
    const heard = input?.[0];
    for (const sample of heard ? this.#downsampler.push(heard) : []) {
      this.#piece[this.#filled++] = sample;
      if (this.#filled < PIECE) continue;
      this.port.postMessage(this.#piece, [this.#piece.buffer]);
      this.#piece = new Int16Array(PIECE);
      this.#filled = 0;
    }
    return true;
  }
}

registerProcessor("microphone", Microphone);
