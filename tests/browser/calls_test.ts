import { strict as assert } from "node:assert";
import type { Page } from "playwright-core";
import { Caller } from "../../src/caller/caller.ts";
import type { CallPage, CallRow } from "../../islands/facts.ts";
import { callUnary } from "../../src/grpc/client.ts";
import { encodeHealthCheckRequest, Health } from "../../src/protocols/gen/health.ts";
import { TestGateway } from "../gateway_harness.ts";
import { lateness } from "../lateness.ts";
import { speech } from "../speech_samples.ts";
import { browserTest, remembering, visit } from "./browser.ts";

const ECHO = "Echo: Echo";

function ids(page: Page): Promise<(string | undefined)[]> {
  return page.$$eval("tr[data-call]", (rows) => rows.map((row) => (row as HTMLElement).dataset.call));
}

/** A call that is over. */
async function shortCall(house: TestGateway, id: string, agent: string, org = "org-1"): Promise<void> {
  const call = house.call({ conversationId: id, virtualAgentId: agent, customerOrgId: org });
  await call.start();
  await call.event("SESSION_END");
}

browserTest("a call is in the table within half a second, moves on there, and tells how it ended", async (open) => {
  await using memory = await remembering();
  await using house = await TestGateway.open(memory.yaml);
  const { page } = await open();
  await visit(page, `${house.url}/calls`);
  await page.waitForSelector("text=No calls yet");
  const seenAt = page.evaluate(() =>
    new Promise<number>((resolve) => {
      const look = () => document.querySelector('tr[data-call="first"]') && resolve(Date.now());
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    })
  );
  let startedAt = 0;
  const leave = house.gateway.events.subscribe(({ type, at }) => {
    if (type === "call_started") startedAt = at;
  });
  const call = house.call({ conversationId: "first", virtualAgentId: ECHO });
  await call.start();
  leave();
  const took = await seenAt - startedAt;
  assert.ok(took < 500, `the row came after ${took} ms`);

  const row = page.locator('tr[data-call="first"]');
  const lasted = row.locator('[data-name="duration_ms"]');
  const before = await lasted.textContent();
  await page.waitForFunction(
    (before) => document.querySelector('tr[data-call="first"] [data-name="duration_ms"]')!.textContent !== before,
    before,
  );
  assert.equal(await row.locator('[data-name="state"]').textContent(), "live");
  await call.event("SESSION_END");
  await row.locator('[data-name="state"]', { hasText: "ended" }).waitFor();
  assert.equal(await row.locator('[data-name="outcome"]').textContent(), "caller hung up");
});

browserTest("what is being typed into a filter stays while calls and lines come", async (open) => {
  await using memory = await remembering();
  await using house = await TestGateway.open(memory.yaml);
  const { page } = await open();
  await visit(page, `${house.url}/calls`);
  await page.locator('.filters [name="org"]').pressSequentially("org-2");
  await shortCall(house, "one", ECHO);
  await page.locator('tr[data-call="one"] [data-name="state"]', { hasText: "ended" }).waitFor();
  assert.equal(await page.locator('.filters [name="org"]').inputValue(), "org-2");

  await visit(page, `${house.url}/logs`);
  await page.locator('.filters [name="call"]').pressSequentially("two");
  await shortCall(house, "three", ECHO);
  await page.locator("#main").getByText("three").first().waitFor();
  assert.equal(await page.locator('.filters [name="call"]').inputValue(), "two");
});

browserTest(
  "each filter, the order and the columns stand in the address, and a file has just what is shown",
  async (open) => {
    await using memory = await remembering();
    await using house = await TestGateway.open(memory.yaml);
    await shortCall(house, "one", ECHO);
    await shortCall(house, "two", "Local Audio: Local Playback", "org-2");
    await shortCall(house, "three", ECHO, "org-2");
    await house.call({ conversationId: "goes on", virtualAgentId: ECHO }).start();
    const { page } = await open();
    await visit(page, `${house.url}/calls`);
    assert.deepEqual(await ids(page), ["goes on", "three", "two", "one"]);

    const field = (name: string) => page.locator(`.filters [name="${name}"]`);
    const shown = async (expected: readonly string[]) => {
      await page.waitForFunction(
        (expected) =>
          expected ===
            [...document.querySelectorAll<HTMLElement>("tr[data-call]")].map((row) => row.dataset.call).join(),
        expected.join(),
      );
      const { search } = new URL(page.url());
      const asked: CallPage = await (await fetch(`${house.url}/api/calls${search.replace(/&?columns=[^&]*/, "")}`))
        .json();
      assert.deepEqual(asked.calls.map(({ call_id }) => call_id), expected, search);
    };
    await field("agent").selectOption(ECHO);
    await shown(["goes on", "three", "one"]);
    await field("state").selectOption("ended");
    await shown(["three", "one"]);
    await field("org").fill("org-2");
    await field("org").press("Enter");
    await field("org").blur();
    await shown(["three"]);
    assert.deepEqual(Object.fromEntries(new URL(page.url()).searchParams), {
      agent: ECHO,
      state: "ended",
      org: "org-2",
    });
    await page.reload();
    await shown(["three"]);
    await page.goBack();
    await shown(["three", "one"]);
    await page.getByRole("link", { name: "Clear" }).click();
    await page.getByPlaceholder("Find call").fill("GOES");
    await shown(["goes on"]);
    await page.getByPlaceholder("Find call").fill("");
    await field("period").selectOption("15m");
    await shown4(page);
    await field("period").selectOption("");
    await page.getByRole("link", { name: "Call", exact: true }).click();
    await shown(["two", "three", "one", "goes on"]);

    await page.getByText("Columns", { exact: true }).click();
    await page.getByRole("checkbox", { name: "Tracking id" }).check();
    await page.getByRole("checkbox", { name: "Started" }).uncheck();
    await field("org").fill("org-2");
    await field("org").blur();
    await shown(["two", "three"]);
    const names = await page.$$eval(
      "tr[data-call]:first-child td",
      (cells) => cells.map((cell) => (cell as HTMLElement).dataset.name),
    );
    assert.ok(names.includes("tracking_id") && !names.includes("started_at"), names.join());
    const file = async (name: string) => {
      const path = await page.getByRole("link", { name, exact: true }).getAttribute("href");
      return await (await fetch(`${house.url}${path}`)).text();
    };
    const csv = (await file("CSV")).trim().split(/\r?\n/).map((line) => line.split(","));
    assert.deepEqual(csv[0], names);
    assert.deepEqual(csv.slice(1).map((cells) => cells[names.indexOf("call_id")]), await ids(page));
    const { calls }: { calls: Partial<CallRow>[] } = JSON.parse(await file("JSON"));
    assert.deepEqual(
      calls.map((call) => [Object.keys(call), call.call_id]),
      (await ids(page)).map((id) => [names, id]),
    );

    // Columns that were chosen hold on the next visit.
    await page.goto(`${house.url}/calls`);
    await page.waitForURL(/columns=/);
    await page.waitForSelector('td[data-name="tracking_id"]');
  },
);

async function shown4(page: Page): Promise<void> {
  await page.waitForURL(/period=15m/);
  await page.waitForFunction(() => document.querySelectorAll("tr[data-call]").length === 4);
}

browserTest("the waterfall of a call is what the caller saw, to the ms", async (open) => {
  await using memory = await remembering();
  await using house = await TestGateway.open(memory.yaml);
  await shortCall(house, "before", ECHO);
  const question = encodeHealthCheckRequest({ service: "" });
  const trips = lateness(() => callUnary(house.channel, Health.Check, question));
  const caller = await Caller.dial({ hostname: "127.0.0.1", port: house.gateway.grpcPort }, { conversationId: "told" });
  const { page } = await open();
  await caller.start();
  await visit(page, `${house.url}/calls/told`);
  await page.waitForSelector('[data-turn-row="1"]');
  await caller.say(speech("awb_person").data, { bargeInAtMs: 100 });
  // The page follows by itself.
  await page.waitForFunction(() =>
    document.querySelector('[data-turn-row="2"] [data-name="FINAL"]')?.textContent?.match(/^\d/)
  );
  await caller.press("5", { bargeInAtMs: 0 });
  await page.locator("h1 + .badge", { hasText: "handed to a human" }).waitFor();

  const dialled = at(caller, "SESSION_START");
  const seen = (what: string | RegExp, rpc?: number) => at(caller, what, rpc) - dialled;
  const cell = async (turn: number, name: string) =>
    Number(await page.locator(`[data-turn-row="${turn}"] [data-name="${name}"]`).textContent());
  const apart = await trips.longest();
  const near = (told: number, seen: number, what: string) =>
    assert.ok(
      Math.abs(told - seen) <= TOLERANCE_MS + apart,
      `${what}: the page tells ${told} ms, the caller saw ${seen} ms, and the way there and back took ${apart} ms at most`,
    );
  near(await cell(1, "First prompt"), seen(/^prompt/, 1), "welcome");
  near(await cell(2, "Speech starts"), seen("START_OF_INPUT"), "START_OF_INPUT");
  near(await cell(2, "END_OF_INPUT"), seen("END_OF_INPUT"), "END_OF_INPUT");
  near(await cell(2, "First prompt"), seen(/^prompt/, 2), "answer");
  const keys = Number(await page.locator("[data-turn-row]", { hasText: "keys" }).getAttribute("data-turn-row"));
  near(await cell(keys, "Agent asked"), seen(/^keys/), "keys");
  near(await cell(keys, "FINAL"), seen(/^TRANSFER_TO_AGENT/), "transfer");

  // The bars say the same as the table: where END_OF_INPUT is, the count begins.
  await page.locator('summary[data-turn="2"]').click();
  const steps = await page.locator("details[open] .steps").innerText();
  const told = (label: string) =>
    Number(new RegExp(`([\\d\\u202f]+) ms\\s+${label}`).exec(steps)![1]!.replaceAll("\u202f", ""));
  assert.equal(told("END_OF_INPUT sent"), await cell(2, "END_OF_INPUT"));
  assert.equal(told("first prompt sent"), await cell(2, "First prompt"));
  await caller[Symbol.asyncDispose]();
});

/**
 * What the two ends of a call may differ by, in ms, besides the way there and back: the caller hears of everything later
 * than the gateway tells of it, on a busy machine by much.
 */
const TOLERANCE_MS = 5;

function at(caller: Caller, what: string | RegExp, rpc?: number): number {
  return caller.timeline.find((entry) =>
    (rpc === undefined || entry.rpc === rpc) &&
    (typeof what === "string" ? entry.what === what : what.test(entry.what))
  )!.atMs;
}

browserTest("what comes from outside stays text, in one piece and in reading order", async (open) => {
  await using memory = await remembering();
  await using house = await TestGateway.open(memory.yaml);
  const hostile = [
    `</script><script>alert(1)</script>`,
    `<img src=x onerror="alert(1)">`,
    "a\u202eb\n",
    "x".repeat(200),
  ];
  for (const id of hostile) await shortCall(house, id, ECHO, id);
  const { page } = await open();
  for (const path of ["/", "/calls", ...hostile.map((id) => `/calls/${encodeURIComponent(id)}`)]) {
    await page.goto(house.url + path);
    await page.waitForSelector("h1");
    const text = await page.locator("main").innerText();
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(text, /[\u202e\u0000-\u0008]/, path.slice(0, 60));
    assert.ok(text.length < 20_000, `${text.length} characters`);
    assert.equal(await page.locator("main img, main script").count(), 0);
  }
});
