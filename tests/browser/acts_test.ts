import { strict as assert } from "node:assert";
import { TestGateway } from "../gateway_harness.ts";
import { speech } from "../speech_samples.ts";
import { browserTest, remembering, visit } from "./browser.ts";

browserTest("an operator ends a call, and transfers another, after having been asked", async (open) => {
  await using memory = await remembering();
  await using house = await TestGateway.open(memory.yaml);
  const { page } = await open();
  for (
    const [id, button, badge] of [
      ["to-end", "End call", "ended from the dashboard"],
      ["to-transfer", "Transfer call", "transferred from the dashboard"],
    ] as const
  ) {
    const call = house.call({ conversationId: id, virtualAgentId: "Echo: Echo" });
    await call.start();
    const stream = call.open();
    stream.speak({ format: { encoding: "mulaw", sampleRate: 8000 }, data: new Uint8Array(160).fill(0xff) });
    await visit(page, `${house.url}/calls/${id}`);
    await page.getByRole("button", { name: button }).click();
    await page.getByRole("button", { name: "Leave it" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await page.locator("h1 + .badge").textContent(), "live");
    await page.getByRole("button", { name: button }).click();
    await page.getByRole("dialog").getByRole("button", { name: button }).click();
    await page.locator("h1 + .badge", { hasText: badge }).waitFor();
    await page.getByRole("button", { name: button }).waitFor({ state: "detached" });
    await stream.finish();
  }
});

browserTest("a recording is seen as a wave, and heard from the place that is clicked", async (open) => {
  await using memory = await remembering();
  const folder = await Deno.makeTempDir();
  try {
    await using house = await TestGateway.open(`${memory.yaml}\nrecordings: { enabled: true, folder: "${folder}" }`);
    const call = house.call({ conversationId: "kept", virtualAgentId: "Echo: Echo" });
    await call.start();
    await call.say(speech("slt_yes"));
    await call.event("SESSION_END");
    const { page } = await open();
    await visit(page, `${house.url}/calls/kept`);
    await page.waitForSelector("path.wave.caller");
    assert.equal(await page.locator("path.wave").count(), 2);
    const audio = page.locator("audio");
    await audio.evaluate((node: HTMLAudioElement) => {
      node.muted = true;
      return node.play();
    });
    await page.locator(".recording svg").click();
    const { duration, at } = await audio.evaluate((node: HTMLAudioElement) => {
      node.pause();
      return { duration: node.duration, at: node.currentTime };
    });
    assert.ok(duration > 0.5 && at >= duration * 0.4, `at ${at} s of ${duration} s`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
