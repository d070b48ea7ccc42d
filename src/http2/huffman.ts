import { charactersOf } from "./characters.ts";
import { ErrorCode, Http2Error } from "./errors.ts";

/** Bits of the code of each octet 0–255 and of EOS (256): RFC 7541 appendix B. The codes themselves are canonical. */
// deno-fmt-ignore
const CODE_LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
  5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];
const EOS = 256;
/** Decoding steps: `STEPS[state * 16 + nibble]` is next state, or next state + symbol + 1 in the bits from 16 up. */
const STEPS = buildSteps(buildTree());
/** Whether input may end in a state: at a symbol's boundary, or after at most 7 bits that are all ones (§5.2). */
const MAY_END = endStates();
const scratch = new Uint8Array(64 * 1024);

/**
 * Decodes a Huffman-coded string literal into characters 0–255 (RFC 7541 §5.2).
 * Throws Http2Error COMPRESSION_ERROR for EOS inside the string and for padding that is not the start of EOS.
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string {
  let state = 0;
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    for (let shift = 4; shift >= 0; shift -= 4) {
      const step = STEPS[state * 16 + ((byte >>> shift) & 15)]!;
      if (step < 0) throw malformed("the end-of-string code inside the string");
      const symbol = step >>> 16;
      if (symbol > 0) scratch[length++] = symbol - 1;
      state = step & 0xffff;
    }
  }
  if (MAY_END[state] === 0) throw malformed("padding that is not the start of the end-of-string code");
  return charactersOf(scratch, 0, length);
}

function malformed(received: string): Http2Error {
  return new Http2Error(
    ErrorCode.COMPRESSION_ERROR,
    `Cannot decode a string literal: Huffman code expected: received ${received}`,
  );
}

/** The code tree: children of node n at 2n and 2n + 1; a leaf is −(symbol + 1), the root is node 0. */
function buildTree(): number[] {
  const symbols = CODE_LENGTHS.map((bits, symbol) => ({ bits, symbol }))
    .sort((a, b) => a.bits - b.bits || a.symbol - b.symbol);
  const tree = [0, 0];
  let code = 0;
  let codeBits = symbols[0]!.bits;
  for (const { bits, symbol } of symbols) {
    code *= 2 ** (bits - codeBits);
    codeBits = bits;
    let node = 0;
    for (let bit = bits - 1; bit > 0; bit--) {
      const branch = node * 2 + ((code >>> bit) & 1);
      if (tree[branch] === 0) {
        tree[branch] = tree.length / 2;
        tree.push(0, 0);
      }
      node = tree[branch]!;
    }
    tree[node * 2 + (code & 1)] = -(symbol + 1);
    code++;
  }
  return tree;
}

/** No code is shorter than 5 bits, so four bits complete one symbol at most. */
function buildSteps(tree: readonly number[]): Int32Array {
  const steps = new Int32Array(tree.length / 2 * 16);
  for (let state = 0; state < tree.length / 2; state++) {
    for (let nibble = 0; nibble < 16; nibble++) {
      let node = state;
      let emitted = 0;
      for (let bit = 3; bit >= 0; bit--) {
        node = tree[node * 2 + ((nibble >>> bit) & 1)]!;
        if (node >= 0) continue;
        emitted = -node;
        node = 0;
      }
      steps[state * 16 + nibble] = emitted === EOS + 1 ? -1 : (emitted << 16) | node;
    }
  }
  return steps;
}

function endStates(): Uint8Array {
  const tree = buildTree();
  const may = new Uint8Array(tree.length / 2);
  for (let bits = 0, node = 0; bits < 8; bits++) {
    may[node] = 1;
    node = tree[node * 2 + 1]!;
  }
  return may;
}
