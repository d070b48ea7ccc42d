import assert from "node:assert/strict";
import { TELEPHONY } from "../audio/format.ts";
import { readWav, writeWav } from "../audio/wav.ts";
import { OutputEvent_EventType as EventType } from "../protocols/gen/byova_common.ts";
import { runCallCommand } from "./command.ts";
import { prompt, serve, type TestEndpoint, tone } from "../../tests/byova_endpoint.ts";

const TRANSFER: TestEndpoint = {
  welcome: [
    prompt(1000, { bargeIn: true, prompts: [{ text: "Welcome", audioContent: wav(1000), isBargeInEnabled: true }] }),
  ],
  toKeys: (keys) => [prompt(200, keys === "5" ? { outputEvents: [{ eventType: EventType.TRANSFER_TO_AGENT }] } : {})],
};

function wav(ms: number): Uint8Array {
  return writeWav({ format: TELEPHONY, data: tone(ms) });
}

async function command(argv: string[], endpoint: TestEndpoint = TRANSFER, env: Record<string, string> = {}) {
  await using server = serve(endpoint);
  const out: string[] = [], errors: string[] = [];
  const files = new Map<string, Uint8Array>([["a.wav", wav(300)], ["plans/b.wav", wav(300)], ["bad.wav", tone(5)]]);
  const text = new TextEncoder();
  files.set("plans/plan.yaml", text.encode(`steps:\n  - say: b.wav\n    expect: { event: transfer }\n`));
  files.set("wrong.yaml", text.encode(`steps:\n  - shout: b.wav\n`));
  const exitCode = await runCallCommand(["--target", `127.0.0.1:${server.port}`, "--speed", "40", ...argv], {
    print: (line) => out.push(line),
    printError: (line) => errors.push(line),
    readFile: (path) => {
      const file = files.get(path);
      return file ? Promise.resolve(file) : Promise.reject(new Error("no such file"));
    },
    writeFile: (path, bytes) => {
      files.set(path, bytes);
      return Promise.resolve();
    },
    env: (name) => env[name],
    colours: false,
  });
  return { exitCode, out, errors, files, seen: server.seen };
}

Deno.test("without options the demonstration runs: welcome, a sentence, its answer, key 5, transfer", async () => {
  const { exitCode, out, errors } = await command([]);
  assert.deepEqual([exitCode, errors], [0, []]);
  const story = [
    "SESSION_START",
    '"Welcome"',
    "caller speaks",
    "START_OF_INPUT",
    "END_OF_INPUT",
    "keys 5",
    "TRANSFER_TO_AGENT",
  ];
  assert.deepEqual(story.filter((part) => out.some((line) => line.includes(part))), story);
  assert.match(out[0]!, /^ *\d+ ms {2}→ {2}SESSION_START {26}RPC 1$/);
  assert.match(out.at(-1)!, /^The call ended: transfer\. The caller heard \d+\.\d s\.$/);
});

Deno.test("steps happen in the order of the options, and the call is hung up at their end", async () => {
  const { exitCode, seen } = await command(["--keys", "1", "--say", "a.wav", "--no-input", "--custom", "x"]);
  assert.equal(exitCode, 0);
  const events = seen.flatMap(({ events }) => events).filter((event) => event !== "half-closed" && event !== "audio");
  assert.deepEqual(events, ["SESSION_START", "START_OF_DTMF", "keys 1", "NO_INPUT", "custom x", "SESSION_END"]);
});

Deno.test("--save writes what the caller heard, --json prints one object, and a token is sent but never shown", async () => {
  const { exitCode, out, files, seen } = await command(["--keys", "5", "--save", "heard.wav", "--json"], TRANSFER, {
    BYOVA_TOKEN: "s3cret",
  });
  assert.equal(exitCode, 0);
  const heard = readWav(files.get("heard.wav")!);
  assert.deepEqual([heard.encoding, heard.sampleRate, heard.channels], ["mulaw", 8000, 1]);
  assert.ok(heard.data.length >= 1200 * 8);
  const { ok, end, replies } = JSON.parse(out.join("\n"));
  assert.deepEqual([ok, end, replies.at(-1).outcome], [true, "transfer", "transfer"]);
  assert.equal(seen[0]!.metadata.get("authorization"), "Bearer s3cret");
  assert.ok(!out.join().includes("s3cret"));
});

Deno.test("a plan's files lie beside it, and what it expects decides on the exit code", async () => {
  const { exitCode, errors } = await command(["--plan", "plans/plan.yaml"]);
  assert.equal(exitCode, 1);
  assert.deepEqual(errors, ["plans/plan.yaml:2: expected event transfer: received answer"]);
});

Deno.test("a breach of the contract is told and makes the exit code 1", async () => {
  const { exitCode, errors } = await command(["--keys", "5"], { ...TRANSFER, welcome: [prompt(100), prompt(100)] });
  assert.equal(exitCode, 1);
  assert.match(errors.join(), /broke the contract: RPC 1: a response follows the FINAL one/);
});

Deno.test("--list shows the agents", async () => {
  const { exitCode, out } = await command(["--list"]);
  assert.deepEqual([exitCode, out], [0, ["a-1  Booking  (default)"]]);
});

Deno.test("when nobody answers the command says what to do and exits with 2", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const { exitCode, errors } = await command(["--target", `127.0.0.1:${port}`]);
  assert.equal(exitCode, 2);
  assert.match(errors.join(), /^Cannot call 127\.0\.0\.1:\d+: start the gateway with `deno task start`/);
});

for (
  const [argv, message] of [
    [["--sya", "a.wav"], /did you mean --say/],
    [["--keys", "x"], /0-9/],
    [["--keys"], /a value expected/],
    [["--tls=yes"], /no value expected/],
    [["--barge-in-at", "soon"], /a number from 0 to 600000 expected: received "soon"/],
    [["--no-input", "--barge-in-at", "5"], /--say or --keys before it expected/],
    [["--target", "a:b:c"], /HOST:PORT expected/],
    [["--encoding", "mp3"], /mulaw, alaw or linear16/],
    [["--say", "none.wav"], /Cannot read "none.wav": no such file/],
    [["--say", "bad.wav"], /Cannot say "bad.wav": Cannot read WAV/],
    [["--plan", "wrong.yaml"], /^wrong\.yaml:2: Cannot read steps\.0\.shout/],
    [["--token", "two words"], /^Cannot use --token or BYOVA_TOKEN: printable ASCII without spaces expected$/],
    [["now"], /an option expected/],
  ] as const
) {
  Deno.test(`"call ${argv.join(" ")}" is refused with exit code 64`, async () => {
    const { exitCode, errors } = await command([...argv]);
    assert.equal(exitCode, 64);
    assert.match(errors.join("\n"), message);
  });
}

Deno.test("--help explains every option", async () => {
  const { exitCode, out } = await command(["--help"]);
  assert.equal(exitCode, 0);
  for (const option of ["--say", "--target", "--frame-bytes", "--json"]) assert.ok(out.join("\n").includes(option));
});
