import { strict as assert } from "node:assert";
import { jsonLine, type LogEntry, textLine } from "./log_format.ts";

const TIME = Date.UTC(2026, 10, 20, 14, 3, 59, 42);

function entry(fields: LogEntry["fields"], message = "Call opened"): LogEntry {
  return { time: TIME, level: "info", logger: "byova.call", message, fields };
}

Deno.test("jsonLine() puts the fields beside ts, level, logger and msg", () => {
  assert.deepEqual(JSON.parse(jsonLine(entry({ call: "c1", ms: 20, ok: true, none: null, absent: undefined }))), {
    ts: "2026-11-20T14:03:59.042Z",
    level: "info",
    logger: "byova.call",
    msg: "Call opened",
    call: "c1",
    ms: 20,
    ok: true,
    none: null,
  });
});

Deno.test("jsonLine() lets no field pass for a ts, level, logger or msg", () => {
  const line = JSON.parse(jsonLine(entry({ level: "error", msg: "Gotcha" })));
  assert.deepEqual([line.level, line.level_, line.msg, line.msg_], ["info", "error", "Call opened", "Gotcha"]);
});

Deno.test("textLine() reads as time, level, logger, message and key=value", () => {
  const line = textLine(entry({ call: "c1", note: 'two "words"', bytes: 160, error: null }));
  assert.match(line, /^2026-11-\d\d \d\d:\d\d:59\.042 INFO {2}byova\.call: Call opened call=c1 /);
  assert.ok(line.endsWith('note="two \\"words\\"" bytes=160 error=null'), line);
});

Deno.test("neither form lets a value start a line, move a cursor or turn the text around", () => {
  const hostile = "a\r\nfake line\u001b[31m\u009b2J\u2028\u202e\u0000\u007f";
  for (const form of [textLine, jsonLine]) {
    const line = form(entry({ id: hostile, [hostile]: 1 }, hostile));
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
  }
  const parsed = JSON.parse(jsonLine(entry({ id: hostile })));
  assert.equal(parsed.id, hostile);
});

Deno.test("a long value is cut to 1,024 characters and says so", () => {
  assert.equal(JSON.parse(jsonLine(entry({ id: "x".repeat(5000) }))).id, `${"x".repeat(1024)}…(3976 more)`);
  assert.ok(textLine(entry({ list: Array(5000).fill(1) })).length < 1300);
});

Deno.test("an error is one line with its place and its cause", () => {
  const line = textLine(entry({ error: new TypeError("Cannot do\nit", { cause: new Error("no disk") }) }));
  assert.match(
    line,
    /error="TypeError: Cannot do \| it \| at .*log_format_test\.ts:\d+:\d+.*\(cause: Error: no disk\)"$/,
  );
});

Deno.test("values that JSON does not know are logged all the same", () => {
  const ring: Record<string, unknown> = {};
  ring.self = ring;
  const odd = new Error("odd", { cause: Object.create(null) });
  const line = JSON.parse(jsonLine(entry({ big: 7n, nan: NaN, ring, odd, list: [1, "a"], name: Symbol("s") })));
  assert.deepEqual([line.big, line.nan, line.ring, line.odd, line.list, line.name], [
    "7",
    "NaN",
    "[object Object]",
    "[object Error]",
    '[1,"a"]',
    "Symbol(s)",
  ]);
});
