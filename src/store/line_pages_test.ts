import { strict as assert } from "node:assert";
import fc from "fast-check";
import { LinePages, linesOf, type Page } from "./line_pages.ts";

const read = (pages: readonly Page[]) => pages.flatMap(({ text }) => linesOf(text));

Deno.test("lines come out as they went in, in order, whatever they hold and however they are taken", () => {
  const line = fc.oneof(
    fc.json(),
    fc.string({ unit: "grapheme" }).map((text) => JSON.stringify(text)),
    fc.integer({ min: 1, max: 90_000 }).map((length) => JSON.stringify("\u{20ac}".repeat(length))),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 9, arbitrary: line }, { weight: 1, arbitrary: fc.nat(800) })), (steps) => {
      const pages = new LinePages();
      const put: string[] = [], taken: string[] = [];
      const take = (most: number) => {
        const some = pages.take(most);
        taken.push(...read(some));
        pages.release(some);
      };
      for (const step of steps) {
        if (typeof step === "number") take(step);
        else put.push(step), pages.put(step);
        assert.equal(pages.lines, put.length - taken.length);
      }
      take(Infinity);
      assert.deepEqual(taken, put);
    }),
    { numRuns: 200 },
  );
});

Deno.test("whole pages are taken: as many lines as are asked for at most, but one page at least", () => {
  const pages = new LinePages();
  for (let at = 0; at < 1700; at++) pages.put(String(at));
  const sizes = (most: number) => pages.take(most).map(({ lines }) => lines);
  assert.deepEqual(sizes(1), [500]);
  assert.deepEqual(sizes(1100), [500, 500]);
  assert.deepEqual(sizes(1100), [200]);
  assert.deepEqual(sizes(1100), []);
});

Deno.test("the oldest page is dropped, and pages are used again only once they are released", () => {
  const pages = new LinePages();
  for (let at = 0; at < 600; at++) pages.put(String(at));
  assert.equal(pages.drop(), 500);
  assert.equal(pages.lines, 100);
  const held = pages.take(100);
  for (let at = 0; at < 2000; at++) pages.put("another");
  assert.deepEqual(read(held), Array.from({ length: 100 }, (_, at) => String(500 + at)));
  pages.release(held);
  pages.put("the next");
  assert.equal(read(pages.take(Infinity)).at(-1), "the next");
});
