import { strict as assert } from "node:assert";
import { RoutedHouse } from "../tests/routed_house.ts";

/** The text of each cell of the table under a title, row by row. */
function table(page: string, title: string): string[][] {
  const section = page.split("<section").find((part) => part.includes(`>${title}</h2>`)) ?? "";
  return [...section.matchAll(/<tr>(.*?)<\/tr>/gs)].slice(1).map(([, row]) =>
    [...row!.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell]) => cell!.replaceAll(/<[^>]+>/g, ""))
  );
}

function number(page: string, term: string): string {
  return new RegExp(`<dt>${term}</dt><dd[^>]*>(.*?)</dd>`).exec(page)![1]!.replaceAll(/<[^>]+>/g, "").trim();
}

Deno.test("the page shows live and finished calls, the newest finished first", async () => {
  await using house = await RoutedHouse.open();
  await house.press(await house.call("asks"), "0");
  const live = await house.call("live");
  house.clock.advance(65_000);
  (await house.call("leaves")).hangUp("caller");
  await house.press(live, "1");
  await house.finished(2);
  const page = await house.page();
  assert.deepEqual(table(page, "Live calls"), [["live", "Test: one", "org-1", "1m 5s ago", "2"]]);
  assert.deepEqual(table(page, "Last calls"), [
    ["leaves", "Test: one", "0s ago", "0s", "caller hung up", "caller"],
    ["asks", "Test: one", "1m 5s ago", "0s", "handed to a human", "caller asked"],
  ]);
  assert.deepEqual(table(page, "Agents"), [["Test: one", "one", "test", "ready"]]);
  assert.match(page, /title="2026-01-02T03:04:05.678Z \(UTC\)"/);
});

Deno.test("the page counts how calls ended, and tells failures apart", async () => {
  await using house = await RoutedHouse.open();
  await house.press(await house.call("asks"), "0");
  await house.press(await house.call("breaks"), "*");
  (await house.call("leaves")).hangUp("caller");
  await house.call("live");
  await house.finished(3);
  const page = await house.page();
  const terms = ["Live calls", "Calls since start", "Handed to a human", "Caller hung up", "Agent failed"];
  assert.deepEqual(terms.map((term) => number(page, term)), ["1 of 100", "4", "1", "1", "1"]);
  assert.equal(table(page, "Last calls")[1]![4], "agent failed, handed to a human");
  assert.doesNotMatch(page, /vendor is down/);
});

Deno.test("of many live calls the page shows the hundred oldest, and says so", async () => {
  await using house = await RoutedHouse.open({ maxCalls: 1000 });
  for (let at = 1; at <= 101; at++) await house.call(`call-${at}`);
  const page = await house.page();
  const shown = table(page, "Live calls").map(([id]) => id);
  assert.deepEqual([shown.length, shown[0], shown.at(-1)], [100, "call-1", "call-100"]);
  assert.match(page, /The 100 oldest of 101/);
});

Deno.test("an empty page says what to do", async () => {
  await using quiet = await RoutedHouse.open();
  assert.match(await quiet.page(), /<code>deno task call<\/code>/);
  await using elsewhere = await RoutedHouse.open({
    house: { grpc: { host: "0.0.0.0", port: 6000, connections: () => 0, counters: {} } },
  });
  assert.match(await elsewhere.page(), /<code>deno task call --target 127\.0\.0\.1:6000<\/code>/);
});

Deno.test("a connector without agents is listed with what went wrong", async () => {
  await using house = await RoutedHouse.open({ agents: () => Promise.reject(new TypeError("password")) });
  const page = await house.page();
  assert.deepEqual(table(page, "Agents"), [["–", "–", "test", "TypeError"]]);
  assert.match(page, /<strong>not serving<\/strong> no agent is on offer/);
  assert.doesNotMatch(page, /password/);
});

Deno.test("warnings of the configuration are shown, as text", async () => {
  await using house = await RoutedHouse.open({ house: { warnings: ["<b>open</b> to all"] } });
  assert.match(await house.page(), /<li>&lt;b>open&lt;\/b> to all<\/li>/);
});

Deno.test("hostile ids stay text, in one piece and in reading order", async () => {
  await using house = await RoutedHouse.open();
  const ids = [
    `</td><script>alert(1)</script>`,
    `" onmouseover="x`,
    "__proto__",
    "a\u0000\u202eb\n",
    "x".repeat(10_240),
  ];
  for (const id of ids) await house.press(await house.call(id, id), "0");
  for (const id of ids) await house.call(id, id);
  await house.finished(ids.length);
  const page = await house.page();
  assert.doesNotMatch(page, /<script|<\/td><s|" onmouseover/);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(page, /[\u0000-\u001f\u202e]/);
  assert.match(page, /a\\u\{0\}\\u\{202e\}b\\u\{a\}/);
  assert.ok(page.length < 20_000, `${page.length} characters`);
  assert.equal(table(page, "Live calls")[2]![0], "__proto__");
});

Deno.test("the page renews itself every five seconds, more rarely or never, as the visitor likes", async () => {
  await using house = await RoutedHouse.open();
  const renewal = async (path: string) => / http-equiv="refresh" content="([^"]*)"/.exec(await house.page(path))?.[1];
  assert.equal(await renewal("/"), "5");
  assert.equal(await renewal("/?refresh=30"), "30");
  assert.equal(await renewal("/?refresh=off"), undefined);
  assert.equal(await renewal("/?refresh=0"), "2");
  assert.equal(await renewal("/?refresh=9999"), "3600");
  for (const odd of ["", "-1", "1e9", "5;url=//attacker.example", "99999", "__proto__"]) {
    assert.equal(await renewal(`/?refresh=${encodeURIComponent(odd)}`), "5", odd);
  }
  assert.match(await house.page(), /href="\/\?refresh=off">Pause</);
  assert.match(await house.page("/?refresh=off"), /Paused at 03:04:05 UTC/);
});

Deno.test("the page has no script, no inline style and nothing from elsewhere", async () => {
  await using house = await RoutedHouse.open();
  await house.call("one");
  assert.doesNotMatch(await house.page(), /<script|style=|<style|https?:\/\/| on[a-z]+=/);
});

Deno.test("every text of the page has a contrast of at least 4.5 in both themes (WCAG 2.2, 1.4.3)", async () => {
  await using house = await RoutedHouse.open();
  const css = await house.page("/page.css");
  for (const [, theme] of css.matchAll(/:root \{([^}]*)\}/g)) {
    const colors = new Map([...theme!.matchAll(/--(\w+): (#\w+)/g)].map(([, name, color]) => [name!, color!]));
    for (const text of ["ink", "quiet", "good", "warn", "bad", "link"]) {
      for (const ground of ["paper", "panel"]) {
        const ratio = contrast(colors.get(text)!, colors.get(ground)!);
        assert.ok(ratio >= 4.5, `${text} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
  }
});

/** Contrast ratio of two colors as #rgb or #rrggbb (WCAG 2.2, "contrast ratio" and "relative luminance"). */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(color: string): number {
  const digits = color.slice(1);
  const [r, g, b] = [0, 1, 2].map((at) => {
    const channel = digits.length === 3 ? digits[at]!.repeat(2) : digits.slice(2 * at, 2 * at + 2);
    const value = parseInt(channel, 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
