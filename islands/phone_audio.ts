/** The ear and the mouth of the test phone in a browser: what is heard is played, and a microphone or a file speaks. */
import { Downsampler, TELEPHONE_HZ } from "./downsample.ts";

/** How far ahead of the moment playing begins, in seconds, so that pieces that come late leave no gap. */
const AHEAD_S = 0.06;
const PIECE = TELEPHONE_HZ / 50;
const PIECE_MS = 20;
/** The longest file that is said, in seconds. */
const LONGEST_FILE_S = 60;

/** Plays 16-bit samples of 8 kHz, one piece after the other. */
export class Loudspeaker {
  readonly #pieces = new Set<AudioBufferSourceNode>();
  #until = 0;
  #onSilent: (() => void) | undefined;

  constructor(readonly context: AudioContext) {}

  play(samples: Int16Array): void {
    if (samples.length === 0) return;
    const buffer = this.context.createBuffer(1, samples.length, TELEPHONE_HZ);
    buffer.getChannelData(0).set(Float32Array.from(samples, (sample) => sample / 32768));
    const piece = new AudioBufferSourceNode(this.context, { buffer });
    piece.connect(this.context.destination);
    piece.onended = () => {
      this.#pieces.delete(piece);
      if (this.#pieces.size === 0) this.#onSilent?.();
    };
    this.#pieces.add(piece);
    this.#until = Math.max(this.#until, this.context.currentTime + AHEAD_S);
    piece.start(this.#until);
    this.#until += buffer.duration;
  }

  /** Calls `act`, once, when everything is played. */
  whenSilent(act: () => void): void {
    this.#onSilent = () => {
      this.#onSilent = undefined;
      act();
    };
    if (this.#pieces.size === 0) this.#onSilent();
  }

  /** Falls silent: what has not been played is let go. */
  cutOff(): void {
    for (const piece of this.#pieces) piece.stop();
    this.#pieces.clear();
    this.#until = 0;
  }
}

/** Hears the microphone until it is stopped; `onPiece` gets 20 ms at a time. Throws what the browser throws when it may not. */
export async function openMicrophone(
  context: AudioContext,
  workletUrl: string,
  onPiece: (piece: Int16Array<ArrayBuffer>) => void,
): Promise<() => void> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: true, noiseSuppression: false, autoGainControl: false },
  });
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  try {
    await context.audioWorklet.addModule(workletUrl);
    const worklet = new AudioWorkletNode(context, "microphone", { numberOfOutputs: 0, channelCount: 1 });
    worklet.port.onmessage = ({ data }) => onPiece(data);
    const source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    source.connect(worklet);
    return () => {
      source.disconnect();
      worklet.port.close();
      stop();
    };
  } catch (error) {
    stop();
    throw error;
  }
}

/** Says a sound file, at the pace of speech, until it is over or stopped. Throws what the browser throws for no sound file. */
export async function sayFile(
  context: AudioContext,
  file: Blob,
  onPiece: (piece: Int16Array<ArrayBuffer>) => void,
): Promise<() => void> {
  const sound = await context.decodeAudioData(await file.arrayBuffer());
  if (sound.duration > LONGEST_FILE_S) throw new RangeError(`a file of ${LONGEST_FILE_S} seconds at most expected`);
  const samples = new Downsampler(sound.sampleRate).push(sound.getChannelData(0));
  const began = performance.now();
  let said = 0;
  const timer = setInterval(() => {
    while (said * PIECE < samples.length && said * PIECE_MS <= performance.now() - began) {
      onPiece(samples.slice(said * PIECE, ++said * PIECE));
    }
    if (said * PIECE >= samples.length) clearInterval(timer);
  }, PIECE_MS);
  return () => clearInterval(timer);
}

/** How loud a piece is, 0 to 1. */
export function loudness(piece: Int16Array): number {
  const rms = Math.sqrt(piece.reduce((sum, sample) => sum + (sample / 32768) ** 2, 0) / Math.max(1, piece.length));
  const db = 20 * Math.log10(Math.max(rms, 1e-5));
  return Math.min(1, Math.max(0, (db + 60) / 60));
}
