import { strict as assert } from "node:assert";
import { TELEPHONY } from "../src/audio/format.ts";
import type { CallEvent } from "../src/call/event.ts";
import { Caller } from "../src/caller/caller.ts";
import { MASK, Redactor } from "../src/lib/redaction.ts";
import { type Script, ScriptedGateway, type ScriptedOptions } from "./scripted_agent.ts";
import { join, silence, speech } from "./speech_samples.ts";
import { until } from "./until.ts";

/** What the events of a call say, seen through the real port: when each step came, and what was kept. */

const PROMPT = { format: TELEPHONY, data: new Uint8Array(1600).fill(0x20) };

const talkative: Script = function* (input) {
  if (input.type === "hung_up" || input.type === "keys_started") return;
  yield { type: "say", audio: PROMPT, bargeIn: false };
  yield { type: "listening" };
};

const pieces = { connector: { speaks: "pieces" } } satisfies ScriptedOptions;

type Named<T extends CallEvent["type"]> = Extract<CallEvent, { readonly type: T }>;

function all<T extends CallEvent["type"]>(events: readonly CallEvent[], type: T): Named<T>[] {
  return events.filter((event): event is Named<T> => event.type === type);
}

/** The types of a turn's events, in order. */
function steps(events: readonly CallEvent[], turn: number): string[] {
  return events.filter((event) => "turn" in event && event.turn === turn).map(({ type }) => type);
}

Deno.test("the steps of a turn come when the caller sees them, to two milliseconds", async () => {
  const SPEED = 10;
  await using house = await ScriptedGateway.open(talkative, pieces);
  await using caller = new Caller(house.channel, { speed: SPEED });
  const dialledAt = Date.now() - caller.clock.now() / SPEED;
  const lags = new Map<string, number[]>();
  /** Notes how long after a step the caller saw it; before it, for what the caller does. */
  const compare = (type: CallEvent["type"], turn: number, seenMs: number, caller: "saw" | "did" = "saw") => {
    const event = house.events.find((event) => event.type === type && "turn" in event && event.turn === turn);
    assert.ok(event, `no ${type} of turn ${turn}`);
    const lag = dialledAt + seenMs / SPEED - event.at;
    const list = lags.get(type) ?? [];
    lags.set(type, list);
    list.push(caller === "saw" ? lag : -lag);
  };
  await caller.start();
  for (let turn = 2; turn <= 6; turn++) {
    await caller.myTurn();
    const reply = await caller.say(speech("slt_yes").data);
    assert.equal(reply.rpc, turn);
    const [started, ended, chunk, final] = reply.responses.map(({ atMs }) => atMs);
    const spoke = caller.timeline.find(({ what, rpc }) => what.startsWith("audio") && rpc === turn)!.atMs;
    compare("audio_started", turn, spoke, "did");
    compare("speech_started", turn, started!);
    compare("speech_ended", turn, ended!);
    compare("prompt_sent", turn, chunk!);
    compare("answer_sent", turn, final!);
  }
  await caller.hangUp();
  assert.equal(lags.size, 5);
  for (const [type, measured] of lags) {
    // Times of day are whole milliseconds: one may be lost on either side.
    assert.ok(Math.min(...measured) >= -2, `${type} was told before it happened: ${measured}`);
    assert.ok(Math.min(...measured) <= 2, `${type} was told late: ${measured}`);
  }
});

Deno.test("a turn's events come in the order of what happened, and each once", async () => {
  for (const options of [{}, pieces]) {
    await using house = await ScriptedGateway.open(talkative, options);
    const call = house.call();
    await call.start();
    await call.say(join(silence(300), speech("slt_yes"), silence(1500)));
    await call.press("7");
    const opened = ["turn_opened", "caller_turn", "agent_turn", "prompt_sent", "answer_sent", "turn_closed"];
    assert.deepEqual(steps(house.events, 1), opened);
    assert.deepEqual(steps(house.events, 2), [
      "turn_opened",
      "audio_started",
      "speech_started",
      "speech_ended",
      ...opened.slice(1),
    ]);
    assert.deepEqual(steps(house.events, 3), ["turn_opened", "turn_closed"]);
    assert.deepEqual(steps(house.events, 4), opened);
  }
});

Deno.test("a prompt is sent when its first bytes leave: with its chunk, with a filler, or with the whole answer", async () => {
  for (const [speaks, partials] of [["pieces", false], ["prompts", true], ["prompts", false]] as const) {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const slow: Script = async function* () {
      yield { type: "say", audio: PROMPT, bargeIn: false, interim: true };
      await gate;
      yield { type: "say", audio: PROMPT, bargeIn: false };
      yield { type: "listening" };
    };
    await using house = await ScriptedGateway.open(slow, { connector: { speaks } });
    const call = house.call({ allowPartialResponses: partials });
    const stream = call.open();
    stream.send({ eventInput: { eventType: 1 } });
    const early = speaks === "pieces" || partials;
    const wanted: CallEvent["type"] = early ? "prompt_sent" : "agent_turn";
    await until(() => all(house.events, wanted).length > 0);
    assert.equal(all(house.events, "prompt_sent").length, early ? 1 : 0);
    assert.equal(all(house.events, "answer_sent").length, 0);
    open();
    await stream.finish();
    assert.equal(all(house.events, "prompt_sent").length, 1);
    assert.equal(all(house.events, "answer_sent").length, 1);
  }
});

Deno.test("an answer without anything to hear has no prompt, and one that is cut short is closed", async () => {
  const script: Script = async function* (input) {
    if (input.type === "started") return yield { type: "listening" };
    yield { type: "say", audio: PROMPT, bargeIn: true };
    if (input.type === "silence") await new Promise(() => {});
    yield { type: "listening" };
  };
  await using house = await ScriptedGateway.open(script);
  const call = house.call();
  await call.start();
  assert.equal(all(house.events, "prompt_sent").length, 0);
  assert.equal(all(house.events, "answer_sent").length, 1);
  const cut = call.open();
  cut.send({ eventInput: { eventType: 3 } });
  await until(() => all(house.events, "agent_turn").length >= 2);
  await call.event("START_OF_DTMF");
  await cut.ended();
  assert.deepEqual(steps(house.events, 2).slice(-3), ["answer_cut_short", "answer_sent", "turn_closed"]);
  assert.equal(all(house.events, "prompt_sent").length, 0);
});

Deno.test("a turn tells what its audio was like, and one without audio nothing", async () => {
  await using house = await ScriptedGateway.open(talkative);
  const call = house.call();
  await call.start();
  await call.say(join(silence(300), speech("slt_yes"), silence(1500)));
  const [first, second] = all(house.events, "turn_closed");
  assert.equal(first!.audio, undefined);
  const { levelDb, peakDb, clipped, longestGapMs } = second!.audio!;
  assert.ok(levelDb > -50 && levelDb < -10 && peakDb > levelDb + 3 && peakDb <= 0, `${levelDb} and ${peakDb} dB`);
  assert.ok(clipped < 0.01 && longestGapMs >= 0);
});

Deno.test("the tracking id of the stream that opens a call is told, printable and short", async () => {
  await using house = await ScriptedGateway.open(talkative);
  for (const [sent, told] of [["WXCC_1-2", "WXCC_1-2"], ["a b <c>", "ab<c>"], ["x".repeat(5000), "x".repeat(256)]]) {
    await house.as([["trackingid", sent!]]).call({ conversationId: sent!.slice(0, 9) }).start();
    assert.equal(all(house.events, "call_started").at(-1)!.trackingId, told);
  }
  await house.call().start();
  assert.equal(all(house.events, "call_started").at(-1)!.trackingId, "");
});

Deno.test("the language of the stream that opens a call is told, visible and short", async () => {
  await using house = await ScriptedGateway.open(talkative);
  for (const [sent, told] of [["de-CH-1996", "de-CH-1996"], ["d e\n", "de"], ["x".repeat(500_000), "x".repeat(64)]]) {
    const stream = house.call().open();
    stream.send({ audioInput: { encoding: 2, sampleRateHertz: 8000, languageCode: sent! } });
    await stream.finish();
    assert.equal(all(house.events, "call_started").at(-1)!.language, told);
  }
});

const CARD = "4111111111111111";
const PIN = "824163";

/** Runs a call in which everything is said that could be kept. Returns its events. */
async function kept(keep: ScriptedOptions["keep"], note = ""): Promise<readonly CallEvent[]> {
  const answers = [
    [{ type: "listening", transcript: `agent: hello ${CARD}${note}`, summary: "greeted" }],
    [{ type: "listening", expects: { sensitive: true } }],
    [{ type: "listening", transcript: "caller: my pin", summary: `pin ${PIN}`, expects: {} }],
    [{
      type: "transfer",
      reason: "wants_human",
      data: { card: CARD, pin: [PIN], intent: "pay" },
      transcript: "caller: a human please",
      summary: "wants to pay",
    }],
  ] as const;
  let at = 0;
  await using house = await ScriptedGateway.open(() => answers[at++]!, {
    redactor: new Redactor(["\\d{13,19}"]),
    ...(keep && { keep }),
  });
  const call = house.call({ additionalInfo: { caller: "Jo", card: CARD } });
  await call.start({ name: "call_start", parameters: { queue: "sales", card: CARD } });
  await call.event("NO_INPUT");
  await call.keys(PIN);
  await call.event("NO_INPUT");
  assert.equal(house.events.at(-1)!.type, "call_ended");
  return house.events;
}

Deno.test("nothing that is said or handed along enters an event unless it is kept", async () => {
  const told = JSON.stringify(await kept(undefined, " for-your-ears-only"));
  for (const word of ["hello", "ears-only", "greeted", "my pin", "human please", "to pay", "intent", "queue", "Jo"]) {
    assert.ok(!told.includes(word), word);
  }
});

Deno.test("parameters that are kept are told when the call starts, patterns masked", async () => {
  const events = await kept({ parameters: true, transcripts: false });
  assert.deepEqual(all(events, "call_started")[0]!.handedAlong, {
    startName: "call_start",
    parameters: { queue: "sales", card: MASK },
    additionalInfo: { caller: "Jo", card: MASK },
  });
  assert.ok(!JSON.stringify(events).includes("greeted"));
});

Deno.test("transcripts that are kept are told turn by turn and at the end, sensitive turns and patterns masked", async () => {
  const events = await kept({ parameters: false, transcripts: true });
  assert.deepEqual(
    all(events, "agent_remarked").map(({ turn, transcript, summary }) => ({ turn, transcript, summary })),
    [
      { turn: 1, transcript: `agent: hello ${MASK}`, summary: "greeted" },
      { turn: 3, transcript: MASK, summary: `pin ${MASK}` },
    ],
  );
  const [{ data, transcript, summary, reason }] = all(events, "call_ended") as [Named<"call_ended">];
  assert.deepEqual({ data, transcript, summary, reason }, {
    data: { card: MASK, pin: [MASK], intent: "pay" },
    transcript: "caller: a human please",
    summary: "wants to pay",
    reason: "wants_human",
  });
  assert.equal(all(events, "call_started")[0]!.handedAlong, undefined);
});

Deno.test("what is kept is no more than a page, and says that it was cut", async () => {
  const events = await kept({ parameters: true, transcripts: true }, "x".repeat(90_000));
  const { transcript } = all(events, "agent_remarked")[0]!;
  assert.ok(transcript!.length < 8300);
  assert.match(transcript!, /… \(\d+ characters left out\)$/);
});
