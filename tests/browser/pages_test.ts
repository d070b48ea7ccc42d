import { strict as assert } from "node:assert";
import { pages } from "../../islands/mod.ts";
import { TestGateway } from "../gateway_harness.ts";
import { browserTest, remembering, seriousFindings, visit } from "./browser.ts";
import { until } from "../until.ts";

const SIZES = [{ width: 1440, height: 900 }, { width: 390, height: 844 }];

/** A gateway with a call that goes on and one that is over. */
async function lively(yaml: string): Promise<TestGateway> {
  const house = await TestGateway.open(yaml);
  const over = house.call({ conversationId: "over", customerOrgId: "org-1" });
  await over.start();
  await over.press("5");
  await house.call({ conversationId: "goes-on", virtualAgentId: "Echo: Echo" }).start();
  return house;
}

const PATHS = Object.values(pages).map(({ path }) => path.replace(/:\w+/, "over"));

browserTest(
  "no page has a serious finding of axe, at any size and in any theme, and each fits its window",
  async (open) => {
    await using memory = await remembering();
    await using house = await lively(memory.yaml);
    const { page } = await open();
    for (const path of PATHS) {
      await visit(page, house.url + path);
      for (const viewport of SIZES) {
        await page.setViewportSize(viewport);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          assert.deepEqual(await seriousFindings(page), [], `${path}, ${viewport.width} px, ${colorScheme}`);
        }
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${path} is ${over} px too wide for ${viewport.width} px`);
      }
    }
  },
);

browserTest(
  "the theme is the system's until another is chosen, which holds on every page from its first paint",
  async (open) => {
    await using memory = await remembering();
    await using house = await lively(memory.yaml);
    const { page } = await open({ colorScheme: "dark" });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await visit(page, house.url);
    const dark = await ground();
    await page.getByLabel("Theme").first().selectOption("light");
    const light = await ground();
    assert.notEqual(light, dark);
    await page.goto(`${house.url}/calls`, { waitUntil: "commit" });
    await page.waitForFunction(() => document.body !== null);
    assert.equal(await ground(), light);
    await page.getByLabel("Theme").first().selectOption("system");
    assert.equal(await ground(), dark);
  },
);

browserTest("keys lead through the pages", async (open) => {
  await using memory = await remembering();
  await using house = await lively(memory.yaml);
  const { page } = await open();
  await visit(page, house.url);
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("go to Calls").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.waitForURL(/\/calls$/);
  await page.waitForSelector('[data-line="live"]');
  await page.keyboard.press("/");
  await page.keyboard.type("over");
  await page.waitForURL(/text=over/);
  await page.locator('tr[data-call="goes-on"]').waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/calls\/over\?/);
  await page.waitForSelector('[data-line="live"]');
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForSelector("details.turn[open]");
  await page.keyboard.press("g");
  await page.keyboard.press("o");
  await page.waitForURL((url) => url.pathname === "/");
});

browserTest("times are the visitor's own, with UTC beside them", async (open) => {
  await using memory = await remembering();
  await using house = await lively(memory.yaml);
  const { page } = await open({ timezoneId: "Asia/Kolkata" });
  await visit(page, `${house.url}/calls`);
  const time = page.locator("tr[data-call] time").first();
  const told = new Date((await time.getAttribute("datetime"))!);
  const there = told.toLocaleTimeString("en-GB", { timeZone: "Asia/Kolkata" });
  await page.waitForFunction((there) => document.querySelector("tr[data-call] time")!.textContent === there, there);
  assert.equal(await time.getAttribute("title"), told.toISOString().replace("T", " ").replace("Z", " UTC"));
});

browserTest("pages are read, and calls are found, without a script", async (open) => {
  await using memory = await remembering();
  await using house = await lively(memory.yaml);
  const { page } = await open({ javaScriptEnabled: false });
  await page.goto(house.url);
  await page.getByText("calls are taken").first().waitFor();
  await page.getByRole("link", { name: "Calls", exact: true }).first().click();
  await page.getByPlaceholder("Find call").fill("over");
  await page.getByRole("button", { name: "Find" }).click();
  assert.equal(await page.locator("tr[data-call]").count(), 1);
  await page.getByRole("link", { name: "over", exact: true }).click();
  await page.getByText("handed to a human").first().waitFor();
  await page.locator('summary[data-turn="1"]').click();
  await page.locator("details[open] .steps").getByText("RPC opened").waitFor();
});

browserTest("an open page survives a restart of the gateway, and says meanwhile that it is not fresh", async (open) => {
  await using memory = await remembering();
  const first = await TestGateway.open(memory.yaml);
  const httpPort = first.gateway.httpPort!;
  const { page, complaints } = await open();
  await visit(page, `${first.url}/calls`);
  await first[Symbol.asyncDispose]();
  await page.getByText(/Connection lost \d+ s ago; trying again/).waitFor();
  await using second = await TestGateway.open(memory.yaml, { httpPort });
  await page.getByText(/Connection lost/).waitFor({ state: "detached" });
  await second.call({ conversationId: "anew", virtualAgentId: "Echo: Echo" }).start();
  await page.waitForSelector('tr[data-call="anew"]');
  // The browser itself tells of each attempt that found nobody.
  for (const complaint of complaints.splice(0)) assert.match(complaint, /net::ERR_/);
});

browserTest("an address without a page and a call that nobody knows say so, and lead on", async (open) => {
  await using memory = await remembering();
  await using house = await TestGateway.open(memory.yaml);
  const { page, complaints } = await open();
  assert.equal((await page.goto(`${house.url}/nowhere`))!.status(), 404);
  assert.deepEqual(await seriousFindings(page), []);
  await page.getByRole("link", { name: "Go to the overview" }).click();
  await page.waitForSelector('[data-line="live"]');
  assert.equal((await page.goto(`${house.url}/calls/nobody's`))!.status(), 404);
  await page.getByText("Cannot find the call").waitFor();
  await page.getByRole("link", { name: "All calls" }).click();
  await page.waitForURL(`${house.url}/calls`);
  await until(() => complaints.length >= 2); // one for each address, a moment after its page
  for (const complaint of complaints.splice(0)) assert.match(complaint, /the server responded with a status of 404/);
  const answer = await fetch(`${house.url}/nowhere`);
  assert.deepEqual([answer.status, Object.keys(await answer.json())], [404, ["error"]], "programs get JSON");
});
