import { strict as assert } from "node:assert";
import { TestGateway } from "../gateway_harness.ts";
import { browserTest, remembering, visit } from "./browser.ts";

const WATCHING = `
alerts:
  interval_seconds: 1
  rules: [{ name: busy, watches: live_calls_above, threshold: 0, for_seconds: 0, resolve_seconds: 0 }]
`;

browserTest("an alert is on the page as soon as it fires, and in the history when it is over", async (open) => {
  await using memory = await remembering();
  await using house = await TestGateway.open(`${memory.yaml}\n${WATCHING}`);
  const { page } = await open();
  await visit(page, `${house.url}/alerts`);
  await page.getByText("Nothing is wrong.").waitFor();
  await page.getByText("No alert has fired.").waitFor();
  const [, when, , fires, over, quiet, from] = await page.getByRole("row", { name: "busy" }).locator("th, td")
    .allInnerTexts();
  assert.deepEqual([when, fires, over, quiet], ["more than 0 calls are live", "at once", "at once", "30m 0s"]);
  assert.match(from!, /^test\.yaml:\d+ · default: quiet_minutes, severity$/);
  const call = house.call({ conversationId: "busy" });
  await call.start();
  await page.getByText("1 call is live, more than 0").first().waitFor();
  await page.getByText("firing").waitFor();
  await call.event("SESSION_END");
  await page.getByText("Nothing is wrong.").waitFor();
  assert.equal(await page.getByRole("region", { name: "History" }).getByText("busy").count() > 0, true);
});

browserTest(
  "the log moves by itself until it is paused, is searched by its address, and each line has one",
  async (open) => {
    await using memory = await remembering();
    await using house = await TestGateway.open(memory.yaml);
    const { page } = await open({ permissions: ["clipboard-read", "clipboard-write"] });
    await visit(page, `${house.url}/logs?level=info&text=call+started`);
    await page.getByText("No line is like that.").waitFor();
    await house.call({ conversationId: "logged" }).start();
    await page.getByRole("link", { name: "logged" }).waitFor();
    await page.keyboard.press("p");
    await page.getByText("paused").waitFor();
    await house.call({ conversationId: "unseen" }).start();
    await page.getByText("paused; 1 new").waitFor();
    assert.equal(await page.getByRole("link", { name: "unseen" }).count(), 0);
    await page.getByRole("link", { name: /Link to line/ }).click();
    await page.locator("li.marked").getByText("logged").waitFor();
    await page.getByText("link copied").waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), page.url());
    await page.keyboard.press("p");
    await page.getByText("following").waitFor();
    await page.goto(`${house.url}/logs?call=unseen`);
    await page.getByText("call started").waitFor();
    assert.equal(await page.getByText("logged").count(), 0);
  },
);

browserTest("the configuration is found by key, value and origin, and what is secret is not in it", async (open) => {
  await using house = await TestGateway.open("alerts: { webhook: { url: 'https://alerts.example.com/marker' } }");
  const { page } = await open();
  await visit(page, `${house.url}/configuration`);
  const rows = page.locator("tbody tr");
  assert.ok(await rows.count() > 100);
  await page.getByLabel("Only what is not the default").check();
  await page.getByText("alerts.webhook.url").waitFor();
  assert.match(page.url(), /changed=1/);
  const search = page.getByRole("searchbox");
  await search.fill("webhook ");
  await page.waitForURL(/text=webhook$/);
  assert.equal(await rows.count(), 1);
  const clock = page.locator("footer");
  const before = await clock.textContent();
  await page.waitForFunction((before) => document.querySelector("footer")!.textContent !== before, before);
  assert.equal(await search.inputValue(), "webhook ", "what is typed stays as it is typed");
  assert.doesNotMatch(await page.content(), /marker/);
  await page.locator("button.sort", { hasText: "Key" }).click();
  assert.equal(await page.locator('th[aria-sort="descending"]').count(), 1);
});

browserTest("agents are shown with how they fare, and are asked for again", async (open) => {
  await using memory = await remembering();
  await using house = await TestGateway.open(memory.yaml);
  const { page } = await open();
  await visit(page, `${house.url}/agents`);
  await page.getByRole("link", { name: "Echo: Echo" }).waitFor();
  const asked = page.waitForResponse((response) => response.url().endsWith("/api/agents/refresh"));
  await page.getByRole("button", { name: "Look for agents" }).click();
  assert.equal((await asked).status(), 200);
  await page.getByRole("link", { name: "test call" }).last().click();
  assert.equal(await page.getByLabel("Agent", { exact: true }).inputValue(), "Echo: Echo");
});
