import { strict as assert } from "node:assert";
import { createFrom, play, readBlock, testConnector } from "../../tests/connector_suite.ts";
import { speech } from "../../tests/speech_samples.ts";
import { dtmf } from "../audio/tones.ts";
import { echo } from "./echo.ts";

testConnector("echo", () => createFrom(echo, ""));

Deno.test("echo says back what it hears, to the byte", async () => {
  const audio = speech("slt_person");
  const outputs = await play(await createFrom(echo, ""), [{ type: "utterance", audio }]);
  assert.deepEqual(outputs, [{ type: "say", audio, bargeIn: true }, { type: "listening", expects: {} }]);
});

Deno.test("echo says keys back as tones, listens on for none, and transfers for 0", async () => {
  const connector = await createFrom(echo, "");
  const press = (digits: string) => play(connector, [{ type: "keys", digits }, { type: "silence" }]);
  assert.deepEqual((await press("1A*#"))[0], { type: "say", audio: dtmf("1A*#"), bargeIn: true });
  assert.deepEqual((await press(""))[0], { type: "listening", expects: {} });
  assert.deepEqual(await press("0"), [{ type: "transfer", reason: "caller_asked" }]);
  assert.equal((await press("00"))[0]!.type, "say");
});

Deno.test("echo greets again when nothing is said, and sends events back with their data", async () => {
  const connector = await createFrom(echo, "");
  const [greeting] = await play(connector, [{ type: "started" }]);
  assert.deepEqual((await play(connector, [{ type: "silence" }]))[0], greeting);
  const data = { order: { items: [1, 2] } };
  const [event] = await play(connector, [{ type: "custom", name: "order", data }]);
  assert.deepEqual(event, { type: "custom", name: "order", data });
});

for (
  const [block, name] of [
    ["", "Echo"],
    ["agent_id: Parrot", "Parrot"],
    ["agent_id: 7", "7"],
    ['agent_id: "${NAME}"', "Sales"],
  ] as const
) {
  Deno.test(`echo takes {${block}}`, async () => {
    assert.deepEqual(await (await createFrom(echo, block)).agents(), [{ id: `Echo: ${name}`, name }]);
  });
}

for (
  const [block, words] of [
    ['agent_id: ""', 'agent_id: expected text that is not empty: received ""'],
    ["agents: [a]", "agents: unknown key"],
    ["input: {dtmf_length: 33}", "input.dtmf_length: expected a whole number from 1 to 32: received 33"],
  ] as const
) {
  Deno.test(`echo refuses {${block}}`, async () => assert.deepEqual((await readBlock(echo, block)).problems, [words]));
}

Deno.test("echo expects what its input block says, and leaves the rest to the gateway", async () => {
  const connector = await createFrom(echo, "input: {mode: dtmf, dtmf_length: 16}");
  assert.deepEqual((await play(connector, [{ type: "started" }])).at(-1), {
    type: "listening",
    expects: { voice: false, keys: true, keyCount: 16 },
  });
});
