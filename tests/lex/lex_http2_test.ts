import { strict as assert } from "node:assert";
import type { CallerInput } from "../../src/call/input.ts";
import type { AgentOutput } from "../../src/call/output.ts";
import { connectLex } from "../../src/connectors/aws_lex/connect.ts";
import { openClients } from "../../src/connectors/aws_lex/clients.ts";
import { lexConfig } from "../../src/connectors/aws_lex/options.ts";
import { FreshFetch } from "../../src/lib/fresh_fetch.ts";
import { parse } from "yaml";
import { Authority } from "../certificates.ts";
import { callInfo, testDeps } from "../connector_suite.ts";
import { speech } from "../speech_samples.ts";
import { FakeLex } from "./fake_lex.ts";
import { FrailLine, FRAME, goAway, type Harm, type Piece, reset, streamOf } from "./frail_line.ts";
import { clock, outline } from "./lex_calls.ts";
import { lexThat } from "./lex_house.ts";
import { says } from "./scripted_lex.ts";

/** RecognizeUtterance as real Lex has it: HTTP/2 over TLS, by `fetch`, on a connection that is kept. */

const authority = await Authority.create("Test Root");
const identity = await authority.issue({ commonName: "localhost", names: ["localhost"] });

/** Plays a call of two turns, after its greeting, over a line that is hurt once the caller has been greeted. */
async function call(hurt: (line: FrailLine) => void) {
  const script = lexThat(says("One.", { heard: "one" }), says("Two.", { heard: "two" }));
  await using lex = new FakeLex(script, { bots: { Travel: ["LIVE"] } });
  await using line = new FrailLine(lex.port, { tls: identity });
  using fresh = new FreshFetch({ caCerts: [authority.cert] });
  const deps = testDeps({ clock, fetch: fresh.fetch });
  const url = `https://localhost:${line.address.split(":")[1]}`;
  const block = `{${lex.blockVia(url)}, mode: utterance, filler_after_ms: 0, timeout: 1}`;
  const config = lexConfig.parse(parse(block));
  await using clients = openClients(config, deps);
  const connector = await connectLex(config, deps, { id: "lex", clients });
  const audio = speech("slt_yes");
  await connector.agents();
  const outputs: AgentOutput[] = [];
  const { promise: greeted, resolve: greet } = Promise.withResolvers<void>();
  async function* caller(): AsyncGenerator<CallerInput> {
    yield { type: "started" };
    await greeted;
    hurt(line);
    yield { type: "utterance", audio };
    yield { type: "utterance", audio };
  }
  for await (const output of connector.converse(callInfo({ agentId: "lex: Travel" }), caller())) {
    outputs.push(output);
    if (output.type === "listening") greet();
  }
  return { heard: outline(outputs), turns: script.turns.length - 1, connections: line.made };
}

const VOICE = ["voice 200 ms", "listening"];
const ASKED_AGAIN = ["faltered lex_answer_lost", "bridge", "listening"];
/** The stream is reset, and what comes after it is late. */
const resetFirst = (code: number): Harm => (piece) =>
  Uint8Array.from([...reset(code, streamOf(piece)), ...piece.bytes]);
const head = ({ type }: Piece) => type === FRAME.HEADERS;
const body = ({ type, bytes }: Piece) => type === FRAME.DATA && bytes.length > 1000;

for (
  const [what, when, harm, answer, connections] of [
    ["RST_STREAM INTERNAL_ERROR before the answer", head, resetFirst(2), ASKED_AGAIN, 1],
    ["RST_STREAM ENHANCE_YOUR_CALM before the answer", head, resetFirst(11), ASKED_AGAIN, 1],
    ["a cut before the answer", head, () => ({ cutAfter: new Uint8Array() }), ASKED_AGAIN, 2],
    ["GOAWAY INTERNAL_ERROR and a cut", head, () => ({ cutAfter: goAway(2, 127) }), ASKED_AGAIN, 2],
    ["a cut within the voice", body, ({ bytes }) => ({ cutAfter: bytes }), [
      "voice 50 ms",
      "faltered lex_answer_lost",
      "listening",
    ], 2],
  ] as const satisfies readonly (readonly [string, (piece: Piece) => boolean, Harm, readonly string[], number])[]
) {
  Deno.test(`HTTP/2, ${what}: Lex is told once, and the caller goes on`, async () => {
    const done = await call((line) => line.once(when, harm));
    assert.deepEqual(done, { heard: [...VOICE, ...answer, ...VOICE], turns: 2, connections });
  });
}

Deno.test("HTTP/2, GOAWAY that lets the turn finish: nobody notices, and the next turn takes another connection", async () => {
  const done = await call((line) => line.once(head, ({ bytes }) => Uint8Array.from([...bytes, ...goAway(0, 255)])));
  assert.deepEqual(done, { heard: [...VOICE, ...VOICE, ...VOICE], turns: 2, connections: 2 });
});

Deno.test("HTTP/2, a line that goes dead without a word: the caller is asked once more, and the next turn takes another connection", async () => {
  const done = await call((line) => line.die());
  const heard = [...VOICE, "faltered lex_timeout", "bridge", "listening", ...VOICE];
  assert.deepEqual(done, { heard, turns: 1, connections: 2 });
});
