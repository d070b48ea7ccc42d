import { strict as assert } from "node:assert";
import { csvLine } from "./csv.ts";

Deno.test("a record of CSV is quoted by RFC 4180, and no cell of it is taken for a formula", () => {
  for (
    const [cells, line] of [
      [["a", 1, -2.5, true, null], "a,1,-2.5,true,\r\n"],
      [['say "a, b"', "two\r\nlines", "one\nmore"], '"say ""a, b""","two\r\nlines","one\nmore"\r\n'],
      [["=1+1", "+1", "-1", "@SUM(A1)"], "'=1+1,'+1,'-1,'@SUM(A1)\r\n"],
      [["\tx", "\r=x", '=HYPERLINK("x")'], `'\tx,"'\r=x","'=HYPERLINK(""x"")"\r\n`],
      [["a=1", " =1", ""], "a=1, =1,\r\n"],
    ] as const
  ) assert.equal(csvLine(cells), line);
});
