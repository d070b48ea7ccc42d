import { strict as assert } from "node:assert";
import { loadConfig } from "../config.ts";
import { connectors } from "../connectors/mod.ts";
import { compareGrants } from "./comparison.ts";
import { allowedBy, allowFlags, covers, grants } from "./flags.ts";
import type { Need } from "./need.ts";
import { needsOf } from "./needs.ts";

async function needs(yaml: string): Promise<readonly Need[]> {
  const loaded = await loadConfig({
    file: "c.yaml",
    env: () => undefined,
    readTextFile: (path) => Promise.resolve(path === "c.yaml" ? yaml : "secret"),
    kinds: new Map(connectors.map(({ kind, config }) => [kind, config])),
  });
  return needsOf(loaded, connectors, "/home/me");
}

/** The flag of one kind, split at its commas. */
async function flag(kind: string, yaml: string): Promise<readonly string[]> {
  const found = allowFlags(await needs(yaml)).find((each) => each.startsWith(`--allow-${kind}=`));
  return found === undefined ? [] : found.split("=")[1]!.split(",");
}

Deno.test("needsOf() names no more than two ports and the configuration when nothing is configured", async () => {
  assert.deepEqual(await flag("net", ""), ["127.0.0.1:50051", "127.0.0.1:8080"]);
  assert.deepEqual(await flag("read", ""), ["c.yaml", "data"]);
  assert.deepEqual(await flag("write", ""), ["data"]);
  assert.deepEqual(await flag("write", "store: {enabled: false}"), []);
});

Deno.test("needsOf() follows the configuration: ports, certificates, logs, issuers, Webex, vendors, variables", async () => {
  assert.deepEqual(await flag("net", 'gateway: {host: "::1", port: 6000}\nmonitoring: {enabled: false}'), [
    "[::1]:6000",
  ]);
  assert.deepEqual(
    await flag(
      "read",
      "gateway: {tls: {enabled: true, server_cert_chain_file: a.pem, server_private_key_file: b.pem}}",
    ),
    ["c.yaml", "a.pem", "b.pem", "data"],
  );
  const logs = "logging: {gateway: {file: logs/gateway.log}}";
  assert.deepEqual(await flag("write", logs), ["logs", "data"]);
  assert.deepEqual(await flag("read", logs), ["c.yaml", "logs", "data"]);
  const trust =
    'jwt_validation: {enabled: true, datasource_url: "https://v.example", issuers: ["https://i.example/idb"]}';
  assert.ok((await flag("net", trust)).includes("i.example:443"));
  const lex = "connectors: {lex: {type: aws_lex, config: {region_name: eu-west-2, credentials: profile}}}";
  assert.ok((await flag("net", lex)).includes("runtime-v2-lex.eu-west-2.amazonaws.com:443"));
  assert.deepEqual(await flag("read", lex), [
    "c.yaml",
    "data",
    "/home/me/.aws/credentials",
    "/home/me/.aws/config",
  ]);
  assert.ok((await flag("env", lex)).includes("AWS_PROFILE"));
  const named = "data_source: {auth: {client_secret_env: MY_SECRET, client_id_file: id.txt}}\nprivacy: {patterns: []}";
  assert.ok((await flag("env", named)).includes("MY_SECRET"));
  assert.ok((await flag("read", named)).includes("id.txt"));
});

Deno.test("every need has a reason", async () => {
  for (
    const need of await needs(
      "data_source: {enabled: true, url: 'https://v.example', auth: {type: static, access_token: a}}",
    )
  ) {
    assert.notEqual(need.why, "");
  }
});

Deno.test("allowFlags() names what is inside something else only once, and refuses what no flag can hold", () => {
  const read = (target: string): Need => ({ kind: "read", target, why: "a test" });
  assert.deepEqual(allowFlags([read("data/"), read("data/tokens.json"), read("data")]), ["--allow-read=data"]);
  assert.throws(() => allowFlags([read("my files/a.wav")]), /without spaces and commas/);
  assert.throws(() => allowFlags([read("a,b")]), /without spaces and commas/);
});

Deno.test("grants() reads a command line as Deno does", () => {
  const command =
    "deno run '--allow-net=*.amazonaws.com:443,[::1]' -R --allow-write=data --allow-env=GW_*,PORT main.ts";
  const yes: [Need["kind"], string][] = [
    ["net", "a.b.amazonaws.com:443"],
    ["net", "[::1]:50051"],
    ["read", "/etc/x"],
    ["write", "data/a/b"],
    ["env", "GW_A"],
    ["env", "PORT"],
  ];
  const no: [Need["kind"], string][] = [
    ["net", "a.amazonaws.com:80"],
    ["net", "amazonaws.com:443"],
    ["write", "database"],
    ["write", "data/../etc"],
    ["env", "HOME"],
  ];
  for (const [kind, target] of yes) assert.ok(grants(command, { kind, target, why: "" }), target);
  for (const [kind, target] of no) assert.ok(!grants(command, { kind, target, why: "" }), target);
  assert.equal(allowedBy("deno run -A main.ts", "net"), "all");
  assert.ok(covers("read", "/", "/etc"));
});

Deno.test("compareGrants() names each missing grant with its reason, and each superfluous one", () => {
  const wanted: Need[] = [
    { kind: "net", target: "127.0.0.1:50051", why: "gateway.port" },
    { kind: "read", target: "c.yaml", why: "the configuration" },
  ];
  const held = new Set(["net 127.0.0.1:50051", "ffi ", "write "]);
  const query = (asked: Deno.PermissionDescriptor) => {
    const { name, host, path, variable } = asked as { name: string; host?: string; path?: string; variable?: string };
    return held.has(`${name} ${host ?? path ?? variable ?? ""}`);
  };
  assert.deepEqual(compareGrants(wanted, "--allow-net=127.0.0.1:50051,example.org --allow-env=PATH", query), {
    missing: [{ flag: "--allow-read=c.yaml", why: "the configuration" }],
    superfluous: ["--allow-ffi", "--allow-net=example.org", "--allow-write without a list", "--allow-env=PATH"],
  });
});
