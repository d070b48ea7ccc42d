import { strict as assert } from "node:assert";
import type { Page } from "playwright-core";
import { writeWav } from "../../src/audio/wav.ts";
import { convert } from "../../src/audio/convert.ts";
import { TELEPHONY } from "../../src/audio/format.ts";
import { TestGateway } from "../gateway_harness.ts";
import { join, silence, speech } from "../speech_samples.ts";
import { browserTest, seriousFindings, visit } from "./browser.ts";

const AGENT = "Local Audio: Local Playback";

const folder = await Deno.makeTempDir();
/** What the browser's microphone hears, again and again: a sentence and a pause. */
const spoken = `${folder}/spoken.wav`;
const linear = convert(join(silence(300), speech("slt_person"), silence(2500)), {
  encoding: "linear16",
  sampleRate: TELEPHONY.sampleRate,
});
await Deno.writeFile(spoken, writeWav(linear));
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const MICROPHONE = [
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  `--use-file-for-fake-audio-capture=${spoken}`,
];

async function dial(page: Page, house: TestGateway): Promise<void> {
  await visit(page, `${house.url}/phone?agent=${encodeURIComponent(AGENT)}`);
  await page.getByRole("button", { name: "Call", exact: true }).click();
  await page.getByText("the agent speaks").waitFor();
}

browserTest(
  "the test phone hears a microphone, barges in, shows the turns while they run, and is handed to a human by a key",
  async (open) => {
    await using house = await TestGateway.open(`store: { file: ${folder}/gateway.db }`);
    const { page } = await open({ permissions: ["microphone"] });
    await dial(page, house);
    await page.getByRole("button", { name: "Speak" }).click();
    await page.getByText("END_OF_INPUT").first().waitFor();
    await page.getByText("prompt cut off").waitFor();
    await page.getByRole("heading", { name: "Turns and waits" }).waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.getByRole("button", { name: "Mute" }).click();
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("press the telephone's key").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("5");
    await page.getByText("handed to a human").waitFor();
    await page.getByRole("link", { name: "the call's own page" }).click();
    await page.getByText("caller asked").first().waitFor();
  },
  MICROPHONE,
);

browserTest("the test phone says a recording and a sound file, and hangs up", async (open) => {
  await using house = await TestGateway.open();
  const { page } = await open({ viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  await dial(page, house);
  await page.getByRole("button", { name: "Where is my order" }).click();
  await page.getByText("END_OF_INPUT").first().waitFor();
  await page.getByText("the agent speaks").waitFor();
  await page.locator("#phone-file").setInputFiles(spoken);
  await page.getByText("END_OF_INPUT").nth(1).waitFor();
  assert.deepEqual(await seriousFindings(page), []);
  const [width, inner] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(width! <= inner!, `the page is ${width} px wide`);
  await page.getByRole("button", { name: "Hang up" }).click();
  await page.getByText("hung up", { exact: true }).waitFor();
});

browserTest("the test phone says why it cannot call", async (open) => {
  await using house = await TestGateway.open();
  const { page } = await open();
  await visit(page, `${house.url}/phone`);
  await page.getByText("What Webex says with the call").click();
  await page.getByLabel("Parameters").fill("[1]");
  await page.getByRole("button", { name: "Call", exact: true }).click();
  await page.getByText("The parameters must be a JSON object").waitFor();
});
