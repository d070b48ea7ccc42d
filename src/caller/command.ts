import bookingWav from "../../audio/caller_booking.wav" with { type: "bytes" };
import { durationMs } from "../audio/format.ts";
import { WavError, writeWav } from "../audio/wav.ts";
import { callUnary, GrpcChannel } from "../grpc/client.ts";
import { GrpcError } from "../grpc/status.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { decodeListVAResponse, encodeListVARequest } from "../protocols/gen/byova_common.ts";
import { VoiceVirtualAgent } from "../protocols/gen/voicevirtualagent.ts";
import { Caller } from "./caller.ts";
import { type CallOptions, readOptions, USAGE, UsageError } from "./options.ts";
import { type Plan, PlanError, readPlan } from "./plan.ts";
import { runPlan } from "./plan_run.ts";
import type { Reply } from "./reply.ts";
import { readSpeech } from "./spoken.ts";
import { showEntry, showMs } from "./timeline.ts";

/** What the command needs of the world. */
export interface CommandIo {
  print(line: string): void;
  printError(line: string): void;
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /** A variable of the environment, if it is there and may be read. */
  env(name: string): string | undefined;
  /** Whether output goes to a terminal that wants colours. */
  readonly colours: boolean;
  readonly clock?: Clock;
}

/** Exit codes: all well; not as expected; nobody answers; wrong usage (EX_USAGE of sysexits.h). */
const OK = 0, UNEXPECTED = 1, UNREACHABLE = 2, USAGE_ERROR = 64;

/** Name of the recording that the program carries. */
const BOOKING = "caller_booking.wav";

/** Makes the call that `argv` asks for, and shows it. Returns the exit code; throws nothing that a user could cause. */
export async function runCallCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    const options = readOptions(argv);
    if (options.help) {
      io.print(USAGE);
      return OK;
    }
    return await connectAndCall(options, io);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof PlanError)) throw error;
    io.printError(error.message);
    return USAGE_ERROR;
  }
}

async function connectAndCall(options: CallOptions, io: CommandIo): Promise<number> {
  const plan = await planOf(options, io);
  const speech = await readSpeeches(plan, options, io);
  const { hostname, port, tls } = options;
  let channel: GrpcChannel;
  try {
    channel = await GrpcChannel.connect({ hostname, port, tls });
  } catch (error) {
    if (!(error instanceof GrpcError)) throw error;
    io.printError(unreachable(options, error));
    return UNREACHABLE;
  }
  try {
    return options.list ? await list(channel, options, io) : await call(channel, options, io, plan, speech);
  } finally {
    await channel[Symbol.asyncDispose]();
  }
}

async function call(
  channel: GrpcChannel,
  options: CallOptions,
  io: CommandIo,
  plan: Plan,
  speech: ReadonlyMap<string, Uint8Array>,
): Promise<number> {
  const { format, frameBytes, speed, json, save } = options;
  const token = tokenOf(options, io);
  const agentId = options.agent ?? plan.agent;
  const orgId = options.org ?? plan.org;
  await using caller = new Caller(channel, {
    format,
    speed,
    clock: io.clock ?? systemClock,
    ...(frameBytes === undefined ? {} : { frameBytes }),
    ...(token === undefined ? {} : { token }),
    ...(agentId === undefined ? {} : { agentId }),
    ...(orgId === undefined ? {} : { orgId }),
    onTimeline: (entry) => json || io.print(showEntry(entry, io.colours)),
  });
  const failures = await runPlan(caller, plan, { speech, file: options.plan ?? "call" });
  if (save !== undefined) await saveHeard(save, caller, io);
  const ok = failures.length === 0 && caller.violations.length === 0 && caller.end !== "failed";
  if (json) io.print(JSON.stringify(summary(caller, failures, ok), undefined, 2));
  else {
    for (const failure of failures) io.printError(failure);
    if (caller.violations.length > 0) io.printError(`The endpoint broke the contract: ${caller.violations.join("; ")}`);
    if (ok) io.print(`The call ended: ${caller.end}. The caller heard ${showMs(durationMs(caller.heard))}.`);
  }
  return ok ? OK : UNEXPECTED;
}

async function list(channel: GrpcChannel, options: CallOptions, io: CommandIo): Promise<number> {
  const token = tokenOf(options, io);
  const request = encodeListVARequest({ customerOrgId: options.org ?? "caller" });
  const metadata: [string, string][] = token === undefined ? [] : [["authorization", `Bearer ${token}`]];
  let answer: Uint8Array;
  try {
    answer = await callUnary(channel, VoiceVirtualAgent.ListVirtualAgents, request, metadata, { timeoutMs: 10_000 });
  } catch (error) {
    if (!(error instanceof GrpcError)) throw error;
    io.printError(`Cannot list the virtual agents: ${error.message}`);
    return UNEXPECTED;
  }
  const { virtualAgents } = decodeListVAResponse(answer);
  if (options.json) io.print(JSON.stringify(virtualAgents, undefined, 2));
  else if (virtualAgents.length === 0) io.print("The endpoint offers no virtual agents.");
  else {
    const width = Math.max(...virtualAgents.map(({ virtualAgentId }) => virtualAgentId.length));
    for (const { virtualAgentId, virtualAgentName, isDefault } of virtualAgents) {
      io.print(`${virtualAgentId.padEnd(width)}  ${virtualAgentName}${isDefault ? "  (default)" : ""}`);
    }
  }
  return OK;
}

function tokenOf({ token }: CallOptions, io: CommandIo): string | undefined {
  const found = (token ?? io.env("BYOVA_TOKEN"))?.replace(/^Bearer /, "");
  // What a header takes; the token itself stays out of the message.
  if (found === undefined || /^[\x21-\x7e]+$/.test(found)) return found;
  throw new UsageError("Cannot use --token or BYOVA_TOKEN: printable ASCII without spaces expected");
}

/** Returns the call to make: of the plan's file, of the options, or the demonstration. */
async function planOf({ plan, steps, bargeInAtMs }: CallOptions, io: CommandIo): Promise<Plan> {
  if (plan !== undefined) return readPlan(new TextDecoder().decode(await read(plan, io)), plan);
  if (steps.length > 0) return { steps };
  return { steps: [{ say: BOOKING, barge_in_at_ms: bargeInAtMs }, { press: "5" }] };
}

/** Reads every recording that a plan names; a plan's files are looked for beside it. */
async function readSpeeches(plan: Plan, options: CallOptions, io: CommandIo): Promise<Map<string, Uint8Array>> {
  const demo = options.plan === undefined && options.steps.length === 0;
  const folder = options.plan?.replace(/[^/]*$/, "") ?? "";
  const speeches = new Map<string, Uint8Array>();
  for (const { say } of plan.steps) {
    if (say === undefined || speeches.has(say)) continue;
    const wav = demo ? bookingWav : await read(say.startsWith("/") ? say : folder + say, io);
    try {
      speeches.set(say, readSpeech(wav, options.format));
    } catch (error) {
      if (!(error instanceof WavError || error instanceof RangeError)) throw error;
      throw new UsageError(`Cannot say "${say}": ${error.message}`);
    }
  }
  return speeches;
}

async function read(path: string, io: CommandIo): Promise<Uint8Array> {
  try {
    return await io.readFile(path);
  } catch (error) {
    throw new UsageError(`Cannot read "${path}": ${error instanceof Error ? error.message : error}`);
  }
}

async function saveHeard(path: string, caller: Caller, io: CommandIo): Promise<void> {
  try {
    await io.writeFile(path, writeWav(caller.heard));
  } catch (error) {
    throw new UsageError(`Cannot save "${path}": ${error instanceof Error ? error.message : error}`);
  }
}

function unreachable({ hostname, port, tls }: CallOptions, error: GrpcError): string {
  const advice = tls
    ? "check the address and the certificate"
    : "start the gateway with `deno task start`, or name another endpoint with --target";
  return `Cannot call ${hostname}:${port}: ${advice}: ${error.message}`;
}

/** What a program wants to know of a call. */
function summary(caller: Caller, failures: readonly string[], ok: boolean): Record<string, unknown> {
  return {
    ok,
    end: caller.end,
    failures,
    violations: caller.violations,
    heard_ms: Math.round(durationMs(caller.heard)),
    replies: caller.replies.map((reply: Reply) => ({
      rpc: reply.rpc,
      purpose: reply.purpose,
      outcome: reply.outcome,
      event: reply.event && { name: reply.event.name, metadata: reply.event.metadata },
      prompts: reply.prompts.map(({ text }) => text),
      audio_ms: Math.round(reply.audioMs),
      answered_after_ms: reply.answeredAfterMs && Math.round(reply.answeredAfterMs),
      status: reply.status,
      status_message: reply.statusMessage,
    })),
    timeline: caller.timeline.map(({ atMs, kind, what, rpc, note }) => ({
      at_ms: Math.round(atMs),
      kind,
      what,
      rpc,
      note,
    })),
  };
}
