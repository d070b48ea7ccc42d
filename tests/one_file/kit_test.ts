import { strict as assert } from "node:assert";
import { bundle } from "../../release/bundle.ts";
import { debianPackage } from "../../release/debian.ts";
import { needsFor } from "../../release/profile.ts";
import { bundledPackages, sbom } from "../../release/sbom.ts";
import { sha256 } from "../../release/tool.ts";
import { COMMANDS, optionsOf } from "../../src/commands.ts";
import { loadConfig } from "../../src/config.ts";
import { connectors } from "../../src/connectors/mod.ts";
import { completions } from "../../src/edge/completions.ts";
import { INSTALLED, SAMPLE_CONFIG } from "../../src/edge/init.ts";
import { sampleUnit } from "../../src/edge/command.ts";
import { needsOf } from "../../src/permissions/needs.ts";
import { exactFlags } from "../../src/permissions/profiles.ts";
import { outcome } from "./running_file.ts";

/** What an operator's machine wants besides the program. */

const ROOT = new URL("../../", import.meta.url);
const all = COMMANDS.map((each) => ({ ...each, options: optionsOf(each) }));

async function folder(stack: AsyncDisposableStack): Promise<string> {
  const path = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(path, { recursive: true }));
  return path;
}

/** Runs a program of the machine's; undefined where there is none. */
async function run(program: string, ...args: string[]) {
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, { args }).output();
    return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return void console.log(`SKIP: no ${program} on this machine`);
  }
}

Deno.test("the unit is one that systemd takes, and exposes little", async () => {
  await using stack = new AsyncDisposableStack();
  const at = await folder(stack);
  const unit = `${at}/byova-gateway@.service`;
  await Deno.writeTextFile(`${at}/byova-gateway`, "#!/bin/sh\n", { mode: 0o755 });
  await Deno.writeTextFile(unit, await sampleUnit(connectors, { ...INSTALLED, program: `${at}/byova-gateway` }));
  const verified = await run("systemd-analyze", "verify", unit);
  assert.equal(verified?.said ?? "", "");
  const judged = await run("systemd-analyze", "security", "--offline=true", unit);
  if (judged) assert.ok(Number(/exposure level for \S+: ([\d.]+)/.exec(judged.said)![1]) <= 2, judged.said);
});

Deno.test("init writes a configuration and a unit, twice if need be, and overwrites neither", async () => {
  await using stack = new AsyncDisposableStack();
  const here = { cwd: await folder(stack), env: { HOME: await folder(stack), DENO_DIR: denoDir() } };
  const init = () => {
    const flags = ["--allow-read=.", "--allow-write=.", "--ignore-env", "--no-prompt"];
    return outcome(Deno.execPath(), ["run", ...flags, new URL("main.ts", ROOT).pathname, "init"], here);
  };
  const first = await init();
  assert.equal(first.code, 0, first.stderr);
  assert.equal(await Deno.readTextFile(`${here.cwd}/config/config.yaml`), SAMPLE_CONFIG);
  await Deno.writeTextFile(`${here.cwd}/config/config.yaml`, "insecure: false\n");
  assert.match((await init()).stdout, /config\/config\.yaml: is there already, and left as it is/);
  assert.equal(await Deno.readTextFile(`${here.cwd}/config/config.yaml`), "insecure: false\n");
});

Deno.test("bash completes commands and options from the one list; zsh and fish take their scripts", async () => {
  await using stack = new AsyncDisposableStack();
  const at = await folder(stack);
  const script = (shell: "bash" | "zsh" | "fish") => `${at}/${shell}`;
  for (const shell of ["bash", "zsh", "fish"] as const) {
    await Deno.writeTextFile(script(shell), completions(shell, "byova-gateway", all));
    assert.equal((await run(shell, "-n", script(shell)))?.said ?? "", "");
  }
  const complete = async (...words: string[]) => {
    const line = `. ${script("bash")}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${
      words.length - 1
    };
      _byova_gateway; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return (await run("bash", "-c", line))!.said.trim().split("\n").sort();
  };
  assert.deepEqual(await complete("byova-gateway", "he"), ["health"]);
  assert.deepEqual(await complete("byova-gateway", "--http-p"), ["--http-port"]);
  assert.deepEqual(await complete("byova-gateway", "byods", "re"), ["register", "renew"]);
  assert.deepEqual(await complete("byova-gateway", "call", "--sa"), ["--save", "--say"]);
  assert.deepEqual(await complete("byova-gateway", "serve", "--config", `${at}/z`), [`${at}/zsh`]);
});

Deno.test("the Debian package installs what it lists, and what it installs runs; its bill names every package of the bundle", async () => {
  await using stack = new AsyncDisposableStack();
  const at = await folder(stack);
  const into = new URL(`file://${at}/`);
  const program = await bundle(into);
  const map = await Deno.readTextFile(`${program.pathname}.map`);
  const components = await bundledPackages(map);
  for (const name of ["hono", "yaml", "zod", "jose", "@smithy/core"]) {
    assert.ok(components.some((each) => each.name === name && /^[0-9a-f]{128}$/.test(each.hashes![0]!.content)), name);
  }
  assert.ok(!components.some(({ name }) => name === "fast-check" || name === "esbuild"));
  const bytes = await Deno.readFile(program);
  const bill = JSON.parse(await sbom({ name: "byova-gateway.js", bytes }, components));
  assert.equal(bill.specVersion, "1.6");
  assert.match(bill.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(bill.metadata.component.hashes[0].content, await sha256(bytes));

  const file = (await debianPackage(program, await needsFor(undefined), into)).pathname;
  const extracted = await run("dpkg-deb", "--extract", file, `${at}/root`);
  if (extracted === undefined) return;
  assert.equal(extracted.said, "");
  const fields = (await run("dpkg-deb", "--field", file, "Package", "Depends"))!.said;
  assert.equal(fields, "Package: byova-gateway\nDepends: libc6 (>= 2.27)\n");
  assert.equal(await Deno.readTextFile(`${at}/root${INSTALLED.config}`), SAMPLE_CONFIG);
  const launcher = `${at}/launcher`; // the same, with the library where it was extracted to
  const text = await Deno.readTextFile(`${at}/root/usr/bin/byova-gateway`);
  await Deno.writeTextFile(launcher, text.replace("folder=/usr", `folder=${at}/root/usr`), { mode: 0o755 });
  const { code, stdout, stderr } = await outcome(launcher, ["--version"], { cwd: at, env: {} });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^byova-gateway .*packed\)\n$/);
});

Deno.test("the container runs as nobody's user with the flags of the one list", async () => {
  const lines = (await Deno.readTextFile(new URL("Dockerfile", ROOT))).replaceAll(/\\\n\s*/g, " ").split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const known = /^(FROM|ARG|COPY|RUN|ENV|USER|WORKDIR|VOLUME|EXPOSE|STOPSIGNAL|HEALTHCHECK|ENTRYPOINT|CMD) \S/;
  for (const line of lines) assert.match(line, known);
  const value = (name: string) => lines.findLast((line) => line.startsWith(`${name} `))!.slice(name.length + 1);
  assert.match(value("USER"), /^[1-9]\d*:[1-9]\d*$/);
  for (const name of ["ENTRYPOINT", "CMD"]) assert.ok(Array.isArray(JSON.parse(value(name))), name);
  const asked = JSON.parse(value("CMD")) as string[];
  const health = JSON.parse(value("HEALTHCHECK").replace(/^.*?CMD /, "")) as string[];
  assert.deepEqual(health.slice(2), asked.slice(1));

  const loaded = await loadConfig({
    file: asked[asked.indexOf("--config") + 1]!,
    overrides: { "gateway.host": "0.0.0.0", "monitoring.host": "0.0.0.0", insecure: true },
    env: () => undefined,
    readTextFile: () => Promise.resolve(SAMPLE_CONFIG),
    kinds: new Map(connectors.map(({ kind, config }) => [kind, config])),
  });
  assert.equal(value("ENV"), `GATEWAY_FLAGS="${exactFlags(needsOf(loaded, connectors)).join(" ")}"`);
});

/** Where this Deno keeps its packages, for a process that has another home. */
function denoDir(): string {
  return Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
}
