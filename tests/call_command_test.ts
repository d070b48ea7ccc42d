import { strict as assert } from "node:assert";
import { runCallCommand } from "../src/caller/command.ts";
import { readWav } from "../src/audio/wav.ts";
import { TestGateway } from "./gateway_harness.ts";

/** `deno task call` against the whole gateway, many times as fast as in reality. */
async function call(house: TestGateway, args: readonly string[], files: Record<string, string> = {}) {
  const lines: string[] = [];
  const written = new Map<string, Uint8Array>();
  const code = await runCallCommand(["--target", `127.0.0.1:${house.gateway.grpcPort}`, "--speed", "15", ...args], {
    print: (line) => lines.push(line),
    printError: (line) => lines.push(line),
    readFile: (path) =>
      files[path] === undefined ? Deno.readFile(path) : Promise.resolve(new TextEncoder().encode(files[path])),
    writeFile: (path, bytes) => Promise.resolve(void written.set(path, bytes)),
    env: () => undefined,
    colours: false,
  });
  return { code, text: lines.join("\n"), written };
}

const voice = new URL("./speech/awb_person.wav", import.meta.url).pathname;

Deno.test("the demo call shows welcome, speech, answer, keys and transfer, in this order", async () => {
  await using house = await TestGateway.open();
  const { code, text, written } = await call(house, ["--save", "heard.wav"]);
  assert.equal(code, 0, text);
  const order = [
    "SESSION_START",
    "Hello, and welcome",
    "START_OF_INPUT",
    "END_OF_INPUT",
    "I heard you",
    "TRANSFER_TO_AGENT",
  ];
  const at = order.map((words) => text.indexOf(words));
  assert.ok(at.every((place, index) => place > (at[index - 1] ?? -1)), text);
  assert.ok(readWav(written.get("heard.wav")!).data.length > 8000 * 8);
});

Deno.test("a caller barges into the welcome with speech, then with a key, and hangs up", async () => {
  await using house = await TestGateway.open();
  const { code, text } = await call(house, [
    "--barge-in-at",
    "800",
    "--say",
    voice,
    "--barge-in-at",
    "300",
    "--keys",
    "7",
    "--hang-up",
  ]);
  assert.equal(code, 0, text);
  assert.doesNotMatch(text, /contract/i);
});

Deno.test("a plan with expectations passes where they hold and fails where they do not", async () => {
  await using house = await TestGateway.open("connectors:\n  local:\n    type: local_audio\n    delivery: chunk\n");
  const plan = (event: string) => `
welcome: { event: answer, within_ms: 2000, audio_at_least_ms: 3000 }
steps:
  - say: ${voice}
    expect: { event: answer, audio_at_least_ms: 1000 }
  - no_input: true
    expect: { event: answer }
  - press: "6"
    expect: { event: ${event} }
`;
  const held = await call(house, ["--plan", "plan.yaml"], { "plan.yaml": plan("session_end") });
  assert.equal(held.code, 0, held.text);
  const failed = await call(house, ["--plan", "plan.yaml"], { "plan.yaml": plan("transfer") });
  assert.equal(failed.code, 1, failed.text);
});

Deno.test("nobody at the target is one sentence that says what to do, and exit code 2", async () => {
  await using house = await TestGateway.open();
  await house.gateway[Symbol.asyncDispose]();
  const { code, text } = await call(house, []);
  assert.equal(code, 2);
  assert.match(text, /deno task start/);
});
