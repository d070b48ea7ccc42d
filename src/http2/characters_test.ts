import { strict as assert } from "node:assert";
import { charactersOf } from "./characters.ts";

const octets = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

Deno.test("octets become characters 0-255, whatever came before and wherever they stand", () => {
  const texts = Array.from({ length: 2000 }, (_, at) => `name-${at % 700}\u00ff${"x".repeat(at % 40)}`);
  for (const text of [...texts, "", "y".repeat(5000), ...texts]) {
    const bytes = octets(`<${text}>`);
    assert.equal(charactersOf(bytes, 1, bytes.length - 1), text);
  }
});
