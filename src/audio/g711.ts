/** The even bits, which A-law turns over on the line (G.711 table 1, note 2). */
const ALAW_TURNED = 0x55;

/**
 * 16-bit value of each mu-law code (ITU-T G.711 table 2: the quantised values y, 14-bit there, times four). The code is
 * the complement of: sign (1), segment (3), interval (4). 0xFF and 0x7F, plus and minus zero, both are 0.
 */
export const MULAW_TO_LINEAR: Int16Array = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code, segment = bits >> 4 & 7, interval = bits & 15;
  const magnitude = ((interval * 2 + 33 << segment) - 33) * 4;
  return bits & 0x80 ? -magnitude : magnitude;
});

/**
 * 16-bit value of each A-law code (ITU-T G.711 table 1: the quantised values y, 13-bit there, times eight). A-law has no
 * zero: the codes nearest to it, 0xD5 and 0x55, are 8 and -8.
 */
export const ALAW_TO_LINEAR: Int16Array = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = code ^ ALAW_TURNED, segment = bits >> 4 & 7, interval = bits & 15;
  const magnitude = segment === 0 ? interval * 16 + 8 : (interval * 16 + 264) << segment - 1;
  return bits & 0x80 ? magnitude : -magnitude;
});

/** Mu-law code of each 14-bit sample, from -8192 on. A segment begins where magnitude + 33 is a power of two. */
const MULAW_CODES = Uint8Array.from({ length: 16384 }, (_, place) => {
  const sample = place - 8192;
  const magnitude = Math.min(sample < 0 ? ~sample : sample, 8158) + 33;
  const segment = 26 - Math.clz32(magnitude);
  return ~((sample < 0 ? 0x80 : 0) | segment << 4 | magnitude >> segment + 1 & 15);
});

/** A-law code of each 12-bit sample, from -2048 on: its intervals are all even in the 13 bits of G.711. */
const ALAW_CODES = Uint8Array.from({ length: 4096 }, (_, place) => {
  const sample = place - 2048;
  const magnitude = sample < 0 ? ~sample : sample;
  const segment = Math.max(0, 28 - Math.clz32(magnitude));
  return ((sample < 0 ? 0 : 0x80) | segment << 4 | magnitude >> Math.max(segment, 1) - 1 & 15) ^ ALAW_TURNED;
});

/**
 * Returns the mu-law code (0 to 255) of a 16-bit sample; a larger one is clipped, a fraction need not be rounded. G.711
 * leaves open where a sample on a decision value belongs: to the interval above it, as in ITU-T G.191's reference software.
 */
export function linearToMulaw(sample: number): number {
  return MULAW_CODES[(Math.max(-32768, Math.min(32767, sample)) + 32768) >> 2]!;
}

/** Returns the A-law code (0 to 255) of a 16-bit sample, by the same rules as `linearToMulaw`. */
export function linearToAlaw(sample: number): number {
  return ALAW_CODES[(Math.max(-32768, Math.min(32767, sample)) + 32768) >> 4]!;
}

/**
 * Decodes G.711 bytes into 16-bit samples at the start of `into`, one each.
 * Throws RangeError if `into` is shorter than `bytes`.
 */
export function decodeG711(law: "mulaw" | "alaw", bytes: Uint8Array, into: Int16Array | Float32Array): void {
  if (into.length < bytes.length) throw tooShort("decode", bytes.length, into.length);
  const table = law === "mulaw" ? MULAW_TO_LINEAR : ALAW_TO_LINEAR;
  for (let n = 0; n < bytes.length; n++) into[n] = table[bytes[n]!]!;
}

/**
 * Encodes 16-bit samples into G.711 bytes at the start of `into`, one each, as `linearToMulaw` does.
 * Throws RangeError if `into` is shorter than `samples`.
 */
export function encodeG711(law: "mulaw" | "alaw", samples: Int16Array | Float32Array, into: Uint8Array): void {
  if (into.length < samples.length) throw tooShort("encode", samples.length, into.length);
  const codes = law === "mulaw" ? MULAW_CODES : ALAW_CODES;
  const shift = law === "mulaw" ? 2 : 4;
  for (let n = 0; n < samples.length; n++) {
    into[n] = codes[(Math.max(-32768, Math.min(32767, samples[n]!)) + 32768) >> shift]!;
  }
}

/** Returns the byte that is silence: plus zero in mu-law, the smallest positive value in A-law, 0 in 16-bit PCM. */
export function silenceByte(encoding: "mulaw" | "alaw" | "linear16"): number {
  return encoding === "mulaw" ? 0xFF : encoding === "alaw" ? 0xD5 : 0;
}

function tooShort(action: string, needed: number, length: number): RangeError {
  return new RangeError(`Cannot ${action} G.711: output must hold ${needed} samples: received room for ${length}`);
}
