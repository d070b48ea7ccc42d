import * as z from "zod";

/** Text that stands for a number: the environment, the command line and a quoted value in the file all give text. */
const NUMBER = /^[+-]?\d+(\.\d+)?$/;
const TRUE = new Set(["true", "yes", "on", "1"]);
const FALSE = new Set(["false", "no", "off", "0"]);
const SIZE = /^(\d+(?:\.\d+)?) ?([KMG]?)i?B?$/i;
const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** A whole number from `min` to `max`, both included. */
export function whole(min: number, max: number) {
  const error = `expected a whole number from ${min} to ${max}`;
  return z.preprocess(toNumber, z.int(error).min(min, error).max(max, error));
}

/** A number from `min` to `max`, both included. */
export function number(min: number, max: number) {
  const error = `expected a number from ${min} to ${max}`;
  return z.preprocess(toNumber, z.number(error).min(min, error).max(max, error));
}

/** One of two numbers. */
export function either<const A extends number, const B extends number>(a: A, b: B) {
  return z.preprocess(toNumber, z.literal([a, b], `expected ${a} or ${b}`));
}

/** A number that is brought into the range from `min` to `max` instead of being refused outside it. */
export function clamped(min: number, max: number) {
  return z.preprocess(toNumber, z.number("expected a number"))
    .transform((value) => Math.min(max, Math.max(min, value)));
}

/** True or false, in the spellings of YAML 1.1 and of the environment. */
export function flag() {
  return z.preprocess((value) => {
    if (value === 1 || value === 0) return value === 1;
    if (typeof value !== "string") return value;
    const word = value.trim().toLowerCase();
    return TRUE.has(word) ? true : FALSE.has(word) ? false : value;
  }, z.boolean("expected true or false"));
}

/** Text; a bare number is taken as it is written. */
export function text() {
  return z.preprocess(toText, z.string("expected text"));
}

/** Text that is not empty; a bare number is taken as it is written. */
export function someText() {
  return z.preprocess(toText, z.string("expected text").min(1, "expected text that is not empty"));
}

/** One of a few words, in any case. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  const error = `expected one of ${words.map((word) => `"${word}"`).join(", ")}`;
  return z.preprocess(
    (value) => typeof value === "string" ? value.trim().toLowerCase() : value,
    z.enum(words, error),
  );
}

/** A size in bytes, from 1 KB: a number, or text such as "10MB", where 1 KB is 1,024 bytes. */
export function byteSize() {
  const error = 'expected a size of at least 1KB, such as "10MB"';
  return z.preprocess((value) => {
    const [, amount, unit] = typeof value === "string" ? SIZE.exec(value.trim()) ?? [] : [];
    return amount === undefined ? value : Math.round(Number(amount) * UNITS[unit!.toUpperCase()]!);
  }, z.int(error).min(1024, error));
}

function toText(value: unknown): unknown {
  return typeof value === "number" ? String(value) : value;
}

function toNumber(value: unknown): unknown {
  return typeof value === "string" && NUMBER.test(value.trim()) ? Number(value) : value;
}
