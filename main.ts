import { parseArgs } from "node:util";
import denoConfig from "./deno.json" with { type: "json" };
import { ByodsError } from "./src/auth/byods/faults.ts";
import { BYODS_ACTIONS, runByodsCommand } from "./src/auth/byods/command.ts";
import { LOGIN_ACTIONS, runLoginCommand } from "./src/auth/login/command.ts";
import { runCallCommand } from "./src/caller/command.ts";
import { COMMANDS, optionsOf, parseable, usage } from "./src/commands.ts";
import { ConfigError, type ConfigSources, loadConfig, type LoadedConfig, OVERRIDES } from "./src/config.ts";
import { connectors } from "./src/connectors/mod.ts";
import { runDoctorCommand, tellRefusal } from "./src/doctor/command.ts";
import { type EdgeDeps, printPermissions, runInit, tellHealth } from "./src/edge/command.ts";
import { completions, SHELLS } from "./src/edge/completions.ts";
import { type Gateway, startGateway } from "./src/gateway.ts";
import { type Clock, systemClock } from "./src/lib/clock.ts";
import type { ErrorCode } from "./src/lib/error_codes.ts";
import { createFile } from "./src/lib/files.ts";
import { describeRelease, releaseOf } from "./src/lib/release.ts";
import { variable } from "./src/lib/variable.ts";
import { configureLogging, type Log, type LogLevel } from "./src/lib/log.ts";
import { compareGrants } from "./src/permissions/comparison.ts";
import { needsOf } from "./src/permissions/needs.ts";

/** Where `call` calls unless told. */
const USUAL_PORT = 50051;
/** Read when nothing names another file. */
const USUAL_FILE = "config/config.yaml";
/** What a command leaves behind: see the README. */
const EXIT = { ok: 0, failed: 1, usage: 64, config: 78 } as const;
/** How long the last log lines may take to be written, in ms. */
const LAST_LINES_MS = 1000;

const VERSION = denoConfig.version;
/** The file that started this process, when it is a packed one. */
const LAUNCHER = variable("GATEWAY_LAUNCHER");
const RELEASE = releaseOf(LAUNCHER !== undefined);
/** How the program is called. */
const PROGRAM = RELEASE.form === "source" ? "deno task" : LAUNCHER ?? "byova-gateway";
const EDGE: EdgeDeps = {
  print: (line) => console.log(line),
  printError: (line) => console.error(line),
  program: PROGRAM,
  carried: connectors,
  env: variable,
};
const USAGE = usage(RELEASE.form === "source" ? "main.ts" : PROGRAM, describeRelease(VERSION, RELEASE));

async function run(args: readonly string[]): Promise<number> {
  const command = args[0] !== undefined && !args[0].startsWith("-") ? args[0] : "serve";
  const rest = args.slice(args[0] === command ? 1 : 0);
  switch (command) {
    case "call":
      return await runCallCommand(rest, {
        print: (line) => console.log(line),
        printError: (line) => console.error(line),
        readFile: (path) => Deno.readFile(path),
        writeFile: (path, bytes) => Deno.writeFile(path, bytes),
        env: variable,
        colours: Deno.stdout.isTerminal() && !Deno.noColor,
      });
    case "byods":
      return await byods(rest);
    case "login":
      return await login(rest);
    case "doctor":
      return await doctor(rest);
    case "serve":
    case "check":
      return await withConfig(command, rest, command === "serve" ? serve : check);
    case "permissions":
      return await withConfig(command, rest, permissions);
    case "health":
      return await withConfig(command, rest, health);
    case "init":
      return await initialize(rest);
    case "completions":
      return complete(rest);
    default:
      console.error(`Cannot run "${command}": expected ${COMMANDS.map(({ name }) => name).join(", ")}\n\n${USAGE}`);
      return EXIT.usage;
  }
}

function permissions(loaded: LoadedConfig, flags: Flags): Promise<number> {
  const shape = flags.table ? "table" : flags.systemd ? "systemd" : "flags";
  const file = flags.config ?? variable("GATEWAY_CONFIG");
  printPermissions(loaded, { shape, file: typeof file === "string" ? file : undefined }, EDGE);
  return Promise.resolve(EXIT.ok);
}

async function health({ config }: LoadedConfig, { wait, pid }: Flags): Promise<number> {
  const question = { pid: pid === undefined ? undefined : Number(pid), waitMs: Number(wait ?? 0) * 1000 };
  if (Number.isNaN(question.pid) || Number.isNaN(question.waitMs)) {
    console.error("Cannot ask for the health: --wait and --pid take numbers");
    return EXIT.usage;
  }
  const awake = setInterval(() => {}, 60_000); // the clock's timers do not keep the process alive
  const serves = await tellHealth(config, question, { ...EDGE, clock: systemClock });
  clearInterval(awake);
  return serves ? EXIT.ok : EXIT.failed;
}

async function initialize(args: readonly string[]): Promise<number> {
  const [option, what] = args;
  if (args.length !== 0 && (option !== "--print" || (what !== "config" && what !== "unit"))) {
    console.error(`Cannot use ${args.join(" ")}: nothing, --print config or --print unit expected`);
    return EXIT.usage;
  }
  try {
    await runInit(what === "config" || what === "unit" ? what : undefined, EDGE);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied)) throw error;
    console.error(`Cannot write here: ${messageOf(error)}\nUse ${PROGRAM} init --print config > config.yaml instead`);
    return EXIT.failed;
  }
}

function complete([shell = ""]: readonly string[]): number {
  const known = SHELLS.find((each) => each === shell);
  if (known === undefined) {
    console.error(`Cannot complete for "${shell}": ${SHELLS.join(", ")} expected`);
    return EXIT.usage;
  }
  console.log(completions(known, "byova-gateway", COMMANDS.map((each) => ({ ...each, options: optionsOf(each) }))));
  return EXIT.ok;
}

async function byods([name = "", ...args]: readonly string[]): Promise<number> {
  const action = BYODS_ACTIONS.find((each) => each === name);
  if (!action && name !== "--help" && name !== "-h") {
    console.error(`Cannot run "byods ${name}": expected ${BYODS_ACTIONS.join(", ")}\n\n${USAGE}`);
    return EXIT.usage;
  }
  if (!action) {
    console.log(USAGE);
    return EXIT.ok;
  }
  const act = ({ config }: LoadedConfig, flags: Flags) =>
    quietly(config, "warn", (log, clock) =>
      runByodsCommand(action, config.dataSource, flags.json === true, {
        print: (line) => console.log(line),
        printError: (line) => console.error(line),
        fetch,
        clock,
        log: log.child("byods"),
        random: Math.random,
      }));
  return await withConfig("byods", args, act, { needsDataSource: true });
}

async function login([name = ""]: readonly string[]): Promise<number> {
  const action = LOGIN_ACTIONS.find((each) => each === name);
  if (!action) {
    console.error(`Cannot run "login ${name}": expected ${LOGIN_ACTIONS.join(" or ")}\n\n${USAGE}`);
    return EXIT.usage;
  }
  return await runLoginCommand(action, {
    readLine: async () => (await new Response(Deno.stdin.readable).text()).split(/\r?\n/)[0]!,
    print: (line) => console.log(line),
    printError: (line) => console.error(line),
  });
}

async function doctor(args: readonly string[]): Promise<number> {
  const options = { json: args.includes("--json"), print: (line: string) => console.log(line) };
  const act = (loaded: LoadedConfig, flags: Flags) =>
    quietly(loaded.config, "error", (logs, clock) => {
      const { config, warnings } = loaded;
      const log = logs.child("doctor");
      const publicUrl = flags["public-url"];
      return runDoctorCommand({
        config,
        warnings,
        file: typeof flags.config === "string" ? flags.config : variable("GATEWAY_CONFIG") || USUAL_FILE,
        needs: needsOf(loaded, connectors, variable("HOME")),
        publicUrl: typeof publicUrl === "string" ? publicUrl : undefined,
      }, {
        clock,
        fetch,
        log,
        version: VERSION,
        carried: connectors,
        connectorDeps: { clock, log, readFile: Deno.readFile, createFile, fetch, env: variable },
        startGateway,
        startCommand: variable("GATEWAY_FLAGS") ?? denoConfig.tasks.start.command,
      }, options);
    });
  return await withConfig("doctor", args, act, { refused: (error) => tellRefusal(error, options) });
}

/** Runs a command that speaks for itself: only log lines of `level` and above are seen, and beside its output. */
async function quietly(
  { logging: { gateway: _gateway, web: _web, ...settings } }: LoadedConfig["config"],
  level: LogLevel,
  act: (log: Log, clock: Clock) => Promise<number>,
): Promise<number> {
  const clock = systemClock;
  const { stderr: out } = Deno;
  const logging = configureLogging({ ...settings, gateway: { level }, web: { level }, clock, out, err: out });
  const awake = setInterval(() => {}, 60_000); // the clock's timers do not keep the process alive
  try {
    return await act(logging.log, clock);
  } finally {
    clearInterval(awake);
    await logging.close(LAST_LINES_MS);
  }
}

type Flags = Readonly<Record<string, string | boolean | undefined>>;

/** What a command wants of the configuration beyond the usual. */
interface Wishes extends Pick<ConfigSources, "needsDataSource"> {
  /** Says that the configuration cannot be used. Returns the exit code. */
  readonly refused?: (error: ConfigError) => number;
}

async function withConfig(
  name: string,
  args: readonly string[],
  act: (loaded: LoadedConfig, flags: Flags) => Promise<number>,
  { refused = sayRefusal, ...needs }: Wishes = {},
): Promise<number> {
  let flags: Flags;
  try {
    flags = parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
        ...parseable(COMMANDS.find((command) => command.name === name)!),
      },
    }).values;
  } catch (error) {
    console.error(`Cannot read the options: ${messageOf(error)}\n\n${USAGE}`);
    return EXIT.usage;
  }
  if (flags.help || flags.version) {
    console.log(flags.help ? USAGE : describeRelease(VERSION, RELEASE));
    return EXIT.ok;
  }
  const file = typeof flags.config === "string" ? flags.config : undefined;
  try {
    const loaded = await loadConfig({
      ...needs,
      ...(file === undefined ? {} : { file }),
      overrides: Object.fromEntries(
        OVERRIDES.flatMap(({ key, flag }) => flags[flag] === undefined ? [] : [[key, flags[flag]]]),
      ),
      env: variable,
      readTextFile: (path) => Deno.readTextFile(path),
      kinds: new Map(connectors.map(({ kind, config }) => [kind, config])),
    });
    return await act(loaded, flags);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return refused(error);
  }
}

function sayRefusal({ problems, codes }: ConfigError): number {
  const lines = problems.map((problem, at) => `  ${problem} [${codes[at]}]`);
  console.error(`Cannot use the configuration:\n${lines.join("\n")}`);
  return EXIT.config;
}

function check({ config, warnings }: LoadedConfig): Promise<number> {
  for (const warning of warnings) console.log(`warning: ${warning}`);
  console.log(`The configuration is valid: ${config.connectors.map(({ id }) => id).join(", ")}`);
  return Promise.resolve(EXIT.ok);
}

async function serve(loaded: LoadedConfig): Promise<number> {
  const { config, warnings, settings } = loaded;
  const clock = systemClock;
  const logging = configureLogging({ ...config.logging, clock, out: Deno.stdout, err: Deno.stderr });
  const { log } = logging;
  for (const warning of warnings) log.warn(warning, { code: "CFG-NOTE" satisfies ErrorCode });
  if (!mayStart(loaded, log)) {
    await logging.close(LAST_LINES_MS);
    return EXIT.failed;
  }
  const version = config.gateway.version || VERSION;
  let gateway: Gateway;
  try {
    gateway = await startGateway(config, {
      clock,
      log,
      version,
      warnings,
      settings,
      lostLogLines: () => logging.lost,
      logEntries: logging.entries,
    });
  } catch (error) {
    log.error("Cannot start the gateway", explain(error, config));
    await logging.close(LAST_LINES_MS);
    return EXIT.failed;
  }
  sayHello(gateway, config, log);
  const signal = await stopSignal();
  log.info("stopping: no new calls are taken, open ones may finish", {
    signal,
    seconds: config.gateway.drainMs / 1000,
  });
  await Promise.race([gateway.drain(), stopSignal()]);
  log.info("stopped");
  await logging.close(LAST_LINES_MS);
  return EXIT.ok;
}

/** Whether everything is allowed that the gateway needs; what is missing or superfluous is told. */
function mayStart(loaded: LoadedConfig, log: Log): boolean {
  const needs = needsOf(loaded, connectors, variable("HOME"));
  const { missing, superfluous } = compareGrants(needs, variable("GATEWAY_FLAGS"));
  const extra = RELEASE.form === "source" ? "debug" : "warn"; // deno task start takes any configuration
  for (const flag of superfluous) log[extra]("more is allowed than this configuration needs", { flag });
  if (missing.length === 0) return true;
  const options = Deno.args.filter((arg) => arg !== "serve");
  for (const { flag, why } of missing) {
    log.error("a permission is missing", { code: "PERMISSION-MISSING" satisfies ErrorCode, flag, why });
  }
  log.error("Cannot start the gateway", { code: "PERMISSION-MISSING" satisfies ErrorCode, remedy: remedyFor(options) });
  return false;
}

/** How the program gets the flags that its configuration needs. */
function remedyFor(options: readonly string[]): string {
  const permissions = ["permissions", ...options].join(" ");
  switch (RELEASE.form) {
    case "packed":
      return `GATEWAY_FLAGS="$(${PROGRAM} ${permissions})" ${[PROGRAM, ...options].join(" ")}`;
    case "compiled":
      return "compile it for this configuration: deno task compile --config FILE";
    default:
      return `add what is missing to the flags: ${permissions} prints all of them`;
  }
}

function sayHello({ grpcPort, httpPort, agents }: Gateway, { gateway, monitoring }: LoadedConfig["config"], log: Log) {
  log.info("agents on offer", { agents: agents.join(", ") || "none" });
  log.info("calls are answered", { grpc: `${gateway.host}:${grpcPort}` });
  if (httpPort !== undefined) {
    const scheme = monitoring.tls === undefined ? "http" : "https";
    log.info("open this page to watch", { page: `${scheme}://${urlHost(monitoring.host)}:${httpPort}/` });
  }
  const target = `${urlHost(gateway.host)}:${grpcPort}`;
  const command = `${PROGRAM} call${grpcPort === USUAL_PORT ? "" : ` --target ${target}`}`;
  log.info("to hear a call, run in a second terminal", { command });
}

/** Turns what the platform throws at start into a sentence that says what to do. */
function explain(
  error: unknown,
  { gateway, monitoring }: LoadedConfig["config"],
): { readonly code: ErrorCode; readonly problem: string } {
  if (error instanceof Deno.errors.AddrInUse) {
    const ports = `port ${gateway.port} or ${monitoring.port}`;
    const problem = `${ports} is taken by another program: choose others with --port and --http-port`;
    return { code: "PORT-TAKEN", problem };
  }
  if (error instanceof Deno.errors.NotCapable) {
    return { code: "PERMISSION-MISSING", problem: `a permission is missing: ${messageOf(error)}` };
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    const problem = `the system does not allow it: ${messageOf(error)} (ports below 1024 need a privilege)`;
    return { code: "PORT-DENIED", problem };
  }
  if (error instanceof Deno.errors.AddrNotAvailable) return { code: "PORT-ADDRESS", problem: messageOf(error) };
  if (error instanceof ByodsError) return { code: error.code, problem: error.message };
  return { code: "START-FAILED", problem: messageOf(error) };
}

/** Resolves with the next signal that asks the program to stop. */
function stopSignal(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => resolve(signal));
  return promise;
}

function urlHost(host: string): string {
  if (host === "127.0.0.1" || host === "0.0.0.0" || host === "::" || host === "::1") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

if (import.meta.main) Deno.exit(await run(Deno.args));
