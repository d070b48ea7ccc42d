/**
 * Holds real-time calls against any BYOVA endpoint and reports how it keeps up: `deno task bench --target host:port`.
 *
 * Latency is measured from the deciding frame: the one frame of a turn after which the endpoint says START_OF_INPUT or
 * END_OF_INPUT. Endpoints decide in audio time, so it is the same frame in every call with the same audio: two unloaded
 * calls, paced in real time, tell which one it is (calibration), and under load the time runs from sending that very frame
 * until the event has come. An endpoint that calibration finds undecided is measured from the later of the two frames.
 */
import { parseArgs } from "node:util";
import process from "node:process";
import { readWav } from "../src/audio/wav.ts";
import { GrpcChannel } from "../src/grpc/client.ts";
import { type Deciding, FRAME_MS, LoadCall, type LoadOptions, Tally, utterance } from "./calls_load.ts";
import type { Histogram } from "./calls_histogram.ts";
import { type Usage, watchProcess } from "./calls_proc.ts";

const SPEECH = new URL("../audio/caller_order.wav", import.meta.url);
/** Voice turns of a call. */
const TURNS = 3;
/** Frames leave in this many slices spread over each 20 ms. */
const SLICES = 10;
/** A failed call is replaced after so many ticks. */
const PAUSE_TICKS = 50;
/** A bench whose own frames are later than this, in ms, measures itself. */
const HONEST_MS = 10;

const USAGE = `deno task bench [--target HOST:PORT] [--tls] [--agent ID] [--token TOKEN] [--calls 600] [--seconds 30]
                [--ramp-seconds 5] [--connections 8] [--flat-out] [--pid SERVER] [--json]`;

const values = options();
const [hostname = "127.0.0.1", port = "50051"] = values.target.split(/:(?=\d+$)/);
const count = Number(values.calls);
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const rampSeconds = Number(values["ramp-seconds"]);
if (![count, seconds, connections, rampSeconds].every((value) => value >= 0)) {
  console.error("Cannot read the options: numbers expected");
  Deno.exit(64);
}

const usage = values.pid === undefined ? undefined : await watchProcess(Number(values.pid));
const channels = await Promise.all(
  Array.from(
    { length: connections },
    () =>
      GrpcChannel.connect({ hostname, port: Number(port), tls: values.tls }).catch((error: Error) => {
        console.error(`Cannot reach ${values.target}: ${error.message}`);
        Deno.exit(2);
      }),
  ),
);
const tally = new Tally();
const base = {
  frames: utterance(readWav(await Deno.readFile(SPEECH)).data),
  tally,
  turns: TURNS,
  agentId: values.agent,
  metadata: values.token === undefined ? [] : [["authorization", `Bearer ${values.token}`]] as [string, string][],
};
const { deciding, steady } = await calibrate();
const before = await usage?.();
const result = values["flat-out"] ? await flatOut(deciding) : await realTime(deciding);
report({ ...result, deciding, steady });
Deno.exit(tally.failures.size > 0 ? 1 : 0);

/** Makes two unloaded calls and returns the frames at which the endpoint made up its mind. */
async function calibrate(): Promise<{ deciding: Deciding; steady: boolean }> {
  const call = () =>
    new Promise<LoadCall>((resolve) => {
      const call = new LoadCall(channels[0]!, { ...base, onEnd: resolve });
      let sent = 0;
      const started = performance.now();
      const tick = () => {
        if (call.over) return;
        const now = performance.now();
        if (started + sent * FRAME_MS <= now) {
          sent++;
          call.tick(now);
        }
        setTimeout(tick, 2);
      };
      tick();
    });
  const first = call();
  await delay(FRAME_MS / 2);
  const [one, other] = await Promise.all([first, call()]);
  if (one.failed || other.failed) {
    console.error(`Cannot calibrate: two unloaded calls expected: received ${[...tally.failures.keys()].join(", ")}`);
    Deno.exit(1);
  }
  const steady = JSON.stringify(one.heard) === JSON.stringify(other.heard);
  const deciding = one.heard.map(({ start, end }, turn) => ({
    start: Math.max(start, other.heard[turn]!.start),
    end: Math.max(end, other.heard[turn]!.end),
  }));
  tally.clear();
  return { deciding, steady };
}

/** Holds calls in real time: each sends a frame every 20 ms, and makes room for a new one when it is over. */
async function realTime(deciding: Deciding) {
  const slots: (LoadCall | number)[] = [];
  const options = (slot: number): LoadOptions => ({
    ...base,
    deciding,
    onEnd: (call) => slots[slot] = call.failed ? PAUSE_TICKS : 0,
  });
  let live = 0, samples = 0, measuring = false;
  const begin = performance.now();
  let slice = 0;
  const turnTo = (at: number, due: number) => {
    const now = performance.now();
    const wanted = Math.min(count, Math.ceil(count * (now - begin + 1) / (rampSeconds * 1000 + 1)));
    let frames = 0;
    for (let slot = at; slot < wanted; slot += SLICES) {
      const call = slots[slot] ?? 0;
      if (typeof call === "number") {
        if (call === 0) slots[slot] = new LoadCall(channels[slot % connections]!, options(slot));
        else slots[slot] = call - 1;
        continue;
      }
      if (call.streaming) frames++;
      call.tick(now);
      if (measuring) live++;
    }
    if (measuring && at === 0) samples++;
    tally.lateness.add(now - due, frames);
  };
  const stop = new AbortController();
  const pump = async () => {
    while (!stop.signal.aborted) {
      for (let due = begin + slice * FRAME_MS / SLICES; due <= performance.now();) {
        turnTo(slice % SLICES, due);
        due = begin + ++slice * FRAME_MS / SLICES;
      }
      await delay(1);
    }
  };
  const pumping = pump();
  await delay(rampSeconds * 1000 + 1000);
  tally.clear();
  measuring = true;
  const [start, cpuStart, usedStart] = [performance.now(), process.cpuUsage(), await usage?.()];
  await delay(seconds * 1000);
  const [end, own, used] = [performance.now(), process.cpuUsage(cpuStart), await usage?.()];
  stop.abort();
  await pumping;
  return measured({ elapsedMs: end - start, own, usedStart, used, live: samples === 0 ? 0 : live / samples });
}

/** Sends as fast as the endpoint takes it: for half the time set-ups alone, then turns whose frames wait for room only. */
async function flatOut(deciding: Deciding) {
  const run = async (turns: number) => {
    const start = performance.now(), cpuStart = process.cpuUsage(), usedStart = await usage?.();
    const until = start + seconds * 500;
    await Promise.all(channels.flatMap((channel) => [1, 2].map(() => talk(channel, { turns, deciding, until }))));
    const own = process.cpuUsage(cpuStart), used = await usage?.();
    return measured({ elapsedMs: performance.now() - start, own, usedStart, used, live: connections * 2 });
  };
  const { callsPerSecond, serverMsPerCall } = await run(0);
  const failures = new Map(tally.failures);
  tally.clear();
  const result = await run(TURNS);
  for (const [reason, times] of failures) tally.failures.set(reason, times + (tally.failures.get(reason) ?? 0));
  const all = Object.fromEntries(tally.failures);
  return { ...result, failures: all, setUpsPerSecond: callsPerSecond, serverMsPerSetUp: serverMsPerCall };
}

/** Makes one call after the other. */
async function talk(
  channel: GrpcChannel,
  { turns, deciding, until }: { turns: number; deciding: Deciding; until: number },
): Promise<void> {
  while (performance.now() < until) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const call = new LoadCall(channel, { ...base, turns, deciding, onEnd: () => resolve() });
    while (!call.over && turns > 0) {
      // Past the deciding frame the endpoint has the word.
      while (call.streaming && !call.saidAll && call.tick(performance.now()));
      await Promise.race([promise, delay(0)]);
      if (!call.streaming) call.tick(performance.now());
    }
    await promise;
  }
}

function measured(
  { elapsedMs, own, usedStart, used, live }: {
    elapsedMs: number;
    own: { user: number; system: number };
    usedStart: Usage | undefined;
    used: Usage | undefined;
    live: number;
  },
) {
  const ownMs = (own.user + own.system) / 1000;
  const cpuMs = used && usedStart ? used.cpuMs - usedStart.cpuMs : undefined;
  return {
    setUpsPerSecond: undefined as number | undefined,
    serverMsPerSetUp: undefined as number | undefined,
    live,
    failures: Object.fromEntries(tally.failures),
    callsCompleted: tally.calls,
    turns: tally.turns,
    framesPerSecond: tally.frames * 1000 / elapsedMs,
    callsPerSecond: tally.calls * 1000 / elapsedMs,
    startOfInput: spread(tally.startLatency),
    endOfInput: spread(tally.endLatency),
    welcome: spread(tally.welcome),
    answer: spread(tally.answer),
    closing: spread(tally.closing),
    lateness: spread(tally.lateness),
    early: tally.early,
    elapsedMs,
    benchCpu: ownMs / elapsedMs,
    benchUsPerFrame: ownMs * 1000 / tally.frames,
    ...(cpuMs === undefined || used === undefined ? {} : {
      serverCpu: cpuMs / elapsedMs,
      serverMsPerCall: cpuMs / tally.calls,
      serverUsPerFrame: cpuMs * 1000 / tally.frames,
      serverMsPerCallMinute: live === 0 ? NaN : cpuMs / live / (elapsedMs / 60_000),
      serverRssMb: used.rssKb / 1024,
      serverWaitedMs: used.waitedMs - usedStart!.waitedMs,
      stolenMs: used.stolenMs - usedStart!.stolenMs,
      serverKbPerCall: (used.rssKb - before!.rssKb) / live,
    }),
  };
}

function spread(histogram: Histogram): { p50: number; p99: number; count: number } {
  return { p50: histogram.quantile(0.5), p99: histogram.quantile(0.99), count: histogram.count };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

type Result = Awaited<ReturnType<typeof realTime>> & { deciding: Deciding; steady: boolean };

function report(result: Result): void {
  if (values.json) return console.log(JSON.stringify(result, undefined, 2));
  const row = (name: string, value: string) => console.log(`${name.padEnd(34)} ${value}`);
  const times = ({ p50, p99, count }: Result["lateness"]) =>
    count === 0
      ? "not seen"
      : `p50 ${p50.toFixed(1).padStart(7)} ms   p99 ${p99.toFixed(1).padStart(7)} ms   ${count} times`;
  const number = (value: number, digits = 1) => value.toFixed(digits);
  const failed = Object.values(result.failures).reduce((sum, times) => sum + times, 0);
  if (values["flat-out"]) {
    row("call set-ups", `${number(result.setUpsPerSecond!, 0)} a second`);
    row("frames", `${number(result.framesPerSecond, 0)} a second`);
  } else {
    row("calls held", `${number(result.live)} of ${count}, for ${number(result.elapsedMs / 1000)} s`);
    row("frames", `${number(result.framesPerSecond, 0)} a second`);
    row("deciding frame to START_OF_INPUT", times(result.startOfInput));
    row("deciding frame to END_OF_INPUT", times(result.endOfInput));
    row("END_OF_INPUT to first audio", times(result.answer));
    row("SESSION_START to first audio", times(result.welcome));
    row("last message to trailers", times(result.closing));
    row("frames sent late by", times(result.lateness));
  }
  row("calls completed", `${result.callsCompleted}, turns ${result.turns}`);
  row("failures", failed === 0 ? "none" : JSON.stringify(result.failures));
  if (result.serverCpu !== undefined) {
    row("server CPU", `${number(result.serverCpu * 100)} % of a core, ${number(result.serverUsPerFrame!)} us a frame`);
    if (values["flat-out"]) row("server CPU per set-up", `${number(result.serverMsPerSetUp!, 2)} ms`);
    else row("server CPU per call-minute", `${number(result.serverMsPerCallMinute!)} ms`);
    const perCall = values["flat-out"] ? "" : `, ${number(result.serverKbPerCall!)} KB a call more than before`;
    row("server memory", `${number(result.serverRssMb!)} MB${perCall}`);
  }
  if (result.serverWaitedMs !== undefined) {
    const [waited, stolen] = [number(result.serverWaitedMs, 0), number(result.stolenMs!, 0)];
    row("machine", `the server waited ${waited} ms for its core; the host took ${stolen} ms of all cores`);
  }
  row("bench CPU", `${number(result.benchCpu * 100)} % of a core, ${number(result.benchUsPerFrame)} us a frame`);
  if (!result.steady) {
    console.log("Note: the endpoint decided at different frames in two equal calls; the later ones count.");
  }
  if (result.early > 0) {
    console.log(`Note: ${result.early} events came before their deciding frame and are not counted.`);
  }
  if (!values["flat-out"] && result.lateness.p99 > HONEST_MS) {
    console.log(`Note: the bench itself was late by more than ${HONEST_MS} ms: use fewer calls, or a second machine.`);
  }
}

function options() {
  try {
    return parseArgs({
      options: {
        target: { type: "string", default: "127.0.0.1:50051" },
        tls: { type: "boolean", default: false },
        calls: { type: "string", default: "600" },
        seconds: { type: "string", default: "30" },
        connections: { type: "string", default: "8" },
        "ramp-seconds": { type: "string", default: "5" },
        pid: { type: "string" },
        agent: { type: "string", default: "" },
        token: { type: "string" },
        "flat-out": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    Deno.exit(64);
  }
}
