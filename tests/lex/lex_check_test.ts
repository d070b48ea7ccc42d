import { strict as assert } from "node:assert";
import { parse } from "yaml";
import { checkLex } from "../../src/connectors/aws_lex/check.ts";
import { CREDENTIAL_SOURCES, credentialNeeds } from "../../src/connectors/aws_lex/credential_sources.ts";
import { lexNeeds } from "../../src/connectors/aws_lex/needs.ts";
import { lexConfig } from "../../src/connectors/aws_lex/options.ts";
import * as sdk from "../../src/connectors/aws_lex/sdk.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { allowFlags } from "../../src/permissions/flags.ts";
import { KINDS } from "../../src/permissions/need.ts";
import { testDeps } from "../connector_suite.ts";
import { FakeLex, type FakeOptions, refusal } from "./fake_lex.ts";
import { says, ScriptedLex } from "./scripted_lex.ts";

const AGENTS = "agents: [{bot_id: ABCDEFGHIJ, name: Travel}]";
const denied: FakeOptions = { fault: () => refusal("AccessDeniedException", 403) };

/** The codes of what the doctor finds with a fake of Lex. */
async function found(block: string, options: FakeOptions, change = (block: string) => block): Promise<string[]> {
  await using lex = new FakeLex(new ScriptedLex(() => says("Yes?")), options);
  const config = lexConfig.parse(parse(`{${change(lex.block)}, ${block}}`));
  const shortcomings = await checkLex(config, testDeps({ fetch, clock: systemClock }), AbortSignal.timeout(5000));
  for (const { problem } of shortcomings) assert.doesNotMatch(problem, /hunter/);
  return shortcomings.map(({ code }) => code);
}

Deno.test("the doctor finds nothing wrong with credentials that list bots, or that may only talk to named ones", async () => {
  assert.deepEqual(await found("mode: streaming", { bots: { Travel: ["LIVE"] } }), []);
  assert.deepEqual(await found(AGENTS, denied), []);
});

Deno.test("the doctor finds credentials that Lex does not take, may not list, and an account without bots", async () => {
  const forged = (block: string) => block.replace("hunter2", "hunter3");
  assert.deepEqual(await found("mode: streaming", { bots: { Travel: ["LIVE"] } }, forged), ["LEX-ACCESS-DENIED"]);
  assert.deepEqual(await found(AGENTS, {}, forged), ["LEX-ACCESS-DENIED"]);
  assert.deepEqual(await found("mode: streaming", denied), ["LEX-ACCESS-DENIED"]);
  assert.deepEqual(await found("mode: streaming", { bots: {} }), ["LEX-NOT-FOUND"]);
});

Deno.test("the doctor finds that Lex cannot be reached", async () => {
  const nowhere = (block: string) => block.replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:1");
  assert.deepEqual(await found("mode: streaming", {}, nowhere), ["LEX-UNREACHABLE"]);
});

const KEYS = "aws_access_key_id: AKID, aws_secret_access_key: hunter2";
const needsOfLex = (block: string) => lexNeeds(lexConfig.parse(parse(`{region_name: eu-west-2, ${block}}`)));

Deno.test("a Lex connector needs its two hosts, its own prompts, and the folder of its recordings", () => {
  assert.deepEqual(needsOfLex(KEYS), {
    net: ["runtime-v2-lex.eu-west-2.amazonaws.com:443", "models-v2-lex.eu-west-2.amazonaws.com:443"],
    read: [],
    write: [],
    env: [],
  });
  assert.deepEqual(
    needsOfLex(`${KEYS}, endpoint: "http://127.0.0.1:9", filler_file: f.wav, audio_logging: {enabled: true}`),
    {
      net: ["127.0.0.1:9", "models-v2-lex.eu-west-2.amazonaws.com:443"],
      read: ["f.wav"],
      write: ["logs/audio_recordings/"],
      env: [],
    },
  );
});

Deno.test("without keys of its own it needs what it looks for credentials in, and nothing of the other places", () => {
  const STS = "sts.eu-west-2.amazonaws.com:443";
  const { net, read, env } = needsOfLex("credentials: automatic");
  assert.deepEqual(net?.slice(2), [STS, "169.254.170.2:80", "169.254.170.23:80", "169.254.169.254:80"]);
  assert.deepEqual(read?.slice(0, 2), ["~/.aws/credentials", "~/.aws/config"]);
  assert.ok(env?.includes("AWS_SESSION_TOKEN") && env.includes("AWS_PROFILE"));
  assert.equal(needsOfLex("credentials: environment").net?.length, 2);
  assert.deepEqual(needsOfLex("credentials: environment").read, []);
  assert.deepEqual(needsOfLex("credentials: instance").net?.slice(2), ["169.254.169.254:80"]);
  assert.deepEqual(needsOfLex("credentials: web_identity").net?.slice(2), [STS]);
});

const manual = await Deno.readTextFile(new URL("../../docs/lex.md", import.meta.url));

for (const source of CREDENTIAL_SOURCES) {
  Deno.test(`docs/lex.md tells the flags of ${source} as \`permissions\` prints them`, () => {
    const needs = credentialNeeds(source, "sts.REGION.amazonaws.com:443");
    const flags = allowFlags(
      KINDS.flatMap((kind) => (needs[kind] ?? []).map((target) => ({ kind, target, why: "" }))),
    );
    const rows = manual.split("\n").filter((line) => line.startsWith(`| \`${source}\` `));
    const cells = rows.map((row) => row.split("|")[2]!.trim());
    assert.ok(cells.includes(flags.map((flag) => `\`${flag}\``).join(" ")), flags.join(" "));
  });
}

Deno.test("the policy of docs/lex.md allows what is asked of Lex, and no more", () => {
  const policy = JSON.parse(/```json\n([\s\S]*?)```/.exec(manual)![1]!);
  const actions = policy.Statement.flatMap(({ Action }: { Action: string[] }) => Action).sort();
  const commands = Object.keys(sdk).filter((name) => name.endsWith("Command"));
  assert.deepEqual(actions, commands.map((name) => `lex:${name.replace(/Command$/, "")}`).sort());
});

Deno.test("the doctor says which credentials were looked for, and what to allow", async () => {
  const config = lexConfig.parse(parse("{region_name: eu-west-2, credentials: instance}"));
  const fetch = () => Promise.reject(new Deno.errors.NotCapable("hunter2"));
  const [found] = await checkLex(config, testDeps({ fetch, clock: systemClock }), AbortSignal.timeout(5000));
  assert.equal(found!.code, "LEX-ACCESS-DENIED");
  assert.match(found!.problem, /of the instance's role: --allow-net=169\.254\.169\.254:80 expected: received none$/);
});
