import { type Audio, type AudioFormat, bytesPerSample } from "./format.ts";
import { decodeG711 } from "./g711.ts";

/** What a WAV file holds: the format as its `fmt ` chunk says it, and the samples as they stand in the file. */
export interface Wav {
  readonly encoding: "pcm" | "float" | "mulaw" | "alaw";
  /** Bits of one sample of one channel: 8, 16, 24 or 32 of PCM (8: unsigned), 32 or 64 of float, 8 of G.711. */
  readonly bits: number;
  readonly channels: number;
  /** Samples a second of each channel, in Hz: 4000 to 384000. */
  readonly sampleRate: number;
  /** The samples, channels interleaved, little-endian: whole moments only. A view of the bytes that were read. */
  readonly data: Uint8Array;
}

/** The bytes are not a WAV file that can be read. */
export class WavError extends Error {
  override name = "WavError";
}

/** Bytes of the header that `wavHeader` writes. */
export const HEADER_BYTES = 44;
const LOWEST_RATE = 4000, HIGHEST_RATE = 384000;

/** Format tags of the registry in RFC 2361. */
const TAGS = { linear16: 1, float: 3, alaw: 6, mulaw: 7, extensible: 0xFFFE };

/**
 * Reads a WAV file (RIFF, "Multimedia Programming Interface and Data Specifications 1.0"; WAVE_FORMAT_EXTENSIBLE too).
 * What a sample is made of comes from the tag, the channels and the bits alone: byte rate, block align and the sizes of
 * files that were written as a stream are often wrong. Samples cut short at the end of the file are left out.
 * Throws WavError if the bytes are something else or the format is none of those that `Wav` names.
 */
export function readWav(bytes: Uint8Array): Wav {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (fourCc(bytes, 0) !== "RIFF" || fourCc(bytes, 8) !== "WAVE") {
    throw new WavError(`Cannot read WAV: file must begin with RIFF and WAVE: received ${startOf(bytes)}`);
  }
  let format: Omit<Wav, "data"> | undefined;
  let data: Uint8Array | undefined;
  for (let at = 12; at + 8 <= bytes.length && !(format && data);) {
    const id = fourCc(bytes, at), start = at + 8;
    let size = view.getUint32(at + 4, true);
    if (id === "data" && size === 0 && view.getUint32(4, true) + 8 !== bytes.length) size = bytes.length - start;
    const end = Math.min(bytes.length, start + size);
    if (id === "fmt ") format ??= readFormat(new DataView(view.buffer, view.byteOffset + start, end - start));
    if (id === "data") data ??= bytes.subarray(start, end);
    // A chunk of odd size is followed by a zero, but for writers that forget it.
    at = end + (size % 2 === 1 && bytes[end] === 0 ? 1 : 0);
  }
  if (!format || !data) {
    throw new WavError(
      `Cannot read WAV: file must have the chunks "fmt " and "data": received ${missing(format, data)}`,
    );
  }
  const momentBytes = format.channels * format.bits / 8;
  return { ...format, data: data.subarray(0, data.length - data.length % momentBytes) };
}

/** Returns the samples of a WAV file mixed to one channel (the mean of all), full scale from -1 to 1. */
export function monoSamples({ encoding, bits, channels, data }: Wav): Float32Array {
  const all = encoding === "mulaw" || encoding === "alaw"
    ? g711Samples(encoding, data)
    : samplesOf(encoding, bits, data);
  if (channels === 1) return all;
  const mono = new Float32Array(all.length / channels);
  for (let n = 0, at = 0; n < mono.length; n++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += all[at++]!;
    mono[n] = sum / channels;
  }
  return mono;
}

/** Returns the audio as a WAV file: 44 bytes of header, then the data, never padded to an even size. */
export function writeWav({ format, data }: Audio): Uint8Array<ArrayBuffer> {
  const wav = new Uint8Array(HEADER_BYTES + data.length);
  wav.set(wavHeader(format, data.length));
  wav.set(data, HEADER_BYTES);
  return wav;
}

/**
 * Returns the 44 bytes that make `dataBytes` bytes of audio a WAV file: `fmt ` of 16 bytes, no `fact`, which is what
 * Webex Contact Center plays. Samples of two channels stand side by side, the left one first. Throws RangeError if the
 * size does not fit into 32 bits.
 */
export function wavHeader(format: AudioFormat, dataBytes: number, channels: 1 | 2 = 1): Uint8Array<ArrayBuffer> {
  const riffBytes = HEADER_BYTES - 8 + dataBytes;
  if (!(riffBytes <= 0xFFFFFFFF)) {
    throw new RangeError(`Cannot write WAV header: data must be less than 4 GiB: received ${dataBytes} bytes`);
  }
  const momentBytes = channels * bytesPerSample(format);
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  putFourCc(header, 0, "RIFF");
  view.setUint32(4, riffBytes, true);
  putFourCc(header, 8, "WAVE");
  putFourCc(header, 12, "fmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, TAGS[format.encoding], true);
  view.setUint16(22, channels, true);
  view.setUint32(24, format.sampleRate, true);
  view.setUint32(28, format.sampleRate * momentBytes, true);
  view.setUint16(32, momentBytes, true);
  view.setUint16(34, bytesPerSample(format) * 8, true);
  putFourCc(header, 36, "data");
  view.setUint32(40, dataBytes, true);
  return header;
}

function readFormat(chunk: DataView): Omit<Wav, "data"> {
  if (chunk.byteLength < 16) {
    throw new WavError(`Cannot read WAV: chunk "fmt " must have 16 bytes or more: received ${chunk.byteLength}`);
  }
  let tag = chunk.getUint16(0, true);
  // The extension's subformat is a GUID that begins with the tag.
  if (tag === TAGS.extensible && chunk.byteLength >= 26) tag = chunk.getUint16(24, true);
  const channels = chunk.getUint16(2, true), sampleRate = chunk.getUint32(4, true);
  if (channels === 0) throw new WavError("Cannot read WAV: file must have a channel: received 0 channels");
  if (sampleRate < LOWEST_RATE || sampleRate > HIGHEST_RATE) {
    const range = `${LOWEST_RATE} to ${HIGHEST_RATE} Hz`;
    throw new WavError(`Cannot read WAV: sample rate must be ${range}: received ${sampleRate} Hz`);
  }
  return { ...readEncoding(tag, chunk.getUint16(14, true)), channels, sampleRate };
}

function readEncoding(tag: number, bits: number): Pick<Wav, "encoding" | "bits"> {
  if (tag === TAGS.mulaw) return { encoding: "mulaw", bits: 8 };
  if (tag === TAGS.alaw) return { encoding: "alaw", bits: 8 };
  if (tag === TAGS.linear16 && bits % 8 === 0 && bits >= 8 && bits <= 32) return { encoding: "pcm", bits };
  if (tag === TAGS.float && (bits === 32 || bits === 64)) return { encoding: "float", bits };
  const known = "PCM of 8, 16, 24 or 32 bits, float of 32 or 64, mu-law or A-law";
  throw new WavError(`Cannot read WAV: samples must be ${known}: received format tag ${tag} with ${bits} bits`);
}

function g711Samples(law: "mulaw" | "alaw", data: Uint8Array): Float32Array {
  const samples = new Float32Array(data.length);
  decodeG711(law, data, samples);
  for (let n = 0; n < samples.length; n++) samples[n]! /= 32768;
  return samples;
}

function samplesOf(encoding: "pcm" | "float", bits: number, data: Uint8Array): Float32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const bytes = bits / 8;
  const samples = new Float32Array(data.length / bytes);
  const read = encoding === "float" ? floatReader(view, bits) : pcmReader(view, bits);
  for (let n = 0, at = 0; n < samples.length; n++, at += bytes) samples[n] = read(at);
  return samples;
}

/** Reads what is not a number, or none that 32 bits can hold, as silence. */
function floatReader(view: DataView, bits: number): (at: number) => number {
  return (at) => {
    const sample = Math.fround(bits === 32 ? view.getFloat32(at, true) : view.getFloat64(at, true));
    return Number.isFinite(sample) ? sample : 0;
  };
}

function pcmReader(view: DataView, bits: number): (at: number) => number {
  switch (bits) {
    case 8:
      return (at) => (view.getUint8(at) - 128) / 128;
    case 16:
      return (at) => view.getInt16(at, true) / 32768;
    case 24:
      return (at) => (view.getUint16(at, true) | view.getInt8(at + 2) << 16) / 8388608;
    default:
      return (at) => view.getInt32(at, true) / 2147483648;
  }
}

function missing(format: unknown, data: unknown): string {
  return format ? 'no "data"' : data ? 'no "fmt "' : "neither";
}

/** The four characters of a chunk's name; shorter past the end. */
function fourCc(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function putFourCc(bytes: Uint8Array, at: number, name: string): void {
  for (let n = 0; n < 4; n++) bytes[at + n] = name.charCodeAt(n);
}

/** Says how a file begins, so that an MP3 or a web page gives itself away. */
function startOf(bytes: Uint8Array): string {
  return bytes.length === 0 ? "nothing" : `the bytes ${bytes.subarray(0, 12).toHex()}`;
}
