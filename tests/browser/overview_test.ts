import { strict as assert } from "node:assert";
import { TestGateway } from "../gateway_harness.ts";
import { FakeLex } from "../lex/fake_lex.ts";
import { exception, says, ScriptedLex } from "../lex/scripted_lex.ts";
import { join, silence, speech } from "../speech_samples.ts";
import { browserTest, remembering, seriousFindings, visit } from "./browser.ts";

/** A Lex that greets, and then fails. */
const failing = () =>
  new FakeLex(
    new ScriptedLex(({ text }) => text === "hello" ? says("Hello.") : exception("InternalServerException", 500)),
    { bots: { Billing: ["LIVE"] } },
  );

browserTest(
  "the overview tells of a call at once and of what went wrong in it within seconds, though the call goes on",
  async (open) => {
    await using memory = await remembering();
    await using lex = failing();
    await using house = await TestGateway.open(`${memory.yaml}
connectors:
  lex: {type: aws_lex, config: {${lex.block}, mode: utterance, max_retries: 0}}
  away: {type: aws_lex, config: {${lex.block.replaceAll(String(lex.port), "1")}}}
`);
    const { page } = await open({ viewport: { width: 390, height: 844 } });
    await visit(page, house.url);
    await page.getByText("No call has gone wrong.").waitFor();
    const call = house.call({ conversationId: "unlucky", virtualAgentId: "lex: Billing" });
    await call.start();
    await page.getByRole("link", { name: "unlucky" }).waitFor({ timeout: 4000 });
    await call.say(join(silence(300), speech("slt_yes"), silence(1500)));
    await page.locator(".list", { hasText: "lex_unavailable" }).getByRole("link", { name: "unlucky" })
      .waitFor({ timeout: 5000 });
    const figure = page.locator(".figures div", { hasText: "Live calls" });
    assert.equal(await figure.locator("dd").innerText(), "1", "the call goes on");
    const connector = (id: string) => page.locator(".list li", { hasText: id }).first().locator(".badge");
    assert.equal(await connector("away").textContent(), "failing");
    assert.deepEqual(await seriousFindings(page), []);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `the page is ${over} px too wide`);
  },
);
