import { allowFlags } from "./flags.ts";
import type { Need } from "./need.ts";

/** How Deno runs the program besides what it allows: V8 kept to one thread, and no question asked on a terminal. */
const RUNNING = [
  "--v8-flags=--single-threaded-gc,--max-semi-space-size=2,--heap-growing-percent=40,--memory-pool-timeout=1",
  "--unstable-net",
  "--no-prompt",
];
/**
 * Variables that Deno is started with. Its event loop looks at its sockets in every turn: V8 marks its old generation a
 * step a turn, and with Deno's own 61 calls would wait for as many steps. And what parsing the program took is given back
 * to the system, by glibc where that is its C library.
 */
export const RUNTIME_VARIABLES = { DENO_TOKIO_EVENT_INTERVAL: "1", MALLOC_TRIM_THRESHOLD_: "131072" } as const;
/** No code from anywhere but the file that runs. */
const CLOSED = ["--deny-import", "--no-remote", "--no-npm"];

/** The flags of a gateway that runs from one file with these needs: exactly those, and no other variable is seen. */
export function exactFlags(needs: readonly Need[]): readonly string[] {
  return [...RUNNING, ...CLOSED, "--ignore-env", ...allowFlags(needs)];
}

/** The same for `deno compile`, which knows no code but what it packs. */
export function compileFlags(needs: readonly Need[]): readonly string[] {
  return [...RUNNING, "--deny-import", "--ignore-env", ...allowFlags(needs)];
}

/**
 * The flags of `deno task start`, which takes any configuration and any port from a checkout. `known`: the hosts that
 * the gateway calls when every part of it is on.
 */
export function sourceFlags(known: readonly string[]): readonly string[] {
  const listening = ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::]"];
  return [
    RUNNING[0]!,
    "--no-prompt",
    "--deny-import",
    `--allow-net=${[...listening, ...known].join(",")}`,
    "--allow-env",
    "--allow-read",
    "--allow-write=data,logs",
  ];
}

/** The flags of the commands beside serve: an operator runs them by hand, and each does one thing. */
export const TOOLS = {
  check: ["--no-prompt", "--allow-env", "--allow-read"],
  permissions: ["--no-prompt", "--allow-env", "--allow-read"],
  doctor: [
    ...["--no-prompt", "--allow-net", "--allow-env", "--allow-read", "--allow-write=data,logs", "--allow-sys=statfs"],
  ],
  byods: ["--no-prompt", "--allow-net=webexapis.com:443", "--allow-env", "--allow-read", "--allow-write=data"],
  store: ["--no-prompt", "--allow-env", "--allow-read", "--allow-write"],
  call: [
    ...["--no-prompt", "--ignore-env", "--allow-env=BYOVA_TOKEN,NO_COLOR,GATEWAY_LAUNCHER"],
    ...["--allow-net", "--allow-read", "--allow-write"],
  ],
  login: ["--no-prompt", "--ignore-env", "--allow-env=GATEWAY_LAUNCHER"],
  health: ["--no-prompt", "--allow-net", "--allow-env", "--allow-read"],
  init: ["--no-prompt", "--ignore-env", "--allow-env=GATEWAY_LAUNCHER", "--allow-read=.", "--allow-write=."],
  completions: ["--no-prompt", "--ignore-env", "--allow-env=GATEWAY_LAUNCHER"],
} as const;
