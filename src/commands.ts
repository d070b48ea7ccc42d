import { BYODS_ACTIONS } from "./auth/byods/command.ts";
import { LOGIN_ACTIONS } from "./auth/login/command.ts";
import { CALL_OPTIONS } from "./caller/options.ts";
import { OVERRIDES } from "./config.ts";
import { SHELLS } from "./edge/completions.ts";
import { STORE_ACTIONS, STORE_OPTIONS } from "./store/command_options.ts";

/** One option of a command. */
export interface Option {
  /** Without the dashes. */
  readonly name: string;
  /** What it takes, for the help text; "" when it takes nothing. */
  readonly takes: string;
  readonly help: string;
}

/** One command. */
export interface Command {
  readonly name: string;
  readonly help: string;
  /** What it takes besides what changes the configuration. */
  readonly options: readonly Option[];
  /** The words that may follow its name. */
  readonly words?: readonly string[];
  /** Whether it reads the configuration, and so takes what changes it. */
  readonly configured: boolean;
}

/** What every command that reads the configuration takes. */
export const CONFIGURATION: readonly Option[] = [
  { name: "config", takes: "FILE", help: "the configuration (default: config/config.yaml)" },
  ...OVERRIDES.map(({ flag: name, takes, help }) => ({ name, takes, help })),
];

const JSON_OPTION: Option = { name: "json", takes: "", help: "print one JSON object" };

/** Every command and what it takes: the help text, the command line and the shells' completions go by it. */
export const COMMANDS: readonly Command[] = [
  { name: "serve", help: "run the gateway; what is run when no command is named", options: [], configured: true },
  { name: "check", help: "validate the configuration and exit", options: [], configured: true },
  {
    name: "doctor",
    help: "check everything that an installation needs, and say what to do",
    options: [JSON_OPTION, { name: "public-url", takes: "URL", help: "the address under which Webex calls" }],
    configured: true,
  },
  {
    name: "permissions",
    help: "print the exact permissions that the gateway needs with this configuration, as flags",
    options: [
      { name: "table", takes: "", help: "each with its reason" },
      { name: "systemd", takes: "", help: "as a systemd unit" },
    ],
    configured: true,
  },
  {
    name: "health",
    help: "ask the gateway that runs whether it serves",
    options: [
      { name: "wait", takes: "SECONDS", help: "keep asking for so long (default: ask once)" },
      { name: "pid", takes: "PID", help: "only the answer of this process counts" },
    ],
    configured: true,
  },
  {
    name: "byods",
    help: "the registration with Webex",
    options: [JSON_OPTION],
    words: BYODS_ACTIONS,
    configured: true,
  },
  {
    name: "store",
    help: "what is remembered: write calls to a file, make a copy, look for damage; also while the gateway runs",
    options: STORE_OPTIONS,
    words: STORE_ACTIONS,
    configured: true,
  },
  {
    name: "login",
    help: "make a hash of the password on standard input, or a token and its hash, for the section authentication",
    options: [],
    words: LOGIN_ACTIONS,
    configured: false,
  },
  { name: "call", help: "call a gateway as Webex would (call --help)", options: CALL_OPTIONS, configured: false },
  {
    name: "init",
    help: "write a configuration with every key and a systemd unit; overwrites nothing",
    options: [{ name: "print", takes: "WHAT", help: "print config or unit instead" }],
    configured: false,
  },
  {
    name: "completions",
    help: "print a shell's completions",
    options: [],
    words: SHELLS,
    configured: false,
  },
];

/** Everything that a command takes. */
export function optionsOf({ options, configured }: Command): readonly Option[] {
  return configured ? [...options, ...CONFIGURATION] : options;
}

/** How a command is told to `parseArgs` of node:util. */
export function parseable(command: Command): Readonly<Record<string, { readonly type: "string" | "boolean" }>> {
  return Object.fromEntries(
    optionsOf(command).map(({ name, takes }) => [name, { type: takes === "" ? "boolean" : "string" }]),
  );
}

/** The help text. `program`: how it is called; `release`: what it is. */
export function usage(program: string, release: string): string {
  const ofCommand = ({ name, words }: Command) => words === undefined ? name : `${name} ${words.join("|")}`;
  const ofOption = ({ name, takes }: Option) => `--${name}${takes && ` ${takes}`}`;
  const row = (left: string, help: string) =>
    `  ${left.padEnd(22)}${left.length > 21 ? `\n${" ".repeat(24)}` : ""}${help}`;
  return `${release}
answers Webex Contact Center's virtual agent calls

Usage: ${program} [COMMAND] [OPTIONS]

Commands:
${
    COMMANDS.flatMap((command) => [
      row(ofCommand(command), command.help),
      ...(command.name === "call" ? [] : command.options.map((option) => row(`  ${ofOption(option)}`, option.help))),
    ]).join("\n")
  }

Options of the commands that read the configuration, which win over the environment and the file:
${
    [...CONFIGURATION, { name: "version", takes: "", help: "print the version" }]
      .map((option) => row(ofOption(option), option.help)).join("\n")
  }

Exit codes: 0 all is well, 1 it failed, 64 wrong usage, 78 wrong configuration;
doctor: 0 all is well, 1 something fails, 3 something should be looked at
`;
}
