import { parseArgs } from "node:util";
import denoConfig from "./deno.json" with { type: "json" };
import { ByodsError } from "./src/auth/byods/faults.ts";
import { BYODS_ACTIONS, runByodsCommand } from "./src/auth/byods/command.ts";
import { LOGIN_ACTIONS, runLoginCommand } from "./src/auth/login/command.ts";
import { runCallCommand } from "./src/caller/command.ts";
import { ConfigError, type ConfigSources, loadConfig, type LoadedConfig, OVERRIDES } from "./src/config.ts";
import { connectors } from "./src/connectors/mod.ts";
import { runDoctorCommand, tellRefusal } from "./src/doctor/command.ts";
import { type Gateway, startGateway } from "./src/gateway.ts";
import { type Clock, systemClock } from "./src/lib/clock.ts";
import { codeOf, type ErrorCode } from "./src/lib/error_codes.ts";
import { createFile } from "./src/lib/files.ts";
import { variable } from "./src/lib/variable.ts";
import { configureLogging, type Log, type LogLevel } from "./src/lib/log.ts";

/** Where `call` calls unless told. */
const USUAL_PORT = 50051;
/** Read when nothing names another file. */
const USUAL_FILE = "config/config.yaml";
/** What a command leaves behind: see the README. */
const EXIT = { ok: 0, failed: 1, usage: 64, config: 78 } as const;
/** How long the last log lines may take to be written, in ms. */
const LAST_LINES_MS = 1000;

const VERSION = denoConfig.version;
const FLAGS = OVERRIDES.map(({ flag, takes, help }) => [`--${flag}${takes && ` ${takes}`}`, help] as const);
const USAGE = `byova-gateway ${VERSION}: answers Webex Contact Center's virtual agent calls

Usage: main.ts [serve] [options]   run the gateway
       main.ts check [options]     validate the configuration and exit
       main.ts doctor [options] [--json] [--public-url URL]
                                   check everything that an installation needs, and say what to do
       main.ts byods ACTION [options] [--json]
                                   the registration with Webex: list, register, renew or status
       main.ts login password|token
                                   make a hash of the password on standard input, or a token and its hash,
                                   for the section authentication
       main.ts call [options]      call a gateway as Webex would (call --help)

Options of serve, check, doctor and byods, which win over the environment and the file:
${
  [
    ["--config FILE", "the configuration (default: config/config.yaml)"] as const,
    ...FLAGS,
    ["--version", "print the version"] as const,
  ]
    .map(([flag, help]) => `  ${flag.padEnd(22)}${help}`).join("\n")
}

Exit codes: 0 all is well, 1 it failed, 64 wrong usage, 78 wrong configuration;
doctor: 0 all is well, 1 something fails, 3 something should be looked at
`;

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
      return await withConfig(rest, command === "serve" ? serve : check);
    default:
      console.error(`Cannot run "${command}": expected serve, check, doctor, byods, login or call\n\n${USAGE}`);
      return EXIT.usage;
  }
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
  return await withConfig(args, act, { options: { json: { type: "boolean" } }, needsDataSource: true });
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
  const act = ({ config, warnings }: LoadedConfig, flags: Flags) =>
    quietly(config, "error", (logs, clock) => {
      const log = logs.child("doctor");
      const publicUrl = flags["public-url"];
      return runDoctorCommand({
        config,
        warnings,
        file: typeof flags.config === "string" ? flags.config : variable("GATEWAY_CONFIG") || USUAL_FILE,
        publicUrl: typeof publicUrl === "string" ? publicUrl : undefined,
      }, {
        clock,
        fetch,
        log,
        version: VERSION,
        carried: connectors,
        connectorDeps: { clock, log, readFile: Deno.readFile, createFile, fetch, env: variable },
        startGateway,
        startCommand: denoConfig.tasks.start.command,
      }, options);
    });
  return await withConfig(args, act, {
    options: { json: { type: "boolean" }, "public-url": { type: "string" } },
    refused: (error) => tellRefusal(error, options),
  });
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

/** What a command wants of the options and of the configuration beyond the usual. */
interface Wishes extends Pick<ConfigSources, "needsDataSource"> {
  readonly options?: Readonly<Record<string, { readonly type: "string" | "boolean" }>>;
  /** Says that the configuration cannot be used. Returns the exit code. */
  readonly refused?: (error: ConfigError) => number;
}

async function withConfig(
  args: readonly string[],
  act: (loaded: LoadedConfig, flags: Flags) => Promise<number>,
  { options = {}, refused = sayRefusal, ...needs }: Wishes = {},
): Promise<number> {
  let flags: Flags;
  try {
    flags = parseArgs({
      args: [...args],
      options: {
        config: { type: "string" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
        ...options,
        ...Object.fromEntries(
          OVERRIDES.map(({ flag, takes }) => [flag, { type: takes ? "string" : "boolean" }] as const),
        ),
      },
    }).values;
  } catch (error) {
    console.error(`Cannot read the options: ${messageOf(error)}\n\n${USAGE}`);
    return EXIT.usage;
  }
  if (flags.help || flags.version) {
    console.log(flags.help ? USAGE : VERSION);
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

async function serve({ config, warnings, settings }: LoadedConfig): Promise<number> {
  const clock = systemClock;
  const logging = configureLogging({ ...config.logging, clock, out: Deno.stdout, err: Deno.stderr });
  const { log } = logging;
  for (const warning of warnings) log.warn(warning);
  const version = config.gateway.version || VERSION;
  let gateway: Gateway;
  try {
    gateway = await startGateway(config, { clock, log, version, warnings, settings, lostLogLines: () => logging.lost });
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

function sayHello({ grpcPort, httpPort, agents }: Gateway, { gateway, monitoring }: LoadedConfig["config"], log: Log) {
  log.info("agents on offer", { agents: agents.join(", ") || "none" });
  log.info("calls are answered", { grpc: `${gateway.host}:${grpcPort}` });
  if (httpPort !== undefined) {
    const scheme = monitoring.tls === undefined ? "http" : "https";
    log.info("open this page to watch", { page: `${scheme}://${urlHost(monitoring.host)}:${httpPort}/` });
  }
  const target = `${urlHost(gateway.host)}:${grpcPort}`;
  const command = grpcPort === USUAL_PORT ? "deno task call" : `deno task call --target ${target}`;
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
  if (error instanceof ByodsError) return { code: codeOf(error.code), problem: error.message };
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
