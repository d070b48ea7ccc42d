import { strict as assert } from "node:assert";
import { Buffer } from "node:buffer";
import { play, testConnector } from "../../../tests/connector_suite.ts";
import { lexOn, outline } from "../../../tests/lex/lex_calls.ts";
import { keepingLog, type Line } from "../../../tests/logs.ts";
import { MemoryDisk } from "../../../tests/memory_disk.ts";
import { decides, exception, type LexLine, says, ScriptedLex } from "../../../tests/lex/scripted_lex.ts";
import { speech } from "../../../tests/speech_samples.ts";
import { MULAW_TO_LINEAR } from "../../audio/g711.ts";
import { readWav } from "../../audio/wav.ts";
import type { CallerInput } from "../../call/input.ts";
import type { AgentOutput } from "../../call/output.ts";
import { unpack } from "./answer.ts";

const MODE = "mode: utterance";
const UTTERANCE = { type: "utterance", audio: speech("slt_booking") } as const;
const STARTED: CallerInput = { type: "started" };

/** A Lex that greets, and then answers in order. */
function lexThat(...lines: (LexLine | Error)[]): ScriptedLex {
  return new ScriptedLex(({ text }) => text === "hello" ? says("Welcome.") : lines.shift() ?? says("Yes?"));
}

async function heard(lex: ScriptedLex, block: string, inputs: readonly CallerInput[]): Promise<string[]> {
  return outline(await play(await lexOn(lex, block), [STARTED, ...inputs])).slice(2);
}

testConnector("aws_lex in mode utterance", () => lexOn(lexThat(), MODE));

Deno.test("a call starts with what the bot says to the trigger text, and the flow's parameters go with it, once", async () => {
  const lex = lexThat();
  const connector = await lexOn(lex, `${MODE}, request_attributes: {tenant: "{org_id}"}`);
  const outputs = await play(connector, [STARTED, UTTERANCE], { parameters: { tier: "gold" } });
  assert.deepEqual(outline(outputs.slice(0, -4)), ["voice 200 ms", "listening"]);
  assert.deepEqual(lex.turns[0], { text: "hello" });
  const [first, second] = lex.requests;
  assert.deepEqual(unpack(first!.sessionState), { sessionAttributes: { tier: "gold" } });
  assert.equal(second!.sessionState, undefined);
  assert.deepEqual([first, second].map((request) => unpack(request!.requestAttributes)), [{ tenant: "o1" }, {
    tenant: "o1",
  }]);
  assert.equal(first!.sessionId, second!.sessionId);
});

for (
  const [type, rate] of [
    ["audio/l16; rate=16000; channels=1", 16_000],
    ["audio/l16; rate=8000; channels=1", 8000],
    ["audio/lpcm; sample-rate=8000; sample-size-bits=16; channel-count=1; is-big-endian=false", 8000],
  ] as const
) {
  Deno.test(`the caller's voice reaches Lex as ${type}, more than 30 dB above what the way adds`, async () => {
    const lex = lexThat();
    const audio = speech("slt_booking");
    await play(await lexOn(lex, `${MODE}, audio_request_content_type: "${type}"`), [STARTED, {
      type: "utterance",
      audio,
    }]);
    assert.equal(lex.requests[1]!.requestContentType, type);
    const arrived = new Int16Array(lex.turns[1]!.sound!.slice().buffer);
    const source = Float32Array.from(audio.data, (code) => MULAW_TO_LINEAR[code]!);
    assert.equal(arrived.length, source.length * rate / 8000);
    const at8k = arrived.filter((_, n) => n % (rate / 8000) === 0);
    assert.ok(snr(source, at8k) > 30, `${snr(source, at8k).toFixed(1)} dB`);
  });
}

/** Signal over difference, in dB, of samples that are in step. */
function snr(source: Float32Array, arrived: Int16Array): number {
  let signal = 0, noise = 0;
  source.forEach((sample, n) => {
    signal += sample ** 2;
    noise += (sample - arrived[n]!) ** 2;
  });
  return 10 * Math.log10(signal / noise);
}

Deno.test("Lex's voice comes back with its level and pitch, in pieces that go on where the last one ends", async () => {
  const outputs = await play(await lexOn(lexThat(says("Fine.", { voiceMs: 1000 })), MODE), [STARTED, UTTERANCE]);
  const pieces = outputs.slice(outputs.findIndex(({ type }) => type === "listening") + 1)
    .flatMap((output) => output.type === "say" ? [...output.audio!.data] : []);
  const samples = pieces.map((code) => MULAW_TO_LINEAR[code]!);
  const sine = Float32Array.from(samples, (_, n) => 8000 * Math.sin(2 * Math.PI * 440 * n / 8000));
  assert.equal(samples.length, 8000);
  assert.ok(snr(sine.slice(50, -50), Int16Array.from(samples).slice(50, -50)) > 30);
});

for (const keys of ["0", "*", "#", "5", "1234567890*#", "A"]) {
  Deno.test(`keys ${keys} reach Lex as text`, async () => {
    const lex = lexThat();
    await play(await lexOn(lex, MODE), [STARTED, { type: "keys_started" }, { type: "keys", digits: keys }]);
    assert.deepEqual(lex.turns[1], { text: keys });
  });
}

Deno.test("Lex's rules become what Webex is told, over the connector's own, and its deletion key wipes an entry", async () => {
  const sessionAttributes = {
    "x-amz-lex:dtmf:max-length:*:*": "4",
    "x-amz-lex:dtmf:deletion-character:*:*": "*",
    "x-amz-lex:allow-interrupt:*:*": "false",
  };
  const lex = lexThat(says("Your PIN?", { sessionState: { sessionAttributes } }));
  const connector = await lexOn(lex, `${MODE}, input: {dtmf_length: 9, terminator: ""}`);
  const outputs = await play(connector, [STARTED, UTTERANCE, { type: "keys", digits: "12*34" }]);
  const listening = outputs.filter((output) => output.type === "listening");
  assert.deepEqual(listening[0]!.expects, { keyCount: 9, terminator: "", sensitive: false });
  assert.deepEqual(listening[1]!.expects, { keyCount: 4, terminator: "", sensitive: false });
  assert.equal(
    outputs.findLast((output, at) => output.type === "say" && at < outputs.indexOf(listening[1]!))!.type,
    "say",
  );
  const prompts = outputs.slice(outputs.indexOf(listening[0]!), outputs.indexOf(listening[1]!));
  assert.ok(prompts.every((output) => output.type !== "say" || !output.bargeIn));
  assert.deepEqual(lex.turns[2], { text: "34" });
});

for (
  const [line, end] of [
    [decides("BookRoom", "Fulfilled"), "hang_up intent_fulfilled"],
    [decides("agent", "ReadyForFulfillment"), "transfer intent_ready_for_fulfillment"],
    [decides("BookRoom", "Failed"), "transfer intent_failed"],
    [decides("FallbackIntent", "Fulfilled"), "listening"],
  ] as const
) {
  const { name, state } = line.interpretations![0]!.intent!;
  Deno.test(`${name} that is ${state}: the bot's own last words, then ${end}`, async () => {
    assert.deepEqual(await heard(lexThat(line), MODE, [UTTERANCE]), ["voice 200 ms", end]);
  });
}

Deno.test("a hand-off carries intent, reason, summary, routing hint, and of the slots only those that may travel", async () => {
  const sessionAttributes = { summary: "  Wants a room. ", routing_hint: "vip_desk", secret: "x" };
  const handOff = async (more: LexLine, block = "") => {
    const connector = await lexOn(
      lexThat(decides("BookRoom", "Failed", "Sorry.", { heard: "a room", ...more })),
      MODE + block,
    );
    return (await play(connector, [STARTED, UTTERANCE], { id: "c-7" })).at(-1) as Extract<
      AgentOutput,
      { type: "transfer" }
    >;
  };
  assert.deepEqual(await handOff({ sessionState: { sessionAttributes } }), {
    type: "transfer",
    reason: "intent_failed",
    data: {
      intent_name: "BookRoom",
      intent_state: "Failed",
      bot_name: "Travel",
      conversation_id: "c-7",
      slots: {},
      summary: "Wants a room.",
      routing_hint: "vip_desk",
    },
    summary: "Wants a room.",
    transcript: "Agent: Welcome.\nCaller: a room\nAgent: Sorry.",
  });
  const named = await handOff(
    { sessionState: { sessionAttributes: { routing_hint: "9 lives" } } },
    ", metadata_slots: [City]",
  );
  assert.deepEqual(named.data!.slots, { City: "Berlin" });
  assert.equal(named.summary, "The caller spoke with Travel about BookRoom (Failed). City: Berlin.");
  assert.equal("routing_hint" in named.data!, false);
  const all = await handOff({}, ', metadata_slots: ["*"], sensitive_slots: [Card]');
  assert.deepEqual(all.data!.slots, { City: "Berlin" });
});

Deno.test("what is said for a sensitive slot is announced as such and left out of the transcript", async () => {
  const asks = says("Your card?", { sessionState: { dialogAction: { type: "ElicitSlot", slotToElicit: "Card" } } });
  const connector = await lexOn(
    lexThat(asks, says("Thanks.", { heard: "four one one one" })),
    `${MODE}, sensitive_slots: [Card]`,
  );
  const outputs = await play(connector, [STARTED, UTTERANCE, UTTERANCE]);
  const listening = outputs.filter((output) => output.type === "listening");
  assert.deepEqual(listening.map(({ expects }) => expects!.sensitive), [false, true, false]);
  assert.equal(listening.at(-1)!.transcript, "Agent: Welcome.\nAgent: Your card?\nCaller: [hidden]\nAgent: Thanks.");
});

Deno.test("an answer without a voice goes out as words, markup as the words in it, and a payload not at all", async () => {
  const ssml = { messages: [{ content: "<speak>Yes, <s>sir</s></speak>", contentType: "SSML" }] };
  const payload = { messages: [{ content: "{}", contentType: "CustomPayload" }] };
  assert.deepEqual(await heard(lexThat(ssml, payload), MODE, [UTTERANCE, UTTERANCE]), [
    "Yes, sir",
    "listening",
    "listening",
  ]);
});

Deno.test("a caller who says nothing hears the last words again, three times, and is then handed to a human", async () => {
  const silence: CallerInput = { type: "silence" };
  const lex = lexThat();
  assert.deepEqual(await heard(lex, MODE, [silence, silence, silence, silence]), [
    ...Array(3).fill(["voice 200 ms", "listening"]).flat(),
    "transfer no_input",
  ]);
  assert.equal(lex.turns.length, 1);
  const asked = lexThat();
  await heard(asked, `${MODE}, silence_text: still there`, [silence, UTTERANCE, { type: "keys", digits: "" }]);
  assert.deepEqual(asked.turns.map(({ text }) => text), ["hello", "still there", undefined, "still there"]);
});

for (
  const [name, status, code] of [
    ["ThrottlingException", 429, "lex_throttled"],
    ["ConflictException", 409, "lex_busy_session"],
    ["ExpiredTokenException", 403, "lex_credentials_expired"],
  ] as const
) {
  Deno.test(`${name} is asked again unheard, as often as is allowed, and then the caller once more`, async () => {
    const failing = () => exception(name, status);
    const lex = lexThat(failing(), failing());
    assert.deepEqual(await heard(lex, `${MODE}, max_retries: 2`, [UTTERANCE]), ["voice 200 ms", "listening"]);
    assert.equal(lex.turns.length, 4);
    const worse = lexThat(...Array.from({ length: 2 }, failing));
    assert.deepEqual(await heard(worse, `${MODE}, max_retries: 1`, [UTTERANCE, UTTERANCE]), [
      `faltered ${code}`,
      "bridge",
      "listening",
      "voice 200 ms",
      "listening",
    ]);
  });
}

for (
  const [name, status, code] of [
    ["InternalServerException", 500, "lex_unavailable"],
    ["BadGatewayException", 502, "lex_unavailable"],
    ["DependencyFailedException", 424, "lex_lambda_failed"],
  ] as const
) {
  Deno.test(`${name}: Lex may have taken the words, so the caller is asked, not Lex, and handed over the second time`, async () => {
    const lex = lexThat(exception(name, status), exception(name, status));
    await assert.rejects(heard(lex, MODE, [UTTERANCE, UTTERANCE]), { name: "LexFailure", code });
    assert.equal(lex.turns.length, 3);
  });
}

for (
  const [name, status, code] of [
    ["AccessDeniedException", 403, "lex_access_denied"],
    ["ResourceNotFoundException", 404, "lex_not_found"],
    ["ValidationException", 400, "lex_rejected"],
  ] as const
) {
  Deno.test(`${name} does not pass: the caller is handed over at once`, async () => {
    const lex = lexThat(exception(name, status));
    await assert.rejects(heard(lex, MODE, [UTTERANCE]), { name: "LexFailure", code });
    assert.equal(lex.turns.length, 2);
  });
}

Deno.test("the trigger text is ours: it is asked again whatever failed, and then handed over with the failure's name", async () => {
  const lex = new ScriptedLex((_turn, at) => at < 2 ? exception("InternalServerException", 500) : says("Welcome."));
  assert.deepEqual(outline(await play(await lexOn(lex, MODE), [STARTED])), ["voice 200 ms", "listening"]);
  const down = new ScriptedLex(() => exception("InternalServerException", 500));
  await assert.rejects(heard(down, `${MODE}, max_retries: 1`, []), { code: "lex_unavailable" });
  assert.equal(down.turns.length, 2);
});

Deno.test("an answer that takes long is bridged by a filler, and one that takes too long is a failure", async () => {
  const slow = new ScriptedLex(({ text }) =>
    text === "hello" ? says("Welcome.") : says("At last.", { after: new Promise((resolve) => setTimeout(resolve, 60)) })
  );
  const bridged = await heard(slow, `${MODE}, filler_after_ms: 20`, [UTTERANCE]);
  assert.deepEqual(bridged, ["filler", "voice 200 ms", "listening"]);
  const never = new Promise<void>(() => {});
  const hanging = says("", { after: never });
  assert.deepEqual(await heard(lexThat(hanging), `${MODE}, filler_after_ms: 0, timeout: 1`, [UTTERANCE]), [
    "faltered lex_timeout",
    "bridge",
    "listening",
  ]);
});

Deno.test("a voice that breaks off is said as far as it came, and its answer closed as it was meant", async () => {
  const line = decides("BookRoom", "Failed", "Sorry.", { breaksOff: true });
  assert.deepEqual(await heard(lexThat(line), MODE, [UTTERANCE]), [
    "voice 200 ms",
    "faltered lex_answer_lost",
    "transfer intent_failed",
  ]);
});

Deno.test("no log line holds what the caller said, whatever happened", async () => {
  const lines: Line[] = [];
  const lex = lexThat(says("Yes?", { heard: "my number is 4111" }), exception("ValidationException", 400));
  const connector = await lexOn(lex, `${MODE}, enable_debug_logging: yes`, { log: keepingLog(lines) });
  await assert.rejects(play(connector, [STARTED, UTTERANCE, { type: "keys", digits: "4111" }]));
  assert.ok(lines.filter(({ level, message }) => level === "info" && message === "lex answered").length === 2);
  assert.doesNotMatch(JSON.stringify(lines), /4111/);
});

Deno.test("audio_logging writes what went to Lex and what came back, a file for each", async () => {
  const disk = new MemoryDisk();
  const connector = await lexOn(lexThat(), `${MODE}, audio_logging: {enabled: yes, output_dir: there}`, {
    createFile: disk.createFile,
  });
  await play(connector, [STARTED, UTTERANCE], { id: "../c1" });
  assert.deepEqual([...disk.files.keys()].map((name) => name.replace(/\d{8}_\d{6}_\d{3}/, "T")).sort(), [
    "there/___c1_T_aws.wav",
    "there/___c1_T_wxcc.wav",
  ]);
  assert.equal(disk.open, 0);
});

Deno.test("audio_logging begins a new part, with a header of its own, where a file has become as long as it may be", async () => {
  const disk = new MemoryDisk();
  const block = "audio_logging: {enabled: yes, output_dir: there, max_file_size: 10000}";
  const connector = await lexOn(lexThat(), `${MODE}, ${block}`, { createFile: disk.createFile });
  await play(connector, [STARTED, UTTERANCE, UTTERANCE]);
  const parts = [...disk.files].filter(([name]) => name.includes("wxcc"));
  const names = parts.map(([name]) => name.replace(/\d{8}_\d{6}_\d{3}/, "T"));
  assert.deepEqual(names.slice(0, 3), [
    "there/c1_T_wxcc.wav",
    "there/c1_T_wxcc_part2.wav",
    "there/c1_T_wxcc_part3.wav",
  ]);
  assert.ok(parts.slice(0, -1).every(([, file]) => file.length === 10_000));
  const said = Buffer.concat(parts.map(([, file]) => readWav(file).data));
  const utterance = UTTERANCE.audio.data;
  assert.deepEqual(new Uint8Array(said), Uint8Array.from([...utterance, ...utterance]));
  assert.equal(disk.open, 0);
});

const EVENT = { type: "custom", name: "order", data: { number: 7, nested: { no: 1 } } } as const;

for (
  const [block, event, told] of [
    ['custom_events: {order: "status of {data.number} for {org_id}"}', EVENT, "status of 7 for o1"],
    ['custom_events: {order: "", "*": "event {name}"}', { ...EVENT, name: "other" }, "event other"],
    ['custom_events: {"*": "{data.nested}{data.absent}"}', EVENT, undefined],
    ['custom_events: {order: ""}', EVENT, undefined],
    ["custom_events: {}", EVENT, undefined],
  ] as const
) {
  for (const mode of ["utterance", "streaming"] as const) {
    Deno.test(`${mode}: with ${block}, Lex is told ${told ?? "nothing"} of the event ${event.name}`, async () => {
      const lex = lexThat(says("Noted.", { heard: "what the flow said" }));
      const lines: Line[] = [];
      const connector = await lexOn(lex, `mode: ${mode}, ${block}`, { log: keepingLog(lines) });
      const outputs = await play(connector, [STARTED, event]);
      const answer = told === undefined ? ["listening"] : ["voice 200 ms", "listening"];
      assert.deepEqual(outline(outputs).slice(2), answer);
      assert.deepEqual(lex.turns.slice(1), told === undefined ? [] : [{ text: told }]);
      const said = outputs.at(-1)!;
      assert.equal(said.type === "listening" && said.transcript?.includes("what the flow said"), false);
      assert.equal(lines.filter(({ message }) => message.startsWith("custom event not told")).length, told ? 0 : 1);
      if (told === undefined) return;
      const attributes = unpack(lex.requests[1]!.requestAttributes);
      assert.deepEqual(attributes, { event_name: event.name, number: "7" });
    });
  }
}

Deno.test("an event's data stays here where the flow's parameters do", async () => {
  const lex = lexThat();
  await heard(lex, `${MODE}, pass_parameters: none, custom_events: {order: "order {data.number}"}`, [EVENT]);
  assert.deepEqual(lex.turns[1], { text: "order 7" });
  assert.equal(lex.requests[1]!.requestAttributes, undefined);
});
