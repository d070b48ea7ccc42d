import { strict as assert } from "node:assert";
import { pages } from "../islands/mod.ts";
import { RoutedHouse } from "../tests/routed_house.ts";

Deno.test("every page of the list has its path and a place in the navigation", async () => {
  using house = await RoutedHouse.open();
  for (const { path, nav } of Object.values(pages)) {
    const page = await house.page(path.replace(/:\w+/, "one"));
    assert.match(page, /^<!doctype html><html lang="en">/, path);
    if (nav) assert.match(page, new RegExp(`<a href="${path}" aria-current="page">${nav.label}</a>`));
  }
});

Deno.test("a page has no script or style of its own in it, and nothing from elsewhere", async () => {
  using house = await RoutedHouse.open();
  await house.call("one");
  for (const { path } of Object.values(pages)) {
    const page = (await house.page(path.replace(/:\w+/, "one"))).replace(
      /<script type="application\/json".*?<\/script>/,
      "",
    );
    assert.doesNotMatch(page, /<script(?! src="\/assets)|style=|<style|https?:\/\/| on[a-z]+=/, path);
  }
});

Deno.test("the head of a page tells how the gateway is, and why", async () => {
  using house = await RoutedHouse.open({ agents: () => Promise.reject(new TypeError("password")) });
  const page = await house.page();
  assert.match(page, /title="no agent is on offer" role="status"><strong>not serving<\/strong><span>0 live</);
  assert.doesNotMatch(page, /password/);
});

Deno.test("the command that makes a call names the port where calls are taken", async () => {
  const command = async (host: string, port: number) => {
    using house = await RoutedHouse.open({ house: { grpc: { host, port, connections: () => 0, counters: {} } } });
    return /"call_command":"(.*?)"/.exec(await house.page())![1];
  };
  assert.equal(await command("127.0.0.1", 50051), "deno task call");
  assert.equal(await command("0.0.0.0", 6000), "deno task call --target 127.0.0.1:6000");
});

Deno.test("every text has a contrast of at least 4.5 in both themes (WCAG 2.2, 1.4.3)", async () => {
  const css = await Deno.readTextFile(new URL("../islands/style/tokens.css", import.meta.url));
  const pairs = [...css.matchAll(/--([\w-]+): light-dark\((#\w+), (#\w+)\)/g)];
  for (const theme of [2, 3]) {
    const colors = new Map(pairs.map((pair) => [pair[1]!, pair[theme]!]));
    const check = (text: string, ground: string) => {
      const ratio = contrast(colors.get(text)!, colors.get(ground)!);
      assert.ok(ratio >= 4.5, `${text} on ${ground}: ${ratio.toFixed(2)}`);
    };
    for (const text of ["ink", "quiet", "accent", "good", "warn", "bad"]) {
      for (const ground of ["paper", "panel", "sunk"]) check(text, ground);
    }
    check("on-accent", "accent");
    for (const text of ["accent", "good", "warn", "bad"]) check(text, `${text}-soft`);
  }
});

/** Contrast ratio of two colors as #rrggbb (WCAG 2.2, "contrast ratio" and "relative luminance"). */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
