import { strict as assert } from "node:assert";
import type { Ended, TestCall } from "../gateway_harness.ts";
import { EVENT_AT, flipped, FRAME, frame, goAway, type Harm, names, type Piece, reset } from "./frail_line.ts";
import { house, lexThat, outline, sentence } from "./lex_house.ts";
import { exception, says } from "./scripted_lex.ts";
import { until } from "../until.ts";

/** What befalls the wire to Lex in the middle of a call, and what the caller hears of it. */

/** What a caller bears, in ms: from the end of speech to being asked again. */
const BEARABLE_MS = 3000;
/** More than an answer of this Lex has, which is 200 ms. */
const WHOLE_BYTES = 1800;
const FINE = says("Fine.", { heard: "yes" });

/** Lets a piece pass, and sends something after it. */
const then = (after: Uint8Array): Harm => ({ bytes }) => Uint8Array.from([...bytes, ...after]);
const half = ({ bytes }: Piece) => bytes.slice(0, bytes.length / 2);
/** A frame of half an event, after which nothing comes. */
const halfAnEvent: Harm = ({ bytes }) => {
  const event = bytes.slice(EVENT_AT, EVENT_AT + (bytes.length - EVENT_AT) / 2);
  const end = frame(FRAME.DATA, 1, [...event.slice(0, 200)]);
  end[4] = 1;
  return end;
};
const decided = names("IntentResultEvent");
const spoke = names("AudioResponseEvent");

/** Whether the caller is asked to say it again, or has heard a part of the answer. */
type Heard = "asked again" | "a part";
type HarmLine = readonly [what: string, when: (piece: Piece) => boolean, harm: Harm, code: string, heard?: Heard];

const STREAM_HARMS: readonly HarmLine[] = [
  ["a wrong checksum of the prelude", decided, ({ bytes }) => flipped(bytes, EVENT_AT + 8), "lex_stream_corrupt"],
  ["a wrong checksum of the message", decided, ({ bytes }) => flipped(bytes, -1), "lex_stream_corrupt"],
  ["a length of 4 GiB", decided, ({ bytes }) => flipped(bytes, EVENT_AT), "lex_stream_corrupt"],
  ["a changed payload", spoke, ({ bytes }) => flipped(bytes, -40), "lex_stream_corrupt"],
  ["a cut within an event", decided, (piece) => ({ cutAfter: half(piece) }), "lex_stream_lost"],
  ["a cut within the answer", spoke, ({ bytes }) => ({ cutAfter: bytes }), "lex_stream_lost", "a part"],
  ["an end within an event", decided, halfAnEvent, "lex_stream_lost"],
  ["RST_STREAM INTERNAL_ERROR", decided, () => reset(2), "lex_stream_lost"],
  ["RST_STREAM REFUSED_STREAM", decided, () => reset(7), "lex_stream_lost"],
  ["RST_STREAM CANCEL in the answer", spoke, then(reset(8)), "lex_stream_lost", "a part"],
  ["RST_STREAM ENHANCE_YOUR_CALM", decided, () => reset(11), "lex_stream_lost"],
  ["RST_STREAM with an unknown code", decided, () => reset(99), "lex_stream_lost"],
  ["GOAWAY INTERNAL_ERROR that leaves the stream out", decided, () => goAway(2, 0), "lex_stream_lost"],
  ["GOAWAY ENHANCE_YOUR_CALM and a cut", decided, () => ({ cutAfter: goAway(11, 1) }), "lex_stream_lost"],
  ["bytes that are no frame", decided, () => Uint8Array.from({ length: 64 }, () => 0xff), "lex_stream_lost"],
];

for (const [what, when, harm, code, heard = "asked again"] of STREAM_HARMS) {
  Deno.test(`streaming: ${what}: the caller is ${heard === "a part" ? "told a part" : heard} at once, and goes on with a new stream`, async () => {
    await using it = await house(lexThat(FINE, FINE), "mode: streaming");
    const call = it.gateway.call();
    await call.start();
    const idle = it.line.open; // what fetch keeps for the next request
    it.line.once(when, harm);
    await survives(it, call, [code], heard);
    assert.equal(it.lex.script.streams.length, 2);
    await call.event("SESSION_END");
    await until(() => it.line.open === idle);
    const lines = it.gateway.log.filter(({ message }) => message === "lex stream lost");
    assert.deepEqual(lines.map(({ fields }) => fields.code), [code]);
  });
}

Deno.test("streaming: GOAWAY that lets the stream finish harms nobody, and the next stream takes another connection", async () => {
  await using it = await house(lexThat(FINE, FINE, FINE), "mode: streaming");
  const call = it.gateway.call();
  await call.start();
  it.line.once(decided, then(goAway(0, 1)));
  assert.deepEqual(outline(await call.say(sentence)).slice(-2), ["CHUNK sound", "FINAL"]);
  assert.deepEqual(outline(await call.say(sentence)).slice(-2), ["CHUNK sound", "FINAL"]);
  assert.deepEqual(await it.failures(), []);
  assert.equal(it.lex.script.streams.length, 1);
  it.line.cut();
  await until(() => it.lex.script.streams.length === 2);
  assert.deepEqual(outline(await call.say(sentence)).slice(-2), ["CHUNK sound", "FINAL"]);
  assert.deepEqual(await it.failures(), ["lex_stream_lost"]);
  await call.event("SESSION_END");
});

for (
  const [name, code, passes] of [
    ["AccessDeniedException", "lex_access_denied", false],
    ["ResourceNotFoundException", "lex_not_found", false],
    ["ValidationException", "lex_rejected", false],
    ["ThrottlingException", "lex_throttled", true],
    ["InternalServerException", "lex_unavailable", true],
    ["ConflictException", "lex_busy_session", true],
    ["DependencyFailedException", "lex_lambda_failed", true],
    ["BadGatewayException", "lex_unavailable", true],
    ["SomethingNewException", "lex_stream_lost", true],
    ["internal-failure", "lex_stream_lost", true],
  ] as const
) {
  const end = passes ? "asked once more, and goes on" : "handed over";
  Deno.test(`streaming: ${name} as an event: the caller is ${end}`, async () => {
    await using it = await house(lexThat(exception(name, 400), FINE), "mode: streaming");
    const call = it.gateway.call();
    await call.start();
    if (passes) {
      await survives(it, call, [code], "asked again");
      await call.event("SESSION_END");
    } else {
      const last = await call.say(sentence);
      assert.deepEqual(outline(last).slice(-2), ["CHUNK sound", "FINAL TRANSFER_TO_AGENT"]);
      assert.equal(last.responses.at(-1)!.outputEvents[0]!.metadata!.reason, code);
      assert.deepEqual(await it.failures(), [code]);
    }
    assert.doesNotMatch(JSON.stringify(it.gateway.log), /4111/);
  });
}

Deno.test("streaming: a first byte that does not come: a filler, then the caller is asked once more, on a new stream", async () => {
  await using it = await house(lexThat(FINE, FINE), "mode: streaming, timeout: 1, filler_after_ms: 200");
  const call = it.gateway.call();
  await call.start();
  const { promise: never, resolve: letGo } = Promise.withResolvers<Uint8Array>();
  it.line.once(({ type }) => type === FRAME.HEADERS, () => never);
  await survives(it, call, ["lex_timeout"], "asked again");
  await call.event("SESSION_END");
  letGo(new Uint8Array());
});

const head = ({ bytes }: Piece) => new TextDecoder().decode(bytes).startsWith("HTTP/1.1 200");
const cutInBody: Harm = ({ bytes }) => {
  const body = new TextDecoder("latin1").decode(bytes).indexOf("\r\n\r\n") + 4;
  return { cutAfter: bytes.slice(0, body + 600) };
};

const TURN_HARMS: readonly HarmLine[] = [
  ["a cut before the answer", head, () => ({ cutAfter: new Uint8Array() }), "lex_answer_lost"],
  ["a cut within the head", head, ({ bytes }) => ({ cutAfter: bytes.slice(0, 100) }), "lex_answer_lost"],
  ["a cut within the voice", head, cutInBody, "lex_answer_lost", "a part"],
  ["an answer that is no HTTP", head, () => Uint8Array.of(1, 2, 3, 13, 10, 13, 10), "lex_answer_lost"],
];

for (const [what, when, harm, code, heard = "asked again"] of TURN_HARMS) {
  Deno.test(`utterance: ${what}: the caller is ${heard === "a part" ? "told a part" : heard} at once, and goes on`, async () => {
    await using it = await house(lexThat(FINE, FINE), "mode: utterance");
    const call = it.gateway.call();
    await call.start();
    it.line.once(when, harm);
    await survives(it, call, [code], heard);
    assert.equal(it.lex.script.turns.length, 3); // the first said once
    await call.event("SESSION_END");
  });
}

Deno.test("utterance: a first byte that does not come: a filler, then the caller is asked once more", async () => {
  await using it = await house(lexThat(FINE, FINE), "mode: utterance, timeout: 1, filler_after_ms: 200");
  const call = it.gateway.call();
  await call.start();
  const { promise: never, resolve: letGo } = Promise.withResolvers<Uint8Array>();
  it.line.once(head, () => never);
  await survives(it, call, ["lex_timeout"], "asked again");
  letGo(new Uint8Array());
});

/** Says a sentence that gets no whole answer, and one that does. */
async function survives(it: Awaited<ReturnType<typeof house>>, call: TestCall, codes: string[], heard: Heard) {
  const askedAt = performance.now();
  const answer = await call.say(sentence);
  assert.ok(performance.now() - askedAt < BEARABLE_MS);
  assert.deepEqual(outline(answer).slice(-2), ["CHUNK sound", "FINAL"]);
  assert.equal(soundBytes(answer) > WHOLE_BYTES ? "asked again" : "a part", heard);
  assert.deepEqual(await it.failures(), codes);
  const next = await call.say(sentence);
  assert.deepEqual(outline(next).slice(-2), ["CHUNK sound", "FINAL"]);
  assert.ok(soundBytes(next) >= 1600 && soundBytes(next) < WHOLE_BYTES);
  assert.deepEqual(await it.failures(), codes);
  const metrics = await (await fetch(`${it.gateway.url}/metrics`)).text();
  assert.ok(metrics.includes(`byova_agent_falters_total{connector="aws_lex_connector",code="${codes[0]}"} 1`));
}

function soundBytes({ responses }: Ended): number {
  return responses.flatMap(({ prompts }) => prompts).reduce((sum, { audioContent }) => sum + audioContent.length, 0);
}
