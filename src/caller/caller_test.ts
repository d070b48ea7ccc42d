import assert from "node:assert/strict";
import { OutputEvent_EventType as EventType } from "../protocols/gen/byova_common.ts";
import { Caller, type CallerOptions, CallError } from "./caller.ts";
import { prompt, serve, type TestEndpoint, tone } from "../../tests/byova_endpoint.ts";

const SPEED = 40;
const TRANSFER = {
  eventType: EventType.TRANSFER_TO_AGENT,
  name: "transfer_requested",
  metadata: { summary: "wants a person" },
};

async function withCall(
  endpoint: TestEndpoint,
  act: (caller: Caller, seen: ReturnType<typeof serve>["seen"]) => Promise<void>,
  options: CallerOptions = {},
): Promise<void> {
  await using server = serve(endpoint);
  const target = { hostname: "127.0.0.1", port: server.port };
  await using caller = await Caller.dial(target, { speed: SPEED, patienceMs: 2000, ...options });
  await act(caller, server.seen);
}

Deno.test("a call starts with an RPC of its own and hears the welcome to its end", () =>
  withCall({ welcome: [prompt(1000)] }, async (caller, seen) => {
    const welcome = await caller.start("call_start", { from: "+1555" });
    assert.equal(welcome.outcome, "answer");
    assert.equal(welcome.audioMs, 1000);
    await caller.myTurn();
    assert.deepEqual(seen[0]!.events, ["SESSION_START", "half-closed"]);
    assert.deepEqual(seen[0]!.requests[0]!.eventInput!.parameters, { from: "+1555" });
    assert.match(seen[0]!.metadata.get("trackingid")!, /^CALLER_/);
    assert.equal(seen[0]!.metadata.get("authorization"), undefined);
    assert.equal(caller.heard.data.length, 8000);
    assert.deepEqual(caller.violations, []);
  }));

Deno.test("speech travels on an RPC that opens when the prompt is over and half-closes at END_OF_INPUT", () =>
  withCall({ welcome: [prompt(1000)], toSpeech: [prompt(500)], waits: true }, async (caller, seen) => {
    await caller.start();
    const answer = await caller.say(tone(600));
    assert.equal(answer.outcome, "answer");
    assert.equal(answer.purpose, "voice");
    assert.equal(answer.rpc, 2);
    assert.ok(answer.heardOut);
    assert.deepEqual(seen[1]!.events, ["audio", "half-closed"]);
    const [first] = seen[1]!.requests;
    assert.equal(first!.conversationId, seen[0]!.requests[0]!.conversationId);
    assert.equal(first!.audioInput!.callerAudio.length, 160);
    assert.equal(first!.audioInput!.sampleRateHertz, 8000);
    assert.deepEqual(caller.violations, []);
  }));

Deno.test("while a prompt plays that takes barge-in, the line is open and speech cuts the prompt off", () =>
  withCall(
    { welcome: [prompt(20_000, { bargeIn: true })], toSpeech: [prompt(500, { bargeIn: true })] },
    async (caller, seen) => {
      await caller.start();
      const answer = await caller.say(tone(600), { bargeInAtMs: 400 });
      assert.equal(answer.rpc, 2);
      await caller.myTurn();
      assert.ok(caller.heard.data.length < 10_000 * 8, "most of the welcome is not heard");
      assert.ok(caller.timeline.some(({ what }) => what === "prompt cut off"));
      await caller.hangUp();
      assert.equal(seen[2]!.events[0], "audio", "the next line opens while the answer plays");
      assert.deepEqual(caller.violations, []);
    },
  ));

Deno.test("what is said into a prompt that takes no barge-in reaches nobody", () =>
  withCall({ welcome: [prompt(20_000)] }, async (caller, seen) => {
    await caller.start();
    const unheard = caller.say(tone(500), { bargeInAtMs: 100 });
    await caller.myTurn();
    await caller.wait(1000);
    assert.ok(
      seen.flatMap(({ requests }) => requests).every(({ audioInput }) =>
        audioInput === undefined || audioInput.callerAudio.every((byte) => byte === 0xFF)
      ),
    );
    await caller.hangUp();
    await assert.rejects(unheard, CallError);
  }));

Deno.test("keys are announced on the open line and follow in an RPC of their own", () =>
  withCall({ toKeys: () => [prompt(800, { outputEvents: [TRANSFER] })] }, async (caller, seen) => {
    await caller.start();
    const answer = await caller.press("5");
    assert.equal(answer.outcome, "transfer");
    assert.deepEqual(answer.event!.metadata, { summary: "wants a person" });
    assert.equal(await caller.over(), "transfer");
    assert.deepEqual(seen.map(({ events }) => events), [
      ["SESSION_START", "half-closed"],
      ["audio", "START_OF_DTMF"],
      ["keys 5", "half-closed"],
    ]);
    assert.deepEqual(caller.violations, []);
  }));

Deno.test("an entry ends with the terminator, with its last key, or when no key follows in time", async (t) => {
  const rules = (dtmfInputLength: number, interDigitTimeoutMsec: number) => ({
    inputHandlingConfig: { dtmfConfig: { dtmfInputLength, interDigitTimeoutMsec, termchar: 16 } },
  });
  for (
    const [name, length, pauseMs, keys, sent] of [
      ["the terminator", 10, 60_000, "12#", "keys 12"],
      ["the last key", 3, 60_000, "1*A", "keys 1*A"],
      ["time", 10, 4000, "90", "keys 90"],
    ] as const
  ) {
    await t.step(name, () =>
      withCall({ welcome: [prompt(100, rules(length, pauseMs))] }, async (caller, seen) => {
        await caller.start();
        await caller.press(keys);
        assert.deepEqual(seen.at(-1)!.events, [sent, "half-closed"]);
      }));
  }
});

Deno.test("an endpoint that takes keys only gets no audio RPC", () =>
  withCall({ welcome: [prompt(500, { bargeIn: true, inputMode: 2 })] }, async (caller, seen) => {
    await caller.start();
    await caller.press("5");
    assert.deepEqual(seen.map(({ events }) => events[0]), ["SESSION_START", "START_OF_DTMF", "keys 5"]);
    await assert.rejects(caller.press("x"), RangeError);
  }));

Deno.test("a caller who says nothing is told as NO_INPUT after the endpoint's time", () =>
  withCall({
    welcome: [prompt(100, { inputHandlingConfig: { speechTimers: { noInputTimeoutMsec: 2000 } } })],
    toSilence: [prompt(100)],
  }, async (caller, seen) => {
    await caller.start();
    const answer = await caller.staySilent();
    assert.equal(answer.purpose, "silence");
    assert.deepEqual(seen.map(({ events }) => events), [
      ["SESSION_START", "half-closed"],
      ["audio", "half-closed"],
      ["NO_INPUT", "half-closed"],
    ]);
  }));

Deno.test("an answer in chunks is played as it comes, until the FINAL without audio closes it", () =>
  withCall({
    welcome: [
      { prompts: [{ audioContent: tone(300) }], responseType: 2 },
      { prompts: [{ audioContent: tone(200) }], responseType: 2 },
      { prompts: [{ audioContent: new Uint8Array() }], inputMode: 3 },
    ],
  }, async (caller) => {
    const welcome = await caller.start();
    assert.equal(welcome.audioMs, 500);
    await caller.myTurn();
    assert.ok(caller.heard.data.length >= 4000);
    assert.deepEqual(caller.violations, []);
  }));

Deno.test("hanging up in the middle of a prompt tells the endpoint and ends the call", () =>
  withCall({ welcome: [prompt(60_000, { bargeIn: true })] }, async (caller, seen) => {
    await caller.start();
    await caller.wait(500);
    await caller.hangUp();
    assert.equal(await caller.over(), "hung_up");
    assert.ok(seen.some(({ events }) => events[0] === "SESSION_END"));
    assert.deepEqual(caller.violations, []);
    await assert.rejects(caller.say(tone(100)), CallError);
  }));

Deno.test("custom events carry their name and data", () =>
  withCall({ toCustom: [prompt(100)] }, async (caller, seen) => {
    await caller.start();
    await caller.sendCustom("survey", { score: 5 });
    const rpc = seen.find(({ events }) => events[0] === "custom survey");
    assert.deepEqual(rpc!.requests[0]!.eventInput!.parameters, { score: 5 });
  }));

Deno.test("frames have the size, encoding and rate that were asked for", () =>
  withCall({ welcome: [prompt(100)] }, async (caller, seen) => {
    await caller.start();
    await caller.myTurn();
    await caller.wait(200);
    await caller.hangUp();
    const frames = seen.flatMap(({ requests }) => requests).flatMap(({ audioInput }) => audioInput ?? []);
    assert.ok(frames.length > 0);
    for (const { callerAudio, encoding, sampleRateHertz } of frames) {
      assert.deepEqual([callerAudio.length, encoding, sampleRateHertz], [640, 1, 16_000]);
    }
  }, { format: { encoding: "linear16", sampleRate: 16_000 }, frameBytes: 640 }));

Deno.test("raw RPCs of the same call send what they like and hear what comes", () =>
  withCall({
    method: (rpc) => ({
      message() {},
      halfClosed: () => rpc.finish(3, "no"),
      cancelled() {},
    }),
  }, async (caller) => {
    const rpc = caller.openRpc();
    rpc.send(new Uint8Array());
    rpc.halfClose();
    const responses = await Array.fromAsync(rpc);
    assert.deepEqual(responses, []);
    assert.equal((await rpc.ended).status, 3);
  }));

Deno.test("a call whose RPC fails is over", () =>
  withCall(
    { method: (rpc) => ({ message() {}, halfClosed: () => rpc.finish(14, "away"), cancelled() {} }) },
    async (caller) => {
      const reply = await caller.start();
      assert.equal(reply.outcome, "failed");
      assert.equal(reply.statusMessage, "away");
      assert.equal(await caller.over(), "failed");
    },
  ));

Deno.test("an endpoint that lets the call stand still is given up on", () =>
  withCall({ method: () => ({ message() {}, halfClosed() {}, cancelled() {} }) }, async (caller) => {
    await assert.rejects(caller.start(), /received nothing within 300 ms/);
  }, { patienceMs: 300 }));
