import { type Check, fail, type Finding, pass, skipped } from "./check.ts";

/** Whether the address that Webex is told, and every other spelling of it that is configured, are one to the letter. */
export function urlCheck(url: string, others: readonly { readonly where: string; readonly url: string }[]): Check {
  return {
    title: "data source URL",
    run() {
      const given = others.filter((other) => other.url !== "");
      if (url === "" || given.length === 0) return Promise.resolve([skipped("there are no two addresses to compare")]);
      if (!URL.canParse(url)) {
        return Promise.resolve([
          fail("URL-INVALID", `${url} is no URL`, "give scheme, host and port: https://host:443"),
        ]);
      }
      return Promise.resolve(given.map((other) => compare(url, other)));
    },
  };
}

function compare(url: string, other: { readonly where: string; readonly url: string }): Finding {
  if (other.url === url) return pass(`${url}, as ${other.where} says`);
  return fail(
    "URL-DIFFERS",
    `${url}, but ${other.where} says ${other.url}: ${difference(url, other.url)}`,
    "write the same text in both places: every call's token names it, and is compared to the letter",
  );
}

/** Names the part in which two addresses differ: the scheme, the host, the port, the path or a slash. */
export function difference(one: string, two: string): string {
  if (one.replace(/\/+$/, "") === two.replace(/\/+$/, "")) return "they differ by a slash at the end";
  const [a, b] = [URL.parse(one), URL.parse(two)];
  if (!a || !b) return "one of them is no URL";
  if (a.protocol !== b.protocol) return "they differ by the scheme";
  if (a.hostname !== b.hostname) return "they differ by the host";
  const port = (text: string) => /^[a-z]+:\/\/[^/?#]*?:(\d+)(?=[/?#]|$)/i.exec(text)?.[1] ?? "none";
  if (port(one) !== port(two)) return `they differ by the port: ${port(one)} and ${port(two)}`;
  if (a.pathname !== b.pathname) return "they differ by the path";
  return "they differ by a character that means the same to a browser, such as a capital";
}
