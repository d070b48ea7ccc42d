import { strict as assert } from "node:assert";
import { conversationOptions } from "../../tests/conversation_options.ts";
import { silentLog } from "../../tests/logs.ts";
import { ManualClock } from "../../tests/manual_clock.ts";
import { TELEPHONY } from "../audio/format.ts";
import type { Connector } from "./connector.ts";
import { AgentDirectory } from "./directory.ts";
import type { CallEvent } from "./event.ts";
import { type CallLimits, CallRefused, Switchboard } from "./switchboard.ts";
import type { TurnOutput } from "./turn.ts";

const connector: Connector = {
  hears: { as: "utterances", format: TELEPHONY },
  speaks: "prompts",
  agents: () => Promise.resolve(["sales", "support"].map((id) => ({ id, name: id }))),
  async *converse(_call, caller) {
    for await (const input of caller) {
      if (input.type === "keys") return yield { type: "transfer" };
      if (input.type !== "hung_up") yield { type: "listening" };
    }
  },
};

async function house(limits: Partial<CallLimits> = {}, offered = connector) {
  const clock = new ManualClock();
  const events: CallEvent[] = [];
  const directory = new AgentDirectory([{ id: "x", kind: "test", connector: offered, speaks: "prompts" }], silentLog());
  await directory.refresh();
  const switchboard = new Switchboard(directory, {
    maxCalls: 3,
    idleMs: 600_000,
    maxCallMs: 3_600_000,
    sweepMs: 60_000,
    ...limits,
  }, conversationOptions({ clock, log: silentLog(), publish: (event) => events.push(event) }));
  const join = (id: string, { starts = true, agentId = "", orgId = "o1" } = {}) =>
    switchboard.join({
      id,
      orgId,
      agentId,
      language: "",
      vendorConfig: "",
      startName: "",
      parameters: {},
      additionalInfo: {},
      trackingId: "",
    }, starts);
  return { clock, directory, events, switchboard, join };
}

const sink = (outputs: TurnOutput[] = []) => ({ put: (o: TurnOutput) => outputs.push(o) > 0, close() {}, resume() {} });
const refusal = (reason: string) => (error: unknown) => error instanceof CallRefused && error.reason === reason;

Deno.test("a stream finds its call by organization and conversation id", async () => {
  const { join } = await house();
  const call = join("c1");
  assert.equal(join("c1", { starts: false }), call);
  assert.notEqual(join("c1", { orgId: "o2" }), call);
});

Deno.test("a stream of an unknown call opens it, with a start or without", async () => {
  const { join, switchboard } = await house();
  assert.ok(join("c1", { starts: false }));
  assert.equal(switchboard.size, 1);
});

Deno.test("a later stream may leave the agent out, but not name another", async () => {
  const { join } = await house();
  const call = join("c1", { agentId: "support" });
  assert.equal(join("c1", { starts: false }), call);
  assert.equal(join("c1", { starts: false, agentId: "2" }), call);
  assert.throws(() => join("c1", { starts: false, agentId: "sales" }), refusal("other_agent"));
  assert.throws(() => join("c1", { starts: false, agentId: "nobody" }), refusal("unknown_agent"));
});

Deno.test("a call goes on with its agent when that is on offer no more, or at another place", async () => {
  let offered = ["sales", "support"];
  const agents = () => Promise.resolve(offered.map((id) => ({ id, name: id })));
  const { join, directory } = await house({}, { ...connector, agents });
  const asked = ["", "2", "support"];
  const calls = asked.map((agentId, at) => join(`c${at}`, { agentId }));
  for (offered of [["billing", "sales"], []]) {
    await directory.refresh();
    for (const [at, agentId] of asked.entries()) {
      for (const again of new Set(["", agentId, calls[at]!.call.agentId])) {
        assert.equal(join(`c${at}`, { starts: false, agentId: again }), calls[at], `"${again}" after "${agentId}"`);
      }
    }
  }
});

Deno.test("an agent that nobody offers is refused", async () => {
  const { join } = await house();
  assert.throws(() => join("c1", { agentId: "nobody" }), refusal("unknown_agent"));
});

Deno.test("more calls than allowed are refused at once, and a place that is free again is given away", async () => {
  const { join, switchboard } = await house();
  const calls = ["c1", "c2", "c3"].map((id) => join(id)!);
  assert.throws(() => join("c4"), refusal("full"));
  assert.equal(join("c2", { starts: false }), calls[1]);
  calls[0]!.hangUp("caller");
  assert.ok(join("c4"));
  assert.equal(switchboard.size, 3);
});

Deno.test("a call that starts again under its id is a new call, and the old one is over", async () => {
  const { join, switchboard, events } = await house();
  const first = join("c1");
  const second = join("c1", { agentId: "support" });
  assert.notEqual(first, second);
  assert.equal(switchboard.size, 1);
  assert.deepEqual(events.map(({ type }) => type), ["call_started", "call_ended", "call_started"]);
});

Deno.test("a call that starts again while nobody has heard its end leaves nothing behind", async () => {
  const { join, clock, switchboard, events } = await house();
  const first = join("c1")!;
  first.stop();
  assert.equal(switchboard.size, 1);
  const second = join("c1");
  assert.notEqual(first, second);
  first.timeOut("idle_too_long");
  assert.equal(join("c1", { starts: false }), second);
  assert.equal(clock.timers, 1);
  assert.deepEqual(events.map(({ type }) => type), ["call_started", "call_ended", "call_started"]);
});

Deno.test("a stream that comes after the end opens no second call, but a start does", async () => {
  const { join, clock } = await house();
  join("c1")!.hangUp("caller");
  assert.equal(join("c1", { starts: false }), undefined);
  assert.ok(join("c1"));
  join("c1", { starts: false })!.hangUp("caller");
  clock.advance(200_000);
  assert.ok(join("c1", { starts: false }), "after a while an id is free again");
});

Deno.test("a start that is refused leaves the call that was over as it was: a late stream opens none", async () => {
  const { join, switchboard } = await house({ maxCalls: 1 });
  join("over")!.hangUp("caller");
  assert.throws(() => join("over", { agentId: "nobody" }), refusal("unknown_agent"));
  assert.equal(join("over", { starts: false }), undefined);
  const other = join("other")!;
  assert.throws(() => join("over"), refusal("full"));
  other.hangUp("caller");
  assert.equal(join("over", { starts: false }), undefined);
  assert.equal(switchboard.size, 0);
});

Deno.test("calls that nothing is heard of, and calls that last too long, are ended by the sweep", async () => {
  const { join, clock, switchboard, events } = await house({ idleMs: 120_000, maxCallMs: 300_000 });
  const kept = join("kept")!;
  join("lost")!.openTurn(sink()).close();
  const ears = kept.openTurn(sink());
  for (let minute = 0; minute < 4; minute++) {
    ears.hearAudio(new Uint8Array(160), TELEPHONY);
    clock.advance(60_000);
  }
  assert.deepEqual(events.filter(({ type }) => type === "call_ended").map(({ callId }) => callId), ["lost"]);
  const outputs: TurnOutput[] = [];
  kept.openTurn(sink(outputs));
  clock.advance(120_000);
  assert.deepEqual(outputs, [{ type: "hang_up", reason: "lasted_too_long" }]);
  clock.advance(180_000);
  assert.equal(switchboard.size, 0);
});

Deno.test("drain() refuses new calls, lets open ones go on, and resolves when the last is over", async () => {
  const { join, switchboard } = await house();
  const call = join("c1")!;
  let drained = false;
  const draining = switchboard.drain(30_000).then(() => drained = true);
  assert.throws(() => join("c2"), refusal("draining"));
  assert.equal(join("c1", { starts: false }), call);
  await Promise.resolve();
  assert.equal(drained, false);
  call.hangUp("caller");
  await draining;
});

Deno.test("a call that starts again while the gateway drains is over here: its streams are for whoever takes over", async () => {
  const { join, switchboard } = await house();
  join("kept");
  join("known");
  join("over")!.hangUp("caller");
  switchboard.drain(30_000);
  for (const id of ["known", "over"]) {
    assert.throws(() => join(id), refusal("draining"));
    assert.throws(() => join(id, { starts: false }), refusal("draining"), `a later stream of ${id}`);
  }
  assert.equal(switchboard.size, 1);
});

Deno.test("drain() hands the calls that are left to humans when its time is over", async () => {
  const { join, switchboard, clock } = await house();
  const outputs: TurnOutput[] = [];
  join("c1")!.openTurn(sink(outputs));
  const draining = switchboard.drain(30_000);
  clock.advance(30_000);
  await draining;
  assert.deepEqual(outputs, [{ type: "transfer", reason: "gateway_stopped" }]);
  assert.equal(switchboard.size, 0);
});

Deno.test("nothing of ten thousand calls stays when they are over", async () => {
  const { join, switchboard, clock } = await house({ maxCalls: 10 });
  for (let i = 0; i < 20_000; i++) join(`c${i}`)!.hangUp("caller");
  assert.equal(switchboard.size, 0);
  assert.equal(clock.timers, 1);
});
