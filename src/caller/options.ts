import { parseArgs } from "node:util";
import type { AudioFormat } from "../audio/format.ts";
import { nearest } from "../lib/suggest.ts";
import type { PlanStep } from "./plan.ts";

/** The command line asks for something that cannot be. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** What the command line asks for. */
export interface CallOptions {
  readonly hostname: string;
  readonly port: number;
  readonly tls: boolean;
  readonly agent: string | undefined;
  readonly org: string | undefined;
  readonly token: string | undefined;
  readonly format: AudioFormat;
  readonly frameBytes: number | undefined;
  readonly speed: number;
  readonly steps: readonly PlanStep[];
  /** When the demo's caller barges in, in ms; only without steps. */
  readonly bargeInAtMs: number | undefined;
  readonly plan: string | undefined;
  readonly save: string | undefined;
  readonly list: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

export const USAGE = `Calls a BYOVA endpoint as Webex Contact Center would, and shows the call as it happens.

deno task call [OPTIONS]

Without a step, a demonstration: the welcome, a sentence, its answer, key 5.

What the caller does, in this order, as often as you like:
  --say FILE            speaks a WAV file
  --keys KEYS           presses keys: 0-9, *, #, A-D
  --barge-in-at MS      does the step before this option MS after the prompt began, not when it is over
  --no-input            says nothing until the endpoint is told so
  --custom NAME         sends the custom event NAME
  --hang-up             hangs up
  --plan FILE           makes the call that a YAML file describes, and checks what it expects

Where to:
  --target HOST:PORT    the endpoint (127.0.0.1:50051)
  --tls                 over TLS
  --agent ID            the virtual agent (the endpoint's default)
  --org ID              the customer's organization
  --token TOKEN         a bearer token to send (or BYOVA_TOKEN in the environment)
  --list                lists the virtual agents instead of calling

How:
  --encoding NAME       mulaw, alaw or linear16 (mulaw)
  --rate HZ             8000 or 16000 (8000)
  --frame-bytes N       bytes of one frame of audio (20 ms)
  --speed N             N times as fast as in reality (1)
  --save FILE           saves what the caller heard as a WAV file
  --json                prints one JSON object instead of the timeline
  --help                prints this

A plan:
  welcome: { event: answer, audio_at_least_ms: 500 }
  steps:
    - say: hello.wav              # beside the plan; or press: "12#", no_input: true, hang_up: true, wait_ms: 500,
      barge_in_at_ms: 400         # custom: { name: survey, parameters: { score: 5 } }
      expect: { event: answer, within_ms: 2000, prompts: [booking] }
    - press: "5"
      expect: { event: transfer, metadata: { reason: caller_asked } }

Exit code: 0 all well, 1 not as expected, or the endpoint broke the contract, 2 nobody answers, 64 wrong usage.`;

const TEXT = { type: "string" } as const;
const FLAG = { type: "boolean" } as const;
const OPTIONS = {
  agent: TEXT,
  "barge-in-at": TEXT,
  custom: TEXT,
  encoding: TEXT,
  "frame-bytes": TEXT,
  "hang-up": FLAG,
  help: FLAG,
  json: FLAG,
  keys: TEXT,
  list: FLAG,
  "no-input": FLAG,
  org: TEXT,
  plan: TEXT,
  rate: TEXT,
  save: TEXT,
  say: TEXT,
  speed: TEXT,
  target: TEXT,
  tls: FLAG,
  token: TEXT,
} as const;

/** The same for whoever lists the options: name and what it takes. `USAGE` says what each is for. */
export const CALL_OPTIONS = Object.entries(OPTIONS).map(([name, { type }]) => ({
  name,
  takes: type === "boolean" ? "" : name === "plan" || name === "save" || name === "say" ? "FILE" : "VALUE",
  help: "",
}));

type Name = keyof typeof OPTIONS;

/** Reads the command line. Throws UsageError. */
export function readOptions(argv: readonly string[]): CallOptions {
  const { tokens } = parseArgs({ args: [...argv], options: OPTIONS, strict: false, tokens: true });
  const given = new Map<string, string>();
  const steps: PlanStep[] = [];
  for (const token of tokens) {
    if (token.kind !== "option") throw wrong(argv[token.index]!, "an option expected");
    const { name, value } = token;
    if (!isName(name)) {
      const near = nearest(name, Object.keys(OPTIONS));
      throw wrong(token.rawName, near ? `did you mean --${near}?` : "a known option expected, see --help");
    }
    if (OPTIONS[name].type === "string" && value === undefined) throw wrong(token.rawName, "a value expected");
    if (OPTIONS[name].type === "boolean" && value !== undefined) throw wrong(token.rawName, "no value expected");
    if (!takeStep(steps, name, value ?? "")) given.set(name, value ?? "");
  }
  const bargeIn = given.get("barge-in-at");
  const { hostname, port } = readTarget(given.get("target"), given.has("tls"));
  const encoding = given.get("encoding") ?? "mulaw";
  if (encoding !== "mulaw" && encoding !== "alaw" && encoding !== "linear16") {
    throw wrong("--encoding", `mulaw, alaw or linear16 expected: received "${encoding}"`);
  }
  if (given.has("plan") && steps.length > 0) throw wrong("--plan", "no other steps expected beside it");
  return {
    hostname,
    port,
    tls: given.has("tls"),
    agent: given.get("agent"),
    org: given.get("org"),
    token: given.get("token"),
    format: { encoding, sampleRate: readNumber("--rate", given.get("rate") ?? "8000", 8000, 16_000) },
    frameBytes: given.has("frame-bytes")
      ? readNumber("--frame-bytes", given.get("frame-bytes")!, 2, 65_536)
      : undefined,
    speed: readNumber("--speed", given.get("speed") ?? "1", 0.1, 1000),
    steps,
    bargeInAtMs: bargeIn === undefined ? undefined : readNumber("--barge-in-at", bargeIn, 0, 600_000),
    plan: given.get("plan"),
    save: given.get("save"),
    list: given.has("list"),
    json: given.has("json"),
    help: given.has("help"),
  };
}

/** Adds what the caller does, or when, to the steps. Returns whether the option was about that. */
function takeStep(steps: PlanStep[], name: Name, value: string): boolean {
  const last = steps.at(-1);
  switch (name) {
    case "say":
      return steps.push({ say: value }) > 0;
    case "keys":
      if (!/^[0-9*#A-Da-d]+$/.test(value)) throw wrong("--keys", "0-9, *, # or A-D expected");
      return steps.push({ press: value }) > 0;
    case "no-input":
      return steps.push({ no_input: true }) > 0;
    case "custom":
      return steps.push({ custom: { name: value } }) > 0;
    case "hang-up":
      return steps.push({ hang_up: true }) > 0;
    case "barge-in-at":
      if (!last) return false;
      if (last.say === undefined && last.press === undefined) {
        throw wrong("--barge-in-at", "--say or --keys before it expected");
      }
      steps[steps.length - 1] = { ...last, barge_in_at_ms: readNumber("--barge-in-at", value, 0, 600_000) };
      return true;
    default:
      return false;
  }
}

/** "host", "host:port", "[::1]:port". */
function readTarget(target = "127.0.0.1:50051", tls: boolean): { hostname: string; port: number } {
  const found = /^(?:\[([^\]]+)\]|([^:/]+))(?::(\d{1,5}))?$/.exec(target);
  if (!found) throw wrong("--target", `HOST:PORT expected: received "${target}"`);
  return { hostname: (found[1] ?? found[2])!, port: Number(found[3] ?? (tls ? 443 : 50051)) };
}

function readNumber(name: string, text: string, least: number, most: number): number {
  const number = text.trim() === "" ? NaN : Number(text);
  if (number >= least && number <= most) return number;
  throw wrong(name, `a number from ${least} to ${most} expected: received "${text}"`);
}

function isName(name: string): name is Name {
  return Object.hasOwn(OPTIONS, name);
}

function wrong(option: string, what: string): UsageError {
  return new UsageError(`Cannot use ${option}: ${what}`);
}
