import { strict as assert } from "node:assert";
import { parse } from "yaml";
import { openClients } from "../../src/connectors/aws_lex/clients.ts";
import { lexConfig } from "../../src/connectors/aws_lex/options.ts";
import { ListBotsCommand } from "../../src/connectors/aws_lex/sdk.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { testDeps } from "../connector_suite.ts";
import { FakeLex } from "./fake_lex.ts";
import { says, ScriptedLex } from "./scripted_lex.ts";

Deno.test("the fake answers who signs with its key, and nobody else", async () => {
  await using lex = new FakeLex(new ScriptedLex(() => says("Yes?")), { bots: { Travel: ["LIVE"] } });
  const list = async (block: string) => {
    await using clients = openClients(lexConfig.parse(parse(`{${block}}`)), testDeps({ fetch, clock: systemClock }));
    return await clients.models.send(new ListBotsCommand({}));
  };
  assert.deepEqual((await list(lex.block)).botSummaries?.map(({ botName }) => botName), ["Travel"]);
  await assert.rejects(list(lex.block.replace("hunter2", "hunter3")), { name: "UnrecognizedClientException" });
  await assert.rejects(list(lex.block.replace("AKID", "BKID")), { name: "UnrecognizedClientException" });
});
