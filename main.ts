import { parseArgs } from "node:util";
import denoConfig from "./deno.json" with { type: "json" };
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
import { explain } from "./src/gateway/start_failure.ts";
import { type Clock, systemClock } from "./src/lib/clock.ts";
import type { ErrorCode } from "./src/lib/error_codes.ts";
import { createFile } from "./src/lib/files.ts";
import { describeRelease, releaseOf } from "./src/lib/release.ts";
import { variable } from "./src/lib/variable.ts";
import { configureLogging, type Log } from "./src/lib/log.ts";
import type { LogLevel } from "./src/lib/log_format.ts";
import { compareGrants } from "./src/permissions/comparison.ts";
import { needsOf } from "./src/permissions/needs.ts";
import { runStoreCommand, StoreUsageError } from "./src/store/command.ts";
import { STORE_ACTIONS } from "./src/store/command_options.ts";
import { exportStored } from "./routes/call_export.ts";
import { WrongParameter } from "./routes/parameters.ts";

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
      return await withAction(command, BYODS_ACTIONS, rest, byods);
    case "store":
      return await withAction(command, STORE_ACTIONS, rest, store);
    case "login":
      return await withAction(command, LOGIN_ACTIONS, rest, login);
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
      return await withAction(command, SHELLS, rest, complete);
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

/** Runs what the first word after a command names. */
async function withAction<Action extends string>(
  command: string,
  actions: readonly Action[],
  [name = "", ...args]: readonly string[],
  act: (action: Action, args: readonly string[]) => number | Promise<number>,
): Promise<number> {
  const action = actions.find((each) => each === name);
  if (action !== undefined) return await act(action, args);
  if (name === "--help" || name === "-h") {
    console.log(USAGE);
    return EXIT.ok;
  }
  console.error(`Cannot run "${command} ${name}": expected ${actions.join(", ")}\n\n${USAGE}`);
  return EXIT.usage;
}

function complete(shell: typeof SHELLS[number]): number {
  console.log(completions(shell, "byova-gateway", COMMANDS.map((each) => ({ ...each, options: optionsOf(each) }))));
  return EXIT.ok;
}

async function byods(action: typeof BYODS_ACTIONS[number], args: readonly string[]): Promise<number> {
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

async function store(action: typeof STORE_ACTIONS[number], args: readonly string[]): Promise<number> {
  return await withConfig("store", args, async ({ config }, flags) => {
    try {
      return await runStoreCommand(action, config.store?.file, flags, {
        print: (line) => console.log(line),
        printError: (line) => console.error(line),
        out: Deno.stdout.writable,
        clock: systemClock,
        exportCalls: exportStored,
      });
    } catch (error) {
      if (!(error instanceof StoreUsageError || error instanceof WrongParameter)) throw error;
      console.error(error.message);
      return EXIT.usage;
    }
  });
}

async function login(action: typeof LOGIN_ACTIONS[number]): Promise<number> {
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
