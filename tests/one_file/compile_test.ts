import { strict as assert } from "node:assert";
import { bundle } from "../../release/bundle.ts";
import { checkLayout } from "../../release/layout_check.ts";
import { compileTo } from "../../release/compile.ts";
import { checkPayload } from "../../release/layout.ts";
import { readPayload } from "../../release/payload.ts";
import { needsFor } from "../../release/profile.ts";

const ROOT = new URL("../../", import.meta.url);

async function folder(stack: AsyncDisposableStack): Promise<URL> {
  const path = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(path, { recursive: true }));
  return new URL(`file://${path}/`);
}

Deno.test("a bundle is the same whenever and wherever it is built, and tells nothing of the machine", async () => {
  await using stack = new AsyncDisposableStack();
  const [one, two] = [await bundle(await folder(stack)), await bundle(await folder(stack))];
  for (const name of ["byova-gateway.js", "byova-gateway.js.map"]) {
    const [first, second] = [one, two].map((at) => Deno.readTextFileSync(new URL(name, at)));
    assert.equal(first, second, name);
    for (const place of [ROOT.pathname, Deno.env.get("HOME")!, one.pathname, "/node_modules/"]) {
      assert.ok(!first!.includes(place), `${name} names ${place}`);
    }
  }
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--ignore-env", one.pathname, "--version"],
  })
    .output();
  assert.match(
    new TextDecoder().decode(stdout),
    /^byova-gateway \d+\.\d+\.\d+ \(commit [0-9a-f]{12}(\+dirty)?, \d{4}-\d{2}-\d{2}, bundle\)\n$/,
  );
});

Deno.test("the compiled layout holds this bundle, proto, audio and the listed permissions, and is found to when it does not", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await bundle(await folder(stack));
  const needs = await needsFor(undefined);
  assert.match(await checkLayout(program, needs), /^layout checked, not executed: \d+ files/);

  const output = new URL("other", await folder(stack)).pathname;
  const wider = [...needs, { kind: "read", target: "/etc", why: "a test" } as const];
  const env = { DENORT_BIN: Deno.execPath() };
  await compileTo(output, { program, needs: wider, target: Deno.build.target, env });
  const payload = readPayload(await Deno.readFile(output));
  await assert.rejects(checkPayload(payload, program, needs), /--allow-read/);
  await Deno.writeTextFile(program, "// another\n", { append: true });
  await assert.rejects(checkPayload(payload, program, wider), /another bundle/);
});

Deno.test("without denort there is a sentence that says what to do, and no file; with another base neither", async () => {
  const compiling = async (env: Record<string, string>) => {
    const command = new Deno.Command(Deno.execPath(), { args: ["task", "compile"], cwd: ROOT, env });
    const { code, stderr } = await command.output();
    assert.equal(code, 1);
    const left = [...Deno.readDirSync(new URL("dist/", ROOT))].filter(({ name }) => /compil/.test(name));
    assert.deepEqual(left.map(({ name }) => name), []);
    return new TextDecoder().decode(stderr);
  };
  const nowhere = { HTTPS_PROXY: "http://127.0.0.1:1", https_proxy: "http://127.0.0.1:1" };
  assert.match(await compiling(nowhere), /denort.*cannot be had[\s\S]*DENORT_BIN[\s\S]*deno task pack/);
  assert.match(await compiling({ DENORT_BIN: Deno.execPath() }), /is not denort: it does not run the program/);
});
