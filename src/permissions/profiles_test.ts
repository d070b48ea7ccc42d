import { strict as assert } from "node:assert";
import denoConfig from "../../deno.json" with { type: "json" };
import { COMMANDS } from "../commands.ts";
import { loadConfig } from "../config.ts";
import { connectors } from "../connectors/mod.ts";
import { isLoopback } from "../lib/loopback.ts";
import { needsOf } from "./needs.ts";
import { RUNTIME_VARIABLES, sourceFlags, TOOLS } from "./profiles.ts";

/** A configuration in which everything is on that calls somebody. */
const EVERYTHING = `
jwt_validation: {enabled: true, datasource_url: "https://voice.example.org"}
data_source: {enabled: true, auth: {type: static, access_token: a}}
connectors: {lex: {type: aws_lex, config: {region_name: eu-west-2}}}
`;

const tasks: Readonly<Record<string, { readonly command: string } | undefined>> = denoConfig.tasks;

/** A command line with the flags that need it in quotes. */
function line(flags: readonly string[], command = ""): string {
  const words = flags.map((flag) => /[[*]/.test(flag) ? `'${flag}'` : flag);
  return ["deno run", ...words, "main.ts", command].join(" ").trim();
}

Deno.test("deno task start and dev allow what the one list names with everything on, from any port and folder", async () => {
  const loaded = await loadConfig({
    file: "test.yaml",
    env: () => undefined,
    readTextFile: () => Promise.resolve(EVERYTHING),
    kinds: new Map(connectors.map(({ kind, config }) => [kind, config])),
  });
  const called = needsOf(loaded, connectors)
    .filter(({ kind, target }) => kind === "net" && !isLoopback(target.replace(/:\d+$/, "")))
    .map(({ target }) => target.replace(/^[a-z0-9-]+\.[a-z0-9-]+\.amazonaws\.com/, "*.amazonaws.com"));
  const variables = Object.entries(RUNTIME_VARIABLES).map(([name, value]) => `${name}=${value} `).join("");
  const command = variables + line(sourceFlags([...new Set(called)]));
  assert.equal(tasks.start!.command, command);
  assert.equal(tasks.dev!.command, command.replace("deno run", "deno run --watch"));
});

Deno.test("the tasks of the other commands have the flags of the list", () => {
  for (const [name, flags] of Object.entries(TOOLS)) {
    if (tasks[name]) assert.equal(tasks[name].command, line(flags, name));
  }
});

Deno.test("every command has its flags", () => {
  assert.deepEqual(
    COMMANDS.map(({ name }) => name).filter((name) => name !== "serve").sort(),
    Object.keys(TOOLS).sort(),
  );
});
