import { strict as assert } from "node:assert";
import { bundle } from "../../release/bundle.ts";
import { pack } from "../../release/pack.ts";
import { needsFor } from "../../release/profile.ts";
import { outcome, RunningFile } from "./running_file.ts";

/** What `deno task pack` writes, run as a stranger would. One file is packed for all of these tests. */

const FREE = ["--port", "0", "--http-port", "0"];

let packing: Promise<string> | undefined;
const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

function packed(): Promise<string> {
  return packing ??= (async () => {
    const into = new URL(`file://${folder}/`);
    return (await pack(await bundle(into), await needsFor(undefined), into)).pathname;
  })();
}

/** An empty folder, and what runs a packed file in it with ports of its own. */
async function emptyFolder(stack: AsyncDisposableStack, env: Record<string, string> = {}) {
  const file = await packed();
  const cwd = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(cwd, { recursive: true }));
  const here = { cwd, env: { PATH: "/usr/bin:/bin", HOME: `${cwd}/home`, ...env } };
  const run = (...args: string[]) => outcome(file, args, here);
  const flags = async (...args: string[]) =>
    (await outcome(file, ["permissions", ...args], { cwd, env: { ...here.env, HOME: `${folder}/home` } })).stdout;
  const start = async (args: readonly string[] = FREE) =>
    await RunningFile.start(file, args, { cwd, env: { ...here.env, GATEWAY_FLAGS: await flags(...FREE) } });
  return { file, cwd, here, run, flags, start, cache: `${cwd}/home/.cache/byova-gateway` };
}

Deno.test("a packed file in an empty folder without a network answers a call and shows its page, in a browser too", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("smoke.ts", import.meta.url).pathname, await packed()],
  }).output();
  const said = new TextDecoder().decode(stdout);
  assert.equal(code, 0, said + new TextDecoder().decode(stderr));
  for (const step of ["first start", "call", "page", "browser", "SIGTERM", "later start"]) {
    assert.match(said, new RegExp(`^${step}`, "m"));
  }
});

Deno.test("two first starts at once leave one folder, private and whole, and both run", async () => {
  await using stack = new AsyncDisposableStack();
  const { start, cache } = await emptyFolder(stack);
  const both = await Promise.all([start(), start()]);
  assert.deepEqual(await Promise.all(both.map((gateway) => gateway.stop())), [0, 0]);
  const left = [...Deno.readDirSync(cache)].map(({ name }) => name);
  assert.equal(left.length, 1, left.join(" "));
  for (const path of [cache, `${cache}/${left[0]}`]) assert.equal(Deno.statSync(path).mode! & 0o777, 0o700);
});

Deno.test("a cache that is damaged is noticed and unpacked again", async () => {
  await using stack = new AsyncDisposableStack();
  const { run, cache } = await emptyFolder(stack);
  assert.equal((await run("--version")).code, 0);
  const [{ name }] = [...Deno.readDirSync(cache)] as [Deno.DirEntry];
  await Deno.truncate(`${cache}/${name}/byova-gateway.js`, 1000);
  const again = await run("--version");
  assert.match(again.stderr, /is damaged: unpacking it again/);
  assert.match(again.stdout, /^byova-gateway \d+\.\d+\.\d+ \(.*packed\)$/m);
  const third = await run("--version");
  assert.equal(third.stderr, "");
  assert.deepEqual([...Deno.readDirSync(cache)].map((entry) => entry.name), [name]);
});

Deno.test("without any variable, not even HOME and PATH, it still runs", async () => {
  await using stack = new AsyncDisposableStack();
  const { file, cwd } = await emptyFolder(stack);
  const temporary = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(temporary, { recursive: true }));
  assert.match((await outcome(file, ["--version"], { cwd, env: { TMPDIR: temporary } })).stdout, /packed/);
  assert.equal([...Deno.readDirSync(temporary)].length, 1);
});

Deno.test("a home that cannot be written, and a folder that runs no programs, are sentences with a remedy", async () => {
  await using stack = new AsyncDisposableStack();
  const { file, cwd } = await emptyFolder(stack);
  const unwritable = await outcome(file, ["--version"], { cwd, env: { PATH: "/usr/bin:/bin", HOME: "/proc/nowhere" } });
  assert.equal(unwritable.code, 1);
  assert.match(unwritable.stderr, /cannot be written: name a folder for it: GATEWAY_UNPACK_DIR=/);
  const mount = `mount -t tmpfs -o noexec,size=200m none ${cwd} && HOME=${cwd} exec ${file} --version`;
  const namespace = new Deno.Command("unshare", { args: ["-rm", "sh", "-c", mount] });
  const { stderr, code } = await namespace.output();
  const said = new TextDecoder().decode(stderr);
  if (/unshare|mount:/.test(said)) return console.log("SKIP noexec: this machine gives us no mounts");
  assert.equal(code, 1);
  assert.match(said, /programs may not be run from .* \(mounted noexec\?\): name a folder/);
});

Deno.test("a configuration that needs more than the packed permissions is told the flag and the way to it", async () => {
  await using stack = new AsyncDisposableStack();
  const { run, cwd } = await emptyFolder(stack);
  const { code, stdout } = await run("--port", "0", "--http-port", "0");
  assert.equal(code, 1);
  assert.match(stdout, /"code":"PERMISSION-MISSING","flag":"--allow-net=127\.0\.0\.1:0","why":"gateway\.port"/);
  assert.match(stdout, /GATEWAY_FLAGS=\\"\$\(.* permissions --port 0 --http-port 0\)\\"/);
  await Deno.writeTextFile(`${cwd}/other.yaml`, "gateway: {port: 0}\n");
  const other = await run("--config", "other.yaml");
  assert.equal(other.code, 78);
  assert.match(other.stderr, /other\.yaml: cannot be read: the gateway was started without the right to read it/);
});

Deno.test("what is allowed beyond the configuration is warned of by its flag", async () => {
  await using stack = new AsyncDisposableStack();
  const { file, here, flags } = await emptyFolder(stack);
  const wide = `${await flags(...FREE)} --allow-net=192.0.2.1:443 --allow-ffi`.replace(
    "\n--allow-net=",
    "\n--allow-net=192.0.2.1:443,",
  )
    .replace(" --allow-net=192.0.2.1:443", "");
  await using gateway = await RunningFile.start(file, FREE, { ...here, env: { ...here.env, GATEWAY_FLAGS: wide } });
  const warned = gateway.log.filter(({ msg }) => msg!.startsWith("more is allowed")).map(({ flag }) => flag);
  assert.deepEqual(warned, ["--allow-ffi", "--allow-net=192.0.2.1:443"]);
});
