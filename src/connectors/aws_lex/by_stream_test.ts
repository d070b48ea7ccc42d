import { strict as assert } from "node:assert";
import { callInfo, testConnector } from "../../../tests/connector_suite.ts";
import { lexOn, outline } from "../../../tests/lex/lex_calls.ts";
import { decides, exception, type LexLine, says, ScriptedLex } from "../../../tests/lex/scripted_lex.ts";
import { speech } from "../../../tests/speech_samples.ts";
import { convert } from "../../audio/convert.ts";
import { frames } from "../../../tests/speech_samples.ts";
import type { CallerInput } from "../../call/input.ts";
import type { AgentOutput } from "../../call/output.ts";
import { Queue } from "../../lib/queue.ts";
import { until } from "../../../tests/until.ts";

const MODE = "mode: streaming";
const FORMAT = { encoding: "linear16", sampleRate: 8000 } as const;

/** A Lex that greets, and then answers in order. */
function lexThat(...lines: (LexLine | Error)[]): ScriptedLex {
  return new ScriptedLex(({ text }) => text === "hello" ? says("Welcome.") : lines.shift() ?? says("Yes?"));
}

/** A call whose caller a test moves, and whose agent's outputs it can wait for. */
class Call {
  readonly #inputs = new Queue<CallerInput>(100_000);
  readonly outputs: AgentOutput[] = [];
  readonly #abort = new AbortController();
  readonly over: Promise<void>;
  #wake = () => {};
  #read = 0;

  private constructor(connector: Awaited<ReturnType<typeof lexOn>>) {
    const info = callInfo({ agentId: "aws_lex_connector: Travel", signal: this.#abort.signal });
    this.over = (async () => {
      for await (const output of connector.converse(info, this.#inputs)) {
        this.outputs.push(output);
        this.#wake();
      }
    })();
    this.over.catch(() => {}).finally(() => this.#wake());
  }

  /** A call that the bot has greeted. */
  static async start(lex: ScriptedLex, block = ""): Promise<Call> {
    const connector = await lexOn(lex, `${MODE}${block && ", "}${block}`);
    await connector.agents();
    const call = new Call(connector);
    call.does({ type: "started" });
    assert.deepEqual(await call.answer(), ["voice 200 ms", "listening"]);
    return call;
  }

  does(...inputs: CallerInput[]): void {
    for (const input of inputs) this.#inputs.push(input);
  }

  /** Speaks as fast as can be, and is silent for `silenceMs`. */
  speaks(silenceMs = 0): void {
    const { data } = convert(speech("slt_yes"), FORMAT);
    for (const frame of frames({ format: FORMAT, data }, 320)) {
      this.does({ type: "audio", audio: { format: FORMAT, data: frame } });
    }
    for (let ms = 0; ms < silenceMs; ms += 20) {
      this.does({ type: "audio", audio: { format: FORMAT, data: new Uint8Array(320) } });
    }
  }

  /** Waits until the agent has closed an answer, and returns it in short. */
  async answer(): Promise<string[]> {
    while (true) {
      const end = this.outputs.findIndex(({ type }, at) => at >= this.#read && /listening|transfer|hang_up/.test(type));
      if (end >= 0) {
        const answer = this.outputs.slice(this.#read, end + 1);
        this.#read = end + 1;
        return outline(answer);
      }
      await Promise.race([this.over, new Promise<void>((resolve) => this.#wake = resolve)]);
    }
  }

  async hangUp(): Promise<void> {
    this.does({ type: "hung_up", reason: "caller" });
    this.#inputs.close();
    this.#abort.abort();
    await this.over;
  }
}

testConnector("aws_lex in mode streaming", () => lexOn(lexThat(), `${MODE}, timeout: 1`));

Deno.test("Lex hears the caller while the caller speaks, and its own ear ends the speech", async () => {
  const lex = lexThat(says("Fine.", { heard: "yes" }));
  const call = await Call.start(lex);
  call.does({ type: "speech_started" });
  call.speaks(700);
  assert.deepEqual(await call.answer(), ["heard", "heard", "voice 200 ms", "listening"]);
  const notes = call.outputs.filter((output) => output.type === "heard");
  assert.deepEqual(notes.map(({ what }) => what), ["speech_started", "speech_ended"]);
  await call.hangUp();
  assert.deepEqual(lex.streams, [["config", "audio", "bye"]]);
});

Deno.test("the gateway's own ear ends the speech where Lex's is not asked, and Lex hears silence until it has understood", async () => {
  const lex = lexThat(says("Fine.", { heard: "yes" }));
  const call = await Call.start(lex, "end_of_speech: gateway");
  call.does({ type: "speech_started" });
  call.speaks();
  call.does({ type: "speech_ended" });
  assert.deepEqual(await call.answer(), ["heard", "voice 200 ms", "listening"]);
  await call.hangUp();
});

Deno.test("Lex is told when an answer has been heard, and no sooner", async () => {
  const lex = lexThat(says("Fine.", { heard: "yes", voiceMs: 300 }));
  const call = await Call.start(lex);
  call.does({ type: "speech_started" });
  call.speaks(700);
  await call.answer();
  const at = performance.now();
  while (lex.streams[0]!.filter((event) => event === "played out").length < 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.ok(performance.now() - at > 200);
  await call.hangUp();
});

Deno.test("keys go to Lex one by one, and the key that ends an entry after them", async () => {
  const lex = lexThat(says("Thanks."), says("Again."));
  const call = await Call.start(lex);
  call.does({ type: "keys_started" }, { type: "keys", digits: "120*" });
  assert.deepEqual(await call.answer(), ["voice 200 ms", "listening"]);
  call.does({ type: "keys_started" }, { type: "keys", digits: "7#" });
  await call.answer();
  assert.deepEqual(lex.turns.slice(1), [{ keys: "120*" }, { keys: "7" }]);
  await call.hangUp();
});

for (
  const [line, end] of [
    [decides("BookRoom", "Fulfilled", "Done.", { heard: "yes" }), "hang_up intent_fulfilled"],
    [decides("agent", "ReadyForFulfillment", "One second.", { heard: "yes" }), "transfer intent_ready_for_fulfillment"],
    [decides("BookRoom", "Failed", "Sorry.", { heard: "yes" }), "transfer intent_failed"],
  ] as const
) {
  Deno.test(`on the stream too, the bot's own last words come before ${end}`, async () => {
    const lex = lexThat(line);
    const call = await Call.start(lex);
    call.does({ type: "speech_started" });
    call.speaks(700);
    assert.deepEqual((await call.answer()).slice(-2), ["voice 200 ms", end]);
    await call.over;
    assert.equal(lex.streams[0]!.at(-1), "bye");
  });
}

Deno.test("a decision without a word is acted upon", async () => {
  const { messages: _words, ...wordless } = decides("agent", "ReadyForFulfillment");
  const silent = { ...wordless, voiceMs: 0, heard: "human" };
  const call = await Call.start(lexThat(silent));
  call.does({ type: "speech_started" });
  call.speaks(700);
  assert.equal((await call.answer()).at(-1), "transfer intent_ready_for_fulfillment");
  await call.over;
});

Deno.test("a caller who cuts in while Lex speaks gets the new answer, and the old one is closed", async () => {
  const lex = lexThat(says("A long story", { heard: "yes", voiceMs: 60_000 }), says("Fine.", { heard: "no" }));
  const call = await Call.start(lex);
  call.does({ type: "speech_started" });
  call.speaks(700);
  assert.equal((await call.answer()).at(-1), "listening");
  call.does({ type: "speech_started" });
  call.speaks(700);
  assert.deepEqual((await call.answer()).slice(-2), ["voice 200 ms", "listening"]);
  await call.hangUp();
});

Deno.test("a caller whose keys cut in while Lex speaks gets the answer to them, and nothing tells of speech", async () => {
  const lex = lexThat(says("A long story", { heard: "yes", voiceMs: 60_000 }), says("Thanks."));
  const call = await Call.start(lex);
  call.does({ type: "speech_started" });
  call.speaks(700);
  assert.equal((await call.answer()).at(-1), "listening");
  const notes = call.outputs.filter(({ type }) => type === "heard").length;
  call.does({ type: "keys_started" }, { type: "keys", digits: "7#" });
  assert.deepEqual(await call.answer(), ["voice 200 ms", "listening"]);
  assert.equal(call.outputs.filter(({ type }) => type === "heard").length, notes);
  assert.deepEqual(lex.turns.at(-1), { keys: "7" });
  await call.hangUp();
});

Deno.test("keys that cut in on the question for a sensitive slot are as sensitive as its answer", async () => {
  const sessionState = { dialogAction: { type: "ElicitSlot", slotToElicit: "Card" } };
  const lex = lexThat(says("Your card?", { heard: "yes", goesOn: true, sessionState }), says("Thanks."));
  const call = await Call.start(lex, "sensitive_slots: [Card]");
  call.does({ type: "speech_started" });
  call.speaks(700);
  call.does({ type: "speech_ended" });
  await until(() => call.outputs.at(-1)!.type === "say");
  call.does({ type: "keys_started" }, { type: "keys", digits: "4111#" });
  await call.answer();
  await call.answer();
  const sensitive = call.outputs.flatMap((output) => output.type === "listening" ? output.expects?.sensitive : []);
  assert.deepEqual(sensitive, [false, true, false]);
  await call.hangUp();
});

Deno.test("a stream that is lost while nobody waits is opened again without a word, and the call goes on", async () => {
  const lex = lexThat(says("Fine.", { heard: "yes" }));
  const call = await Call.start(lex);
  await until(() => lex.open.length === 1);
  lex.open[0]!.end();
  await until(() => lex.open.length === 2);
  call.does({ type: "speech_started" });
  call.speaks(700);
  const answer = await call.answer();
  assert.equal(answer[0], "faltered lex_stream_lost");
  assert.deepEqual(answer.slice(-2), ["voice 200 ms", "listening"]);
  await call.hangUp();
});

Deno.test("a stream that is lost while the caller speaks: the caller may finish, is asked to say it again, and Lex hears none of the first", async () => {
  const lex = lexThat(says("Fine.", { heard: "yes" }));
  const call = await Call.start(lex);
  await until(() => lex.open.length === 1);
  call.does({ type: "speech_started" });
  call.speaks();
  await until(() => lex.streams[0]!.includes("audio"));
  lex.open[0]!.end();
  call.speaks(300);
  call.does({ type: "speech_ended" });
  assert.deepEqual(await call.answer(), ["heard", "faltered lex_stream_lost", "bridge", "listening"]);
  await until(() => lex.open.length === 2);
  call.does({ type: "speech_started" });
  call.speaks(700);
  assert.deepEqual((await call.answer()).slice(-2), ["voice 200 ms", "listening"]);
  assert.equal(lex.turns.length, 2);
  await call.hangUp();
});

Deno.test("a stream that is lost while the caller waits: the caller is asked once more, then handed over", async () => {
  const lost = () => exception("InternalServerException", 500);
  const call = await Call.start(lexThat(lost(), lost()));
  call.does({ type: "speech_started" });
  call.speaks();
  call.does({ type: "speech_ended" });
  assert.deepEqual((await call.answer()).slice(-3), ["faltered lex_unavailable", "bridge", "listening"]);
  call.does({ type: "speech_started" });
  call.speaks();
  call.does({ type: "speech_ended" });
  await assert.rejects(call.over, { name: "LexFailure", code: "lex_unavailable" });
});

for (
  const [name, status, code] of [["AccessDeniedException", 403, "lex_access_denied"], [
    "ValidationException",
    400,
    "lex_rejected",
  ]] as const
) {
  Deno.test(`${name} on the stream does not pass: the caller is handed over`, async () => {
    const lex = lexThat();
    const call = await Call.start(lex);
    call.does({ type: "speech_started" });
    await until(() => lex.open.length === 1);
    lex.open[0]!.fail(exception(name, status));
    await assert.rejects(call.over, { code });
  });
}

Deno.test("a stream that is lost again and again is given up", async () => {
  const lex = lexThat();
  const call = await Call.start(lex, "max_retries: 2");
  for (let at = 0; at < 3; at++) {
    await until(() => lex.open.length > at);
    lex.open[at]!.end();
  }
  await assert.rejects(call.over, { code: "lex_stream_lost" });
});

Deno.test("a caller who says nothing hears the bot's last words again on the stream, then a human takes over", async () => {
  const call = await Call.start(lexThat(), "max_silences: 2");
  call.does({ type: "silence" });
  assert.deepEqual(await call.answer(), ["voice 200 ms", "listening"]);
  call.does({ type: "silence" });
  assert.deepEqual(await call.answer(), ["voice 200 ms", "listening"]);
  call.does({ type: "silence" });
  assert.deepEqual(await call.answer(), ["transfer no_input"]);
  const end = call.outputs.at(-1)!;
  assert.ok(end.type === "transfer" && end.transcript === "Agent: Welcome." && end.data?.bot_name === "Travel");
  await call.over;
});

Deno.test("a caller who speaks begins anew with the count of silences", async () => {
  const call = await Call.start(lexThat(says("Fine.", { heard: "yes" })), "max_silences: 1");
  call.does({ type: "silence" });
  await call.answer();
  call.does({ type: "speech_started" });
  call.speaks(700);
  await call.answer();
  call.does({ type: "silence" });
  assert.deepEqual(await call.answer(), ["voice 200 ms", "listening"]);
  await call.hangUp();
});

Deno.test("Lex is told silence_text with its stream closed, and hears the caller again after its answer", async () => {
  const lex = lexThat(says("Still there?"), says("Fine.", { heard: "yes" }));
  const call = await Call.start(lex, "silence_text: nothing");
  await until(() => lex.open.length === 1);
  call.does({ type: "silence" });
  assert.deepEqual(await call.answer(), ["voice 200 ms", "listening"]);
  assert.equal(lex.streams[0]!.at(-1), "bye");
  assert.deepEqual(lex.turns[1], { text: "nothing" });
  await until(() => lex.open.length === 2);
  call.does({ type: "speech_started" });
  call.speaks(700);
  assert.deepEqual((await call.answer()).slice(-2), ["voice 200 ms", "listening"]);
  await call.hangUp();
});

Deno.test("what Lex itself says to a silence is said, and counts as one", async () => {
  const lex = lexThat();
  const call = await Call.start(lex, "max_silences: 1");
  await until(() => lex.open.length === 1);
  lex.open[0]!.says(says("Are you there?"));
  assert.deepEqual(await call.answer(), ["voice 200 ms", "listening"]);
  lex.open[0]!.says(decides("Order", "FulfillmentInProgress", "A moment."));
  assert.deepEqual(await call.answer(), ["voice 200 ms", "listening"]);
  lex.open[0]!.says(says("Hello?"));
  assert.deepEqual(await call.answer(), ["voice 200 ms", "transfer no_input"]);
  await call.over;
});

Deno.test("Lex is told again that nothing plays, once the words that were said again have been heard", async () => {
  const lex = lexThat();
  const call = await Call.start(lex);
  await until(() => lex.open.length === 1);
  call.does({ type: "silence" });
  await call.answer();
  await until(() => lex.streams[0]!.includes("played out"));
  await call.hangUp();
});

Deno.test("an answer that takes long is bridged, and one that does not come is a failure", async () => {
  const never = new Promise<void>(() => {});
  const call = await Call.start(lexThat(says("", { after: never, heard: "yes" })), "filler_after_ms: 50, timeout: 1");
  call.does({ type: "speech_started" });
  call.speaks();
  call.does({ type: "speech_ended" });
  assert.deepEqual((await call.answer()).slice(-4), ["filler", "faltered lex_timeout", "bridge", "listening"]);
  await call.hangUp();
});

Deno.test("a voice that breaks off with its stream is said as far as it came, and the call goes on", async () => {
  const lex = lexThat(says("Well", { heard: "yes", breaksOff: true }));
  const call = await Call.start(lex);
  call.does({ type: "speech_started" });
  call.speaks(700);
  const answer = await call.answer();
  assert.ok(answer.includes("faltered lex_stream_lost"));
  assert.equal(answer.at(-1), "listening");
  await until(() => lex.open.length === 2);
  await call.hangUp();
});

Deno.test("a call that ends leaves nothing behind: no timer, no stream", async () => {
  for (const block of ["", "filler_after_ms: 10"]) {
    const lex = lexThat();
    const call = await Call.start(lex, block);
    call.does({ type: "speech_started" });
    call.speaks(100);
    call.does({ type: "speech_ended" });
    await until(() => lex.open.length === 1);
    await call.hangUp();
    assert.equal(lex.streams[0]!.at(-1), "bye");
  }
});
