import { strict as assert } from "node:assert";
import { parse } from "yaml";
import { openClients } from "../../src/connectors/aws_lex/clients.ts";
import { lexConfig } from "../../src/connectors/aws_lex/options.ts";
import { ListBotsCommand } from "../../src/connectors/aws_lex/sdk.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { testDeps } from "../connector_suite.ts";
import { FakeLex } from "./fake_lex.ts";
import { says, ScriptedLex } from "./scripted_lex.ts";
import { until } from "../until.ts";

async function listBots(block: string) {
  await using clients = openClients(lexConfig.parse(parse(`{${block}}`)), testDeps({ fetch, clock: systemClock }));
  return (await clients.models.send(new ListBotsCommand({}))).botSummaries ?? [];
}

Deno.test("the fake answers who signs with its key, and nobody else", async () => {
  await using lex = new FakeLex(new ScriptedLex(() => says("Yes?")), { bots: { Travel: ["LIVE"] } });
  assert.deepEqual((await listBots(lex.block)).map(({ botName }) => botName), ["Travel"]);
  await assert.rejects(listBots(lex.block.replace("hunter2", "hunter3")), { name: "UnrecognizedClientException" });
  await assert.rejects(listBots(lex.block.replace("AKID", "BKID")), { name: "UnrecognizedClientException" });
});

Deno.test("a client that goes in the middle of its request harms nobody", async () => {
  await using lex = new FakeLex(new ScriptedLex(() => says("Yes?")), { bots: { Travel: ["LIVE"] } });
  const client = await Deno.connect({ hostname: "127.0.0.1", port: lex.port });
  const head = "POST /bots/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n";
  await client.write(new TextEncoder().encode(`${head}{"maxResults":`));
  await until(() => lex.asked.length > 0);
  client.close();
  assert.deepEqual((await listBots(lex.block)).map(({ botName }) => botName), ["Travel"]);
});
