import { strict as assert } from "node:assert";
import { ManualClock } from "../../tests/manual_clock.ts";
import { LineWriter, type LineWriterOptions } from "./log_writer.ts";

/** An output that takes nothing until its gate is opened. */
class GatedOutput {
  text = "";
  #gate = Promise.withResolvers<void>();
  #decoder = new TextDecoder();
  /** At most this many bytes of a write are taken. */
  most = Infinity;

  write = async (bytes: Uint8Array): Promise<number> => {
    await this.#gate.promise;
    const taken = bytes.subarray(0, this.most);
    this.text += this.#decoder.decode(taken, { stream: true });
    return taken.length;
  };

  open(): void {
    this.#gate.resolve();
  }
}

/** Moves time on by `ms` and lets everything that was waiting for that happen. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  clock.advance(ms);
  await settled();
}

/** Waits until no promise that can go on is left. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
}

function writer(write: LineWriterOptions["write"], options: Partial<LineWriterOptions> = {}) {
  const clock = new ManualClock();
  return { clock, writer: new LineWriter({ write, clock, lossLine: (lost) => `lost ${lost}`, ...options }) };
}

Deno.test("lines come out whole and in order, however little is taken at once", async () => {
  const output = new GatedOutput();
  output.most = 3;
  output.open();
  const { writer: lines } = writer(output.write);
  lines.push("one");
  lines.push("zwölf");
  assert.equal(await lines.flush(1000), true);
  assert.equal(output.text, "one\nzwölf\n");
  assert.equal(lines.lost, 0);
});

Deno.test("a stalled output costs the oldest lines, which are counted and announced", async () => {
  const output = new GatedOutput();
  const { writer: lines } = writer(output.write, { maxLines: 3 });
  lines.push("in flight");
  await settled();
  for (let at = 0; at < 10; at++) lines.push(`line ${at}`);
  assert.equal(lines.lost, 7);
  output.open();
  await settled();
  assert.equal(output.text, "in flight\nlost 7\nline 7\nline 8\nline 9\n");
});

Deno.test("what waits is bounded in characters too", async () => {
  const output = new GatedOutput();
  const { writer: lines } = writer(output.write, { maxChars: 100 });
  lines.push("in flight");
  await settled();
  for (let at = 0; at < 50; at++) lines.push("x".repeat(10));
  assert.equal(lines.lost, 40);
  output.open();
  assert.equal(await lines.flush(1000), true);
});

Deno.test("losses are announced once a second, the last ones without waiting for another line", async () => {
  const gates = [new GatedOutput(), new GatedOutput()];
  let text = "";
  const write = async (bytes: Uint8Array) => {
    const gate = gates.shift();
    const taken = gate ? await gate.write(bytes) : bytes.length;
    text += new TextDecoder().decode(bytes);
    return taken;
  };
  const [first, second] = gates;
  const { writer: lines, clock } = writer(write, { maxLines: 1 });
  lines.push("a");
  await settled();
  lines.push("b");
  lines.push("c");
  first!.open();
  await settled();
  lines.push("d");
  lines.push("e");
  second!.open();
  await settled();
  assert.equal(text, "a\nlost 1\nc\ne\n");
  await pass(clock, 999);
  assert.equal(text, "a\nlost 1\nc\ne\n");
  await pass(clock, 1);
  assert.equal(text, "a\nlost 1\nc\ne\nlost 1\n");
});

Deno.test("a failing output is complained about once and tried again every second", async () => {
  const failures: unknown[] = [];
  let text = "";
  let full = true;
  const { writer: lines, clock } = writer((bytes) => {
    if (full) return Promise.reject(new Error("No space left on device"));
    text += new TextDecoder().decode(bytes);
    return Promise.resolve(bytes.length);
  }, { onFailure: (error) => failures.push(error) });
  lines.push("a");
  await settled();
  lines.push("b");
  await pass(clock, 1000);
  lines.push("c");
  full = false;
  await pass(clock, 1000);
  assert.equal(failures.length, 1);
  assert.equal(text, "lost 2\nc\n");
  assert.equal(lines.lost, 2);
});

Deno.test("a line that broke off half-way does not run into the next", async () => {
  let text = "";
  const takes = [2, Infinity, 100];
  const { writer: lines, clock } = writer((bytes) => {
    const most = takes.shift()!;
    if (most === Infinity) return Promise.reject(new Error("No space left on device"));
    text += new TextDecoder().decode(bytes.subarray(0, most));
    return Promise.resolve(Math.min(most, bytes.length));
  });
  lines.push("abcdef");
  await settled();
  lines.push("next");
  await pass(clock, 1000);
  assert.equal(text, "ab\nlost 1\nnext\n");
});

Deno.test("an output that is full for the moment loses nothing", async () => {
  let text = "";
  let full = true;
  const { writer: lines, clock } = writer((bytes) => {
    if (full) return Promise.reject(new Deno.errors.WouldBlock("full"));
    text += new TextDecoder().decode(bytes);
    return Promise.resolve(bytes.length);
  });
  lines.push("a");
  await settled();
  full = false;
  await pass(clock, 20);
  assert.equal(text, "a\n");
  assert.equal(lines.lost, 0);
});

Deno.test("flush() gives up on a stalled output", async () => {
  const output = new GatedOutput();
  const { writer: lines } = writer(output.write);
  lines.push("a");
  assert.equal(await lines.flush(1), false);
  output.open();
  assert.equal(await lines.flush(1000), true);
});
