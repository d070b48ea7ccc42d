import { strict as assert } from "node:assert";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";

/** Whether there is a browser to test with. */
const installed = await Deno.stat(CHROMIUM).then(() => true, () => false);
const lacks = installed ? "" : " (not installed: apt-get install chromium)";

/** A page as somebody has it open; what its console complains of and what its policy refuses is remembered. */
export interface OpenPage {
  readonly page: Page;
  readonly complaints: string[];
}

/**
 * A test in a real browser; ignored where there is none. At its end no page may have complained of anything. `args`:
 * further arguments of the browser's.
 */
export function browserTest(
  name: string,
  act: (open: OpenFunction) => Promise<void>,
  args: readonly string[] = [],
): void {
  Deno.test({
    name: `browser: ${name}${lacks}`,
    ignore: !installed,
    // The browser's process and its pipes end a moment after it was told to.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", ...args] });
      const opened: OpenPage[] = [];
      try {
        await act(async (options) => {
          const open = await openPage(browser, options);
          opened.push(open);
          return open;
        });
        assert.deepEqual(opened.flatMap(({ complaints }) => complaints), []);
      } finally {
        await browser.close();
      }
    },
  });
}

export type OpenFunction = (options?: BrowserContextOptions) => Promise<OpenPage>;

async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    timezoneId: "Europe/Berlin",
    ...options,
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // A page may ask once more while its gateway is already gone.
    if (/net::ERR_CONNECTION_(RESET|REFUSED)/.test(message.text())) return;
    if (message.type() === "error" || message.type() === "warning") {
      complaints.push(`${message.text()} ${message.location().url}`);
    }
  });
  return { page, complaints };
}

/** The configuration of a gateway that remembers, in a folder that is gone with this. */
export async function remembering(): Promise<{ readonly yaml: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  return {
    yaml: `store: { file: "${folder}/gateway.db" }`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Goes to a page and waits until the browser has taken it over and hears of what happens. */
export async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForSelector('[data-line="live"]');
}

/** What axe finds wrong with a page, as far as it is serious: each rule with the first places. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any -- put there by the line before
    const { violations } = await (globalThis as any).axe.run(document, { resultTypes: ["violations"] });
    return violations as { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
  });
  return found.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) =>
    `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`
  );
}
