import { strict as assert } from "node:assert";
import type { Page } from "playwright-core";
import { TestGateway } from "../gateway_harness.ts";
import { cheapHash, PASSWORD } from "../login/users.ts";
import { browserTest, remembering, seriousFindings, visit } from "./browser.ts";

/** vera may look, otto may act. */
const USERS = `
authentication:
  enabled: true
  session: { secret_key: "a secret of the test that is long enough" }
  users:
    - { name: vera, role: viewer, password_hash: "${cheapHash(PASSWORD)}" }
    - { name: otto, role: operator, password_hash: "${cheapHash(PASSWORD)}" }
`;

async function logIn(page: Page, name: string, password = PASSWORD): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

/** What the browser itself says of answers that refuse, which here are wanted. */
function expectRefusals(complaints: string[]): void {
  for (const complaint of complaints.splice(0)) assert.match(complaint, /the server responded with a status of 40[13]/);
}

browserTest(
  "who is not logged in is asked to be, told what was wrong, brought to the page that was asked for, and can leave",
  async (open) => {
    await using memory = await remembering();
    await using house = await TestGateway.open(`${memory.yaml}\n${USERS}`);
    for (
      const { width, colorScheme } of [{ width: 1440, colorScheme: "light" }, {
        width: 390,
        colorScheme: "dark",
      }] as const
    ) {
      const { page, complaints } = await open({ viewport: { width, height: 844 }, colorScheme });
      await page.goto(`${house.url}/calls?state=live`);
      await page.waitForURL(/\/login\?next=/);
      assert.deepEqual(await seriousFindings(page), []);
      await logIn(page, "otto", "a wrong password");
      await page.getByRole("alert").getByText("the name or the password is not right").waitFor();
      assert.equal(await page.getByLabel("Name").inputValue(), "otto");
      assert.deepEqual(await seriousFindings(page), []);
      expectRefusals(complaints);
      await logIn(page, "otto");
      await page.waitForURL(`${house.url}/calls?state=live`);
      await page.waitForSelector('[data-line="live"]');
      if (width === 390) await page.getByText("Menu").click();
      await page.getByText("otto operator").locator("visible=true").waitFor();
      await page.getByRole("button", { name: "Log out" }).click();
      await page.getByText("You are logged out.").waitFor();
      await page.goto(`${house.url}/agents`);
      await page.waitForURL(/\/login\?next=%2Fagents/);
    }
  },
);

browserTest("a viewer sees no button that acts and is refused without one; an operator ends the call", async (open) => {
  await using memory = await remembering();
  await using house = await TestGateway.open(`${memory.yaml}\n${USERS}`);
  const call = house.call({ conversationId: "watched", virtualAgentId: "Echo: Echo" });
  await call.start();
  const viewer = await open();
  await viewer.page.goto(`${house.url}/calls/watched`);
  await logIn(viewer.page, "vera");
  await viewer.page.locator("h1 + .badge", { hasText: "live" }).waitFor();
  await viewer.page.waitForSelector('[data-line="live"]');
  assert.equal(await viewer.page.getByRole("button", { name: /^(End|Transfer) call$/ }).count(), 0);
  const refused = await viewer.page.evaluate(async () => {
    const { csrf } = await (await fetch("/api/me")).json();
    const headers = { "X-CSRF-Token": csrf };
    const answer = await fetch("/api/calls/watched/end?org=org-1", { method: "POST", headers });
    return { status: answer.status, ...await answer.json() };
  });
  assert.deepEqual([refused.status, refused.code], [403, "LOGIN-ROLE"]);
  await visit(viewer.page, `${house.url}/agents`);
  assert.equal(await viewer.page.getByRole("button", { name: "Look for agents" }).count(), 0);
  await visit(viewer.page, `${house.url}/phone`);
  await viewer.page.getByText("an operator is needed to make a test call").waitFor();
  assert.equal(await viewer.page.getByRole("button", { name: "Call", exact: true }).isDisabled(), true);
  expectRefusals(viewer.complaints);

  const { page } = await open();
  await page.goto(`${house.url}/calls/watched`);
  await logIn(page, "otto");
  await page.getByRole("button", { name: "End call" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End call" }).click();
  await page.locator("h1 + .badge", { hasText: "ended from the dashboard" }).waitFor();
  await visit(page, `${house.url}/alerts`);
  await page.getByRole("region", { name: "Who did what" }).first().getByText("/api/calls/watched/end").waitFor();
});

browserTest("a page that is open when the session ends leads to the login, and back to itself", async (open) => {
  await using memory = await remembering();
  await using house = await TestGateway.open(`${memory.yaml}\n${USERS}`);
  const { page, complaints } = await open();
  await page.goto(`${house.url}/logs?level=warn`);
  await logIn(page, "vera");
  await page.waitForSelector('[data-line="live"]');
  const other = await page.context().newPage();
  await visit(other, house.url);
  await other.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL(/\/login\?next=%2Flogs%3Flevel%3Dwarn/);
  expectRefusals(complaints);
  await logIn(page, "vera");
  await page.waitForURL(`${house.url}/logs?level=warn`);
});
