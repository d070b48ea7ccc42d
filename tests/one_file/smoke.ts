/**
 * Proves a packed or compiled file: in an empty folder, with nothing but HOME in its environment, on its default ports, it starts,
 * answers a call, shows its page in a real browser, stops on SIGTERM and starts again. Prints one line for each.
 *
 *     deno run -A tests/one_file/smoke.ts FILE
 *
 * Where the machine lets it, the whole of it runs without a network: in a namespace that has nothing but a loopback.
 */
import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import { outcome, RunningFile, type Surroundings } from "./running_file.ts";

/** The bars for the time from the start of the file until it takes calls, in ms. */
const FIRST_START_MS = 1500;
const LATER_START_MS = 400;
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

async function prove(file: string, print: (line: string) => void, ownPorts: boolean): Promise<void> {
  const cwd = await Deno.makeTempDir();
  const plain: Surroundings = { cwd, env: { HOME: `${cwd}/home` } };
  const name = "./byova-gateway";
  try {
    await Deno.copyFile(file, `${cwd}/byova-gateway`);
    await Deno.chmod(`${cwd}/byova-gateway`, 0o755);
    const options = ownPorts ? [] : ["--port", "0", "--http-port", "0"];
    const flags = async () => (await outcome(name, ["permissions", ...options], plain)).stdout.replaceAll("\n", " ");
    const here = ownPorts ? plain : { cwd, env: { ...plain.env, GATEWAY_FLAGS: await flags() } };
    {
      await using gateway = await RunningFile.start(name, options, here);
      print(started("first start", gateway.readyMs, FIRST_START_MS));
      const live = liveEvent(gateway.page);
      const heard = await call(name, gateway.target, here);
      print(`call: ${heard}`);
      print(`live event: ${await live}`);
      print(`page: ${await page(gateway.page)}`);
      print(`browser: ${await browse(gateway.page, cwd)}`);
      assert.equal(await gateway.stop(), 0);
      print("SIGTERM: stopped with exit code 0");
    }
    const times: number[] = [];
    for (let start = 0; start < 5; start++) {
      await using gateway = await RunningFile.start(name, options, here);
      times.push(gateway.readyMs);
      assert.equal(await gateway.stop(), 0);
    }
    print(started("later start, the middle of 5", times.sort((a, b) => a - b)[2]!, LATER_START_MS));
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

function started(what: string, ms: number, bar: number): string {
  return `${what}: ${Math.round(ms)} ms (bar ${bar} ms${ms > bar ? ", MISSED on this machine" : ""})`;
}

/** The demonstration call of the file itself, at twenty times the speed of life. */
async function call(name: string, target: string, here: Surroundings): Promise<string> {
  const { code, stdout, stderr } = await outcome(name, ["call", "--target", target, "--speed", "20"], here);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /START_OF_INPUT/);
  assert.match(stdout, /TRANSFER_TO_AGENT/);
  return stdout.trim().split("\n").at(-1)!;
}

async function page(url: string): Promise<string> {
  const text = await (await fetch(url)).text();
  assert.match(text, /<title>/);
  const { status } = await (await fetch(`${url}health`)).json();
  assert.equal(status, "healthy");
  return `${text.length} characters of HTML, /health says ${status}`;
}

/** The first event that the live stream tells of the call. */
async function liveEvent(url: string): Promise<string> {
  const answer = await fetch(`${url}api/live?topics=calls`, { signal: AbortSignal.timeout(20_000) });
  assert.equal(answer.status, 200);
  let text = "";
  for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
    const [, event] = /^event: (calls)$[\s\S]*Local Playback/m.exec(text += piece) ?? [];
    if (event !== undefined) return `"${event}" tells of the call while it goes on`;
  }
  throw new Error(`the live stream ended: ${text}`);
}

/** What a browser makes of the page after its scripts have run: the call that was made is on it. */
async function browse(url: string, cwd: string): Promise<string> {
  const browser = CHROMIUM.find((path) => existsSync(path));
  if (browser === undefined) return "SKIP: no Chromium on this machine";
  const { stdout } = await new Deno.Command(browser, {
    args: ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${cwd}/chromium`, "--dump-dom", url],
    stderr: "null",
    signal: AbortSignal.timeout(30_000),
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.match(text, /Local Audio: Local Playback/);
  assert.match(text, /handed to a human|transferred/i);
  return "Chromium shows the agents and the call";
}

/** Runs this program once more where there is no network, if the machine has such a place. Returns its exit code. */
async function isolated(args: readonly string[]): Promise<number | undefined> {
  const inside = 'ip link set lo up && exec "$0" "$@"';
  const command = (...rest: string[]) =>
    new Deno.Command("unshare", { args: ["-rn", "sh", "-c", inside, ...rest], stderr: "inherit", stdout: "inherit" });
  const possible = await command("true").output().then(({ success }) => success, () => false);
  if (!possible) return undefined;
  const { code } = await command(Deno.execPath(), "run", "-A", import.meta.filename!, "--isolated", ...args).output();
  return code;
}

if (import.meta.main) {
  const args = Deno.args.filter((arg) => arg !== "--isolated");
  const inside = args.length < Deno.args.length;
  const code = inside ? undefined : await isolated(args);
  if (code !== undefined) Deno.exit(code);
  console.log(inside ? "network: none but a loopback" : "network: SKIP, this machine has no network namespaces for us");
  await prove(await Deno.realPath(args[0]!), (line) => console.log(line), inside);
}
