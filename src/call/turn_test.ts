import { strict as assert } from "node:assert";
import { answer, listener, sentence, speak, unanswering } from "../../tests/answered_call.ts";
import { keepingLog, type Line as LogLine } from "../../tests/logs.ts";
import { join, silence, speech } from "../../tests/speech_samples.ts";
import { TELEPHONY } from "../audio/format.ts";
import type { Turn } from "./turn.ts";

const GOES_ON: Readonly<Record<string, (turn: Turn) => void>> = {
  "speaks": (turn) => speak(turn, sentence()),
  "begins to press keys": (turn) => turn.hear({ type: "keys_started" }),
  "presses keys": (turn) => turn.hear({ type: "keys", digits: "12" }),
  "says nothing": (turn) => turn.hear({ type: "silence" }),
  "comes with an event of the flow's": (turn) => turn.hear({ type: "custom", name: "n", data: {} }),
};

for (const [what, goOn] of Object.entries(GOES_ON)) {
  Deno.test(`a caller who ${what} where sixteen answers are owed is answered with nothing, and harms nothing`, async () => {
    const lines: LogLine[] = [];
    const told: string[] = [];
    const { call, open, types } = answer({
      ...unanswering,
      hears: { as: "frames", format: TELEPHONY },
      async *converse(_call, caller) {
        for await (const { type } of caller) if (type !== "audio") told.push(type);
        yield { type: "listening" };
      },
    }, { log: keepingLog(lines) });
    const { line, turn } = open();
    for (let asked = 0; asked < 16; asked++) turn.hear({ type: "silence" });
    for (let again = 0; again < 2; again++) {
      const late = open();
      goOn(late.turn);
      assert.deepEqual([late.line.heard, late.line.closed], [["cut_short"], true]);
    }
    assert.deepEqual([line.heard, line.closed], [[], false]);
    await new Promise((resolve) => setTimeout(resolve, 0));
    assert.deepEqual(told, Array.from({ length: 16 }, () => "silence"));
    assert.equal(types().filter((type) => type === "caller_turn").length, 16);
    assert.deepEqual(lines.map(({ level, fields }) => [level, fields.code]), [["warn", "AGENT-BEHIND"]]);
    call.hangUp("caller");
  });
}

for (const dies of ["input_started", "input_ended"]) {
  Deno.test(`nothing is told of a turn, nor to its agent, once its connection has died over ${dies}`, async () => {
    for (const ear of ["gateway", "agent"] as const) {
      const { connector, does, heard } = listener();
      const { call, clock, open, events } = answer(connector);
      const { line, turn } = open();
      const put = line.put.bind(line);
      line.put = (output) => {
        put(output);
        if (output.type === dies) turn.cancelled();
        return true;
      };
      if (ear === "gateway") speak(turn, sentence());
      else {
        speak(turn, silence(500));
        does({ type: "heard", what: "speech_ended" });
        await line.until(({ outputs }) => outputs.some(({ type }) => type === dies));
      }
      await clock.nextTurn();
      const started = dies === "input_ended" ? ["speech_started"] : [];
      assert.deepEqual(line.heard, started.length > 0 ? ["input_started", "input_ended"] : ["input_started"]);
      assert.deepEqual(heard, started);
      assert.deepEqual(events.map(({ type }) => type).slice(2), ["audio_started", ...started, "turn_closed"]);
      call.hangUp("caller");
    }
  });
}

Deno.test("one stream that asks a thousand times is owed sixteen answers, and closed with one end to them", () => {
  const { open, types } = answer(unanswering);
  const { line, turn } = open();
  for (let asked = 0; asked < 1000; asked++) turn.hear({ type: "silence" });
  assert.deepEqual([line.heard, line.closed], [["cut_short"], true]);
  assert.equal(types().filter((type) => type === "caller_turn").length, 16);
});

Deno.test("speech that has begun is sure of its answer, whatever else is asked meanwhile", async () => {
  const told: string[] = [];
  const { call, open } = answer({
    ...unanswering,
    hears: { as: "frames", format: TELEPHONY },
    async *converse(_call, caller) {
      for await (const { type } of caller) if (type.startsWith("speech")) told.push(type);
      yield { type: "listening" };
    },
  });
  const spoken = open();
  speak(spoken.turn, join(silence(300), speech("slt_booking")));
  for (let asked = 0; asked < 20; asked++) open().turn.hear({ type: "silence" });
  speak(spoken.turn, silence(1500));
  assert.deepEqual(spoken.line.heard, ["input_started", "input_ended"]);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(told, ["speech_started", "speech_ended"]);
  call.hangUp("caller");
});
