import { strict as assert } from "node:assert";
import type * as z from "zod";
import { byteSize, clamped, either, flag, number, oneOf, someText, text, whole } from "./scalars.ts";

const taken: readonly (readonly [name: string, z.ZodType, written: unknown, value: unknown])[] = [
  ["whole", whole(0, 9), " 7 ", 7],
  ["number", number(0, 1), "0.5", 0.5],
  ["either", either(8000, 16_000), "16000", 16_000],
  ["clamped", clamped(0, 2000), 5000, 2000],
  ["clamped", clamped(0, 2000), "-1", 0],
  ["text", text(), 42, "42"],
  ["text", text(), "", ""],
  ["someText", someText(), 0, "0"],
  ["oneOf", oneOf(["wav", "chunk"]), " WAV ", "wav"],
  ["byteSize", byteSize(), "1.5 KB", 1536],
  ["byteSize", byteSize(), "10MB", 10_485_760],
  ["byteSize", byteSize(), 2048, 2048],
  ...["true", "Yes", " on ", "1", 1, true].map((written) => ["flag", flag(), written, true] as const),
  ...["false", "No", "OFF", "0", 0, false].map((written) => ["flag", flag(), written, false] as const),
];

for (const [name, schema, written, value] of taken) {
  Deno.test(`${name} takes ${JSON.stringify(written)}`, () => assert.equal(schema.parse(written), value));
}

const refused: readonly (readonly [name: string, z.ZodType, written: unknown, words: string])[] = [
  ["whole", whole(0, 9), 10, "expected a whole number from 0 to 9"],
  ["whole", whole(0, 9), "1.5", "expected a whole number from 0 to 9"],
  ["whole", whole(0, 9), "", "expected a whole number from 0 to 9"],
  ["whole", whole(0, 9), "1e0", "expected a whole number from 0 to 9"],
  ["number", number(0, 1), NaN, "expected a number from 0 to 1"],
  ["either", either(8000, 16_000), 44_100, "expected 8000 or 16000"],
  ["clamped", clamped(0, 9), "much", "expected a number"],
  ["flag", flag(), "maybe", "expected true or false"],
  ["flag", flag(), 2, "expected true or false"],
  ["text", text(), true, "expected text"],
  ["someText", someText(), "", "expected text that is not empty"],
  ["oneOf", oneOf(["wav", "chunk"]), "mp3", 'expected one of "wav", "chunk"'],
  ["byteSize", byteSize(), "1000", 'expected a size of at least 1KB, such as "10MB"'],
  ["byteSize", byteSize(), "10 TB", 'expected a size of at least 1KB, such as "10MB"'],
];

for (const [name, schema, written, words] of refused) {
  Deno.test(`${name} refuses ${JSON.stringify(written)}`, () => {
    assert.deepEqual(schema.safeParse(written).error?.issues.map(({ message }) => message), [words]);
  });
}
