import { strict as assert } from "node:assert";
import { hurried } from "./lex_calls.ts";
import { house, lexThat, outline, sentence } from "./lex_house.ts";
import { says } from "./scripted_lex.ts";

/** A line to Lex that goes dead in the middle of a call: what is sent is lost, and neither end is told. */

const TIMES = 5;
/** When a dead line has been noticed at the latest: two looks for silence, and the time for a sign of life. */
const NOTICED_MS = 2 * 3000 + 2000;
/** What the test's own machine may add, in ms of the hurried time. */
const SLACK_MS = 1000 * TIMES;
const FINE = says("Fine.", { heard: "yes" });

/** A call that was greeted, and whose stream stands. */
async function onStream(block = "timeout: 60") {
  const script = lexThat(FINE, FINE);
  const clock = hurried(TIMES);
  const it = await house(script, `mode: streaming, ${block}`, { clock });
  const call = it.gateway.call();
  await call.start();
  const stream = async (count: number) => {
    while (script.streams.length < count || !script.streams[count - 1]!.includes("config")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await stream(1);
  return { it, call, clock, stream };
}

Deno.test("a line that goes dead while the caller speaks: the caller is asked once more in time, and goes on over another", async () => {
  const { it, call, clock, stream } = await onStream();
  await using _ = it;
  it.line.die();
  const diedAt = clock.now();
  assert.deepEqual(outline(await call.say(sentence)).slice(-2), ["CHUNK sound", "FINAL"]);
  const ms = clock.now() - diedAt;
  assert.ok(ms < NOTICED_MS + SLACK_MS, `${ms} ms`);
  assert.deepEqual(await it.failures(), ["lex_stream_silent"]);
  assert.equal(it.lex.script.turns.length, 1);
  await stream(2);
  assert.deepEqual(outline(await call.say(sentence)).slice(-2), ["CHUNK sound", "FINAL"]);
  assert.equal(it.lex.script.turns.length, 2);
  await call.event("SESSION_END");
});

Deno.test("a line that goes dead while nobody speaks is replaced, and the caller notices nothing", async () => {
  const { it, call, clock, stream } = await onStream();
  await using _ = it;
  it.line.die();
  const diedAt = clock.now();
  await stream(2);
  const ms = clock.now() - diedAt;
  assert.ok(ms < NOTICED_MS + SLACK_MS, `${ms} ms`);
  assert.deepEqual(await it.failures(), ["lex_stream_silent"]);
  assert.deepEqual(outline(await call.say(sentence)).slice(-2), ["CHUNK sound", "FINAL"]);
  assert.equal(it.lex.script.turns.length, 2);
  await call.event("SESSION_END");
});

Deno.test("a line that goes dead once too often ends in a hand-over, with the reason", async () => {
  const { it, call } = await onStream("timeout: 60, failures_before_transfer: 1");
  await using _ = it;
  it.line.die();
  const last = await call.say(sentence);
  assert.deepEqual(outline(last).slice(-2), ["CHUNK sound", "FINAL TRANSFER_TO_AGENT"]);
  assert.equal(last.responses.at(-1)!.outputEvents[0]!.metadata!.reason, "lex_stream_silent");
  assert.deepEqual(await it.failures(), ["lex_stream_silent"]);
});
