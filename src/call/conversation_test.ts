import { strict as assert } from "node:assert";
import { agent, answer, APOLOGY, listener, polite, sentence, speak, unanswering } from "../../tests/answered_call.ts";
import { frames, join, silence, speech } from "../../tests/speech_samples.ts";
import { type Audio, durationMs, TELEPHONY } from "../audio/format.ts";
import { MASK } from "../lib/redaction.ts";
import { AgentFailure, type Connector } from "./connector.ts";
import type { CallerInput } from "./input.ts";

Deno.test("a call outlives the streams that carry it", async () => {
  const { open, types, over } = answer(polite);
  for (
    const [input, heard] of [["started", ["say started", "listening"]], ["silence", [
      "say silence",
      "listening",
    ]]] as const
  ) {
    const { line, turn } = open();
    turn.hear({ type: input });
    await line.over();
    assert.deepEqual(line.heard, heard);
  }
  assert.equal(over(), 0);
  const { line, turn } = open();
  turn.hear({ type: "keys", digits: "0" });
  await line.over();
  assert.deepEqual(line.heard, ["transfer"]);
  assert.equal(over(), 1);
  assert.equal(types().filter((type) => type === "call_ended").length, 1);
});

Deno.test("a spoken turn is marked, gathered, answered and closed, and what follows on its stream is not heard", async () => {
  let utterance: Audio | undefined;
  const { open, events } = answer(agent(function* (input) {
    if (input.type === "utterance") utterance = input.audio;
    yield { type: "listening" };
  }));
  const { line, turn } = open();
  const spoken = speech("slt_booking");
  speak(turn, join(sentence(), sentence()));
  await line.over();
  assert.deepEqual(line.heard, ["input_started", "input_ended", "listening"]);
  const length = durationMs(utterance!);
  assert.ok(length > durationMs(spoken) - 200 && length < durationMs(spoken) + 1000, `utterance of ${length} ms`);
  assert.deepEqual(events.map(({ type }) => type).slice(2), [
    "audio_started",
    "speech_started",
    "speech_ended",
    "caller_turn",
    "agent_turn",
    "turn_closed",
  ]);
});

Deno.test("frames of any size give the same utterance", async () => {
  const utterances: Uint8Array[] = [];
  for (const bytes of [160, 640, 37, 8000]) {
    const { open } = answer(agent(function* (input) {
      if (input.type === "utterance") utterances.push(input.audio.data);
      yield { type: "listening" };
    }));
    const { line, turn } = open();
    speak(turn, sentence(), bytes);
    await line.over();
  }
  assert.equal(utterances.length, 4);
  for (const utterance of utterances) assert.deepEqual(utterance, utterances[0]);
});

Deno.test("an agent that hears frames gets every frame and the marks between them, and owes its answer at the end", async () => {
  const inputs: string[] = [];
  const { open } = answer(
    agent(function* (input) {
      inputs.push(input.type);
      if (input.type === "speech_ended") yield { type: "listening" };
    }, { as: "frames", format: { encoding: "linear16", sampleRate: 16_000 } }),
    { inboxSize: 10_000 },
  );
  const { line, turn } = open();
  const audio = sentence();
  speak(turn, audio);
  await line.over();
  const marks = inputs.filter((type) => type !== "audio");
  assert.deepEqual(marks, ["speech_started", "speech_ended"]);
  assert.ok(inputs.indexOf("speech_started") > 15, "the silence before the speech is heard too");
});

Deno.test("a stream that asks for nothing closes when the caller's side has closed, without a word", async () => {
  const { open, over } = answer(polite);
  const { line, turn } = open();
  speak(turn, silence(500));
  assert.equal(line.closed, false);
  turn.halfClosed();
  await line.over();
  assert.deepEqual(line.heard, []);
  assert.equal(over(), 0);
});

Deno.test("speech that the caller's side breaks off by closing ends there and is answered", async () => {
  const { open } = answer(polite);
  const { line, turn } = open();
  speak(turn, join(silence(200), speech("rms_person")));
  turn.halfClosed();
  await line.over();
  assert.deepEqual(line.heard, ["input_started", "input_ended", "say utterance", "listening"]);
});

Deno.test("speech longer than the longest utterance is answered where it stands", async () => {
  const { open } = answer(polite, { maxUtteranceMs: 1000 });
  const { line, turn } = open();
  speak(turn, join(speech("slt_booking"), speech("slt_booking"), speech("slt_booking")));
  await line.over();
  assert.deepEqual(line.heard, ["input_started", "input_ended", "say utterance", "listening"]);
});

Deno.test("a caller who barges in cuts the answer short, gets one proper end for it, and then the next answer", async () => {
  const gate = Promise.withResolvers<void>();
  const { open, types } = answer(agent(async function* (input) {
    yield { type: "say", text: `first words on ${input.type}`, bargeIn: true };
    if (input.type === "started") await gate.promise;
    yield { type: "say", text: `last words on ${input.type}`, bargeIn: true };
    yield { type: "listening" };
  }));
  const one = open();
  one.turn.hear({ type: "started" });
  await one.line.until(({ outputs }) => outputs.length > 0);
  const two = open();
  speak(two.turn, sentence());
  await one.line.over();
  assert.deepEqual(one.line.heard, ["say first words on started", "cut_short"]);
  gate.resolve();
  await two.line.over();
  assert.deepEqual(two.line.heard, [
    "input_started",
    "input_ended",
    "say first words on utterance",
    "say last words on utterance",
    "listening",
  ]);
  assert.ok(types().includes("answer_cut_short"));
});

Deno.test("START_OF_DTMF on an open audio stream closes it without a word, and the keys are answered on the next", async () => {
  const { open } = answer(polite);
  const one = open();
  speak(one.turn, silence(200));
  one.turn.hear({ type: "keys_started" });
  assert.equal(one.line.closed, true);
  assert.deepEqual(one.line.heard, []);
  const two = open();
  two.turn.hear({ type: "keys", digits: "12" });
  await two.line.over();
  assert.deepEqual(two.line.heard, ["say keys", "listening"]);
});

Deno.test("START_OF_DTMF on a stream that still waits for its answer cuts that short and closes the stream", async () => {
  const gate = Promise.withResolvers<void>();
  const { open, types } = answer(agent(async function* (input) {
    if (input.type === "keys_started") return;
    if (input.type === "utterance") await gate.promise;
    yield { type: "say", text: input.type, bargeIn: true };
    yield { type: "listening" };
  }));
  const one = open();
  speak(one.turn, sentence());
  one.turn.hear({ type: "keys_started" });
  assert.equal(one.line.closed, true);
  assert.deepEqual(one.line.heard, ["input_started", "input_ended", "cut_short"]);
  assert.deepEqual(types().slice(-2), ["answer_cut_short", "turn_closed"]);
  const two = open();
  two.turn.hear({ type: "keys", digits: "12" });
  gate.resolve();
  await two.line.over();
  assert.deepEqual(two.line.heard, ["say keys", "listening"]);
});

for (const what of ["speech", "keys"]) {
  Deno.test(`a turn that is lost while others are cut short for its sake hears no more: ${what}`, () => {
    const { open, events } = answer(unanswering);
    const one = open();
    one.turn.hear({ type: "started" });
    const two = open();
    one.line.close = () => two.turn.cancelled();
    if (what === "speech") speak(two.turn, sentence());
    else two.turn.hear({ type: "keys", digits: "12" });
    assert.equal(two.turn.open, false);
    assert.deepEqual(two.line.heard, []);
    assert.equal(events.filter((event) => "turn" in event && event.turn === 2).at(-1)!.type, "turn_closed");
  });
}

Deno.test("a cancelled stream takes its answer with it, and the call goes on", async () => {
  const gate = Promise.withResolvers<void>();
  const { open } = answer(agent(async function* (input) {
    if (input.type === "started") await gate.promise;
    yield { type: "say", text: input.type, bargeIn: true };
    yield { type: "listening" };
  }));
  const one = open();
  one.turn.hear({ type: "started" });
  one.turn.cancelled();
  const two = open();
  two.turn.hear({ type: "silence" });
  gate.resolve();
  await two.line.over();
  assert.deepEqual(two.line.heard, ["say silence", "listening"]);
  assert.deepEqual(one.line.heard, []);
});

Deno.test("a connector that throws becomes an apology and a transfer, never the error's words", async () => {
  for (
    const broken of [
      agent(() => {
        throw new RangeError("secret detail");
      }),
      {
        ...polite,
        converse: () => {
          throw new RangeError("secret detail");
        },
      } as Connector,
    ]
  ) {
    const { open, events, over } = answer(broken);
    const { line, turn } = open();
    turn.hear({ type: "started" });
    await line.over();
    assert.deepEqual(line.outputs, [
      { type: "say", audio: APOLOGY, bargeIn: false, farewell: true },
      { type: "transfer", reason: "agent_error" },
    ]);
    assert.equal(over(), 1);
    assert.equal(JSON.stringify(events).includes("secret"), false);
    assert.equal(events.filter(({ type }) => type === "call_failed").length, 1);
  }
});

Deno.test("an agent that keeps its caller waiting too long loses the call to a human", () => {
  const { open, clock } = answer(unanswering);
  const { line, turn } = open();
  turn.hear({ type: "started" });
  clock.advance(29_999);
  assert.equal(line.closed, false);
  clock.advance(1);
  assert.equal(line.closed, true);
  assert.deepEqual(line.heard, ["say", "transfer"]);
});

Deno.test("an agent that leaves hangs up", async () => {
  const { open } = answer({
    ...polite,
    async *converse(_call, caller) {
      for await (const _ of caller) {
        yield { type: "say", text: "bye", bargeIn: false };
        return;
      }
    },
  });
  const { line, turn } = open();
  turn.hear({ type: "started" });
  await line.over();
  assert.deepEqual(line.heard, ["say bye", "hang_up"]);
});

Deno.test("data that is no JSON goes to nobody: an agent that sends it has failed, and one that fails with it still hands over", async () => {
  const { open } = answer(agent(function* () {
    yield { type: "custom", name: "order", data: { amount: 12n } };
    yield { type: "listening" };
  }));
  const sends = open();
  sends.turn.hear({ type: "started" });
  await sends.line.over();
  assert.deepEqual(sends.line.heard, ["say", "transfer"]);
  const house = answer(agent(() => {
    const failure = new AgentFailure("vendor_down", "no answer");
    failure.handOff = { data: { again: () => {}, amount: 12n } };
    throw failure;
  }));
  const fails = house.open();
  fails.turn.hear({ type: "started" });
  await fails.line.over();
  assert.deepEqual(fails.line.outputs.at(-1), { type: "transfer", reason: "vendor_down" });
});

Deno.test("an end that nobody is there to hear waits for the next stream, and is told once", async () => {
  const gate = Promise.withResolvers<void>();
  const { open, over } = answer(agent(async function* () {
    await gate.promise;
    yield { type: "transfer", reason: "vendor_said_so" };
  }));
  const one = open();
  one.turn.hear({ type: "started" });
  one.turn.cancelled();
  gate.resolve();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(over(), 0);
  const two = open();
  assert.deepEqual(two.line.heard, ["transfer"]);
  assert.equal(two.line.closed, true);
  assert.equal(over(), 1);
});

Deno.test("what is told of a call after its end is the turn that hears of it, up to its close", () => {
  const { call, open, types } = answer(polite);
  call.end();
  const { turn } = open();
  turn.hearAudio(new Uint8Array(160).fill(0xff), TELEPHONY);
  assert.deepEqual(types(), ["call_started", "call_ended", "turn_opened", "turn_closed"]);
});

Deno.test("an end that nobody is there to hear is over once the caller has left, and so is the recording", () => {
  const finished: boolean[] = [];
  const { call, clock, open, over } = answer(
    agent(async function* () {
      await new Promise(() => {});
      yield { type: "listening" };
    }),
    { record: () => ({ heard() {}, spoken() {}, interrupted() {}, finish: (hungUp) => finished.push(hungUp) }) },
  );
  const { turn } = open();
  turn.hear({ type: "started" });
  turn.cancelled();
  clock.advance(30_000);
  assert.deepEqual([call.ended, over(), finished], [true, 0, []]);
  for (let times = 0; times < 2; times++) {
    call.hangUp("caller");
    assert.deepEqual([over(), finished[0]], [1, true]);
  }
});

Deno.test("the end of a call closes every stream that is still open, and only one hears the reason", async () => {
  const { open } = answer(polite);
  const waiting = open();
  speak(waiting.turn, silence(100));
  const ending = open();
  ending.turn.hear({ type: "keys", digits: "9" });
  await ending.line.over();
  assert.deepEqual(ending.line.heard, ["hang_up"]);
  assert.deepEqual(waiting.line.heard, []);
  assert.equal(waiting.line.closed, true);
});

Deno.test("a caller who hangs up ends the agent's part, and its signal says so", async () => {
  let aborted = false;
  const left = Promise.withResolvers<string[]>();
  const { call, open, over } = answer({
    ...polite,
    async *converse(info, caller) {
      info.signal.addEventListener("abort", () => aborted = true);
      const heard: string[] = [];
      try {
        for await (const input of caller) {
          heard.push(input.type);
          yield { type: "listening" };
        }
      } finally {
        left.resolve(heard);
      }
    },
  });
  const { line, turn } = open();
  turn.hear({ type: "started" });
  await line.over();
  call.hangUp("caller");
  await left.promise;
  assert.equal(aborted, true);
  assert.equal(over(), 1);
});

Deno.test("an agent that waits for the caller's side to take its words is not asked for more", async () => {
  let given = 0;
  const { open } = answer(agent(async function* () {
    for (; given < 50; given++) yield { type: "say", text: "word", bargeIn: true };
    yield { type: "listening" };
  }));
  const { line, turn } = open();
  line.room = false;
  turn.hear({ type: "started" });
  await line.until(({ outputs }) => outputs.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.ok(given <= 1, `${given} words were taken from the agent`);
  line.room = true;
  turn.drained();
  await line.over();
  assert.equal(line.outputs.length, 51);
});

type House = ReturnType<typeof answer>;
const ENDS: Readonly<Record<string, (house: House) => void>> = {
  "the caller hangs up": ({ call }) => call.hangUp("caller"),
  "an operator ends the call": ({ call }) => void call.end(),
  "an operator hands it over": ({ call }) => void call.transfer(),
  "it has lasted too long": ({ call }) => call.timeOut("lasted_too_long"),
  "the gateway stops": ({ call }) => call.stop(),
  "the answer takes too long": ({ clock }) => clock.advance(30_000),
};

for (const [how, end] of Object.entries(ENDS)) {
  Deno.test(`an agent whose words wait for room leaves when ${how}`, async () => {
    const left = Promise.withResolvers<void>();
    const house = answer({
      ...polite,
      async *converse(_call, caller) {
        try {
          for await (const _ of caller) yield { type: "say", text: "word", bargeIn: true };
        } finally {
          left.resolve();
        }
      },
    });
    const { line, turn } = house.open();
    line.room = false;
    turn.hear({ type: "started" });
    await line.until(({ outputs }) => outputs.length === 1);
    end(house);
    await left.promise;
  });
}

Deno.test("an agent whose words wait for room answers the caller who barges in on them", async () => {
  const { open } = answer(polite);
  const one = open();
  one.line.room = false;
  one.turn.hear({ type: "started" });
  await one.line.until(({ outputs }) => outputs.length === 1);
  const two = open();
  two.turn.hear({ type: "keys", digits: "12" });
  await two.line.over();
  assert.deepEqual(two.line.heard, ["say keys", "listening"]);
});

Deno.test("frames that an agent does not take hold the stream back, and are let through when it does", async () => {
  const gate = Promise.withResolvers<void>();
  const { open } = answer(
    agent(async function* (input) {
      if (input.type === "audio") await gate.promise;
      if (input.type === "speech_ended") yield { type: "listening" };
    }, { as: "frames", format: TELEPHONY }),
    { inboxSize: 10 },
  );
  const { line, turn } = open();
  let taken = 0;
  for (const frame of frames(silence(2000))) {
    if (!turn.hearAudio(frame, TELEPHONY)) break;
    taken++;
  }
  assert.ok(taken <= 11, `${taken} frames were taken`);
  gate.resolve();
  while (line.resumed === 0) await new Promise((resolve) => setTimeout(resolve, 0));
});

Deno.test("words that come when no stream is open wait for the next one", async () => {
  const gate = Promise.withResolvers<void>();
  const { open } = answer({
    ...polite,
    async *converse(_call, caller) {
      for await (const _ of caller) {
        yield { type: "listening" };
        await gate.promise;
        yield { type: "say", text: "by the way", bargeIn: true };
        yield { type: "listening" };
      }
    },
  });
  const one = open();
  one.turn.hear({ type: "started" });
  await one.line.over();
  gate.resolve();
  const two = open();
  await two.line.over();
  assert.deepEqual(two.line.heard, ["say by the way", "listening"]);
});

Deno.test("idleMs() counts from the last time anything was heard", async () => {
  const { call, clock, open } = answer(polite);
  const { line, turn } = open();
  turn.hear({ type: "started" });
  await line.over();
  call.idleMs();
  clock.advance(5000);
  assert.equal(call.idleMs(), 5000);
  const next = open();
  speak(next.turn, silence(20));
  clock.advance(1000);
  assert.equal(call.idleMs(), 0);
  clock.advance(3000);
  assert.equal(call.idleMs(), 3000);
});

Deno.test("an agent that has heard the caller out before the gateway's ear ends the speech, once", async () => {
  const { connector, does, heard } = listener();
  const { call, clock, open, types } = answer(connector);
  const { line, turn } = open();
  speak(turn, join(silence(300), speech("slt_booking")));
  assert.deepEqual(line.heard, ["input_started"]);
  does({ type: "heard", what: "speech_ended" });
  does({ type: "say", text: "done", bargeIn: true });
  does({ type: "listening" });
  await line.over();
  speak(turn, silence(2000));
  assert.deepEqual(line.heard, ["input_started", "input_ended", "say done", "listening"]);
  await clock.nextTurn();
  assert.deepEqual(heard, ["speech_started", "speech_ended"]);
  assert.equal(types().filter((type) => type === "speech_ended").length, 1);
  call.hangUp("caller");
});

Deno.test("an agent that hears speech where the gateway's ear hears none starts and ends it, and cuts the last answer short", async () => {
  const { connector, does, heard } = listener();
  const { call, clock, open } = answer(connector);
  const first = open();
  first.turn.hear({ type: "started" });
  does({ type: "say", text: "welcome", bargeIn: true });
  const second = open();
  speak(second.turn, silence(500));
  does({ type: "heard", what: "speech_started" });
  does({ type: "heard", what: "speech_started" });
  await first.line.over();
  assert.deepEqual(first.line.heard, ["say welcome", "cut_short"]);
  does({ type: "heard", what: "speech_ended" });
  does({ type: "listening" });
  does({ type: "say", text: "done", bargeIn: true });
  does({ type: "listening" });
  await second.line.over();
  assert.deepEqual(second.line.heard, ["input_started", "input_ended", "say done", "listening"]);
  await clock.nextTurn();
  assert.deepEqual(heard, ["started", "speech_started", "speech_ended"]);
  call.hangUp("caller");
});

Deno.test("what an agent hears when nobody can be speaking is let go", async () => {
  const { connector, does, heard } = listener();
  const { call, open } = answer(connector);
  const { line, turn } = open();
  turn.hear({ type: "started" });
  does({ type: "heard", what: "speech_ended" });
  does({ type: "listening" });
  await line.over();
  assert.deepEqual(line.heard, ["listening"]);
  assert.deepEqual(heard, ["started"]);
  call.hangUp("caller");
});

Deno.test("an agent that falters is told of with its code, and the call goes on; one that fails with a name ends it with that name", async () => {
  const { open, events } = answer(agent(function* (input) {
    if (input.type === "keys") throw new AgentFailure("vendor_throttled", "too many callers");
    yield { type: "faltered", code: "vendor_slow" };
    yield { type: "listening" };
  }));
  const first = open();
  first.turn.hear({ type: "started" });
  await first.line.over();
  const second = open();
  second.turn.hear({ type: "keys", digits: "1" });
  await second.line.over();
  assert.deepEqual(second.line.heard, ["say", "transfer"]);
  const codes = events.flatMap((event) => "code" in event ? [`${event.type} ${event.code}`] : []);
  assert.deepEqual(codes, ["agent_faltered vendor_slow", "call_failed vendor_throttled"]);
});

Deno.test("what a failed agent knew goes to the human, less what the call keeps to itself", async () => {
  const { open } = answer(agent(function* (input) {
    if (input.type !== "keys") return yield { type: "listening", expects: { sensitive: true } };
    const failure = new AgentFailure("vendor_down", "no answer");
    failure.handOff = { data: { intent: "Pay", card: "4111" }, transcript: "Caller: 4111", summary: "Wants to pay" };
    throw failure;
  }));
  const first = open();
  first.turn.hear({ type: "started" });
  await first.line.over();
  const second = open();
  second.turn.hear({ type: "keys", digits: "4111" });
  await second.line.over();
  assert.deepEqual(second.line.outputs.at(-1), {
    type: "transfer",
    reason: "vendor_down",
    data: { intent: "Pay", card: MASK },
    transcript: MASK,
    summary: "Wants to pay",
  });
});

Deno.test("keys that come before a question for something sensitive is out are kept as its answer is", async () => {
  const gate = Promise.withResolvers<void>();
  const { open } = answer(agent(async function* (input) {
    if (input.type === "started") {
      yield { type: "say", text: "your card number?", bargeIn: true };
      await gate.promise;
      return yield { type: "listening", expects: { sensitive: true } };
    }
    const { digits } = input as Extract<CallerInput, { type: "keys" }>;
    yield { type: "custom", name: "paid", data: { card: digits } };
    yield { type: "listening", summary: `pays with ${digits}`, expects: {} };
  }));
  const asked = open();
  asked.turn.hear({ type: "started" });
  await asked.line.until(({ outputs }) => outputs.length === 1);
  const early = open();
  early.turn.hear({ type: "keys", digits: "4111" });
  gate.resolve();
  await early.line.over();
  assert.deepEqual(early.line.outputs, [
    { type: "custom", name: "paid", data: { card: MASK } },
    { type: "listening", summary: `pays with ${MASK}`, expects: {} },
  ]);
  const later = open();
  later.turn.hear({ type: "keys", digits: "0815" });
  await later.line.over();
  assert.deepEqual(later.line.outputs[0], { type: "custom", name: "paid", data: { card: "0815" } });
});

Deno.test("keys whose answer turns out to be the question for something sensitive are masked from then on", async () => {
  const { open } = answer(agent(function* (input) {
    if (input.type === "silence") return yield { type: "listening", summary: "pays with 4111" };
    if (input.type !== "keys") return;
    yield { type: "listening" };
    yield { type: "listening", expects: { sensitive: true } };
  }));
  const asked = open();
  asked.turn.hear({ type: "started" });
  const early = open();
  early.turn.hear({ type: "keys", digits: "4111" });
  await early.line.over();
  const later = open();
  later.turn.hear({ type: "silence" });
  await later.line.over();
  assert.deepEqual(later.line.outputs, [{ type: "listening", summary: `pays with ${MASK}` }]);
});
