import { chromium } from "playwright-core";
const [port, dir, ...paths] = Deno.args;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
for (
  const [name, width, height, scheme] of [["wide_light", 1440, 900, "light"], ["wide_dark", 1440, 900, "dark"], [
    "narrow_dark",
    390,
    844,
    "dark",
  ]] as const
) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    timezoneId: "Europe/Berlin",
  });
  const page = await context.newPage();
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && console.log("console", m.text()));
  page.on("pageerror", (e) => console.log("pageerror", e.message));
  for (const path of paths) {
    await page.goto(`http://127.0.0.1:${port}${path}`);
    await page.waitForTimeout(900);
    await page.screenshot({ path: `${dir}/${name}_${path.replaceAll(/\W+/g, "_").slice(0, 20)}.png`, fullPage: true });
  }
  await context.close();
}
await browser.close();
