import type { Clock } from "../lib/clock.ts";
import { type Check, fail, messageOf, pass, skipped, warn } from "./check.ts";

/** Tokens are taken up to 30 s before and after their time; half of that is already a reason to look. In ms. */
const MOST_MS = 30_000;
const MUCH_MS = 15_000;

/** Whether this machine's clock agrees with the `Date` (RFC 9110 section 6.6.1) of the first of `urls` that answers. */
export function clockCheck(
  urls: readonly string[],
  { fetch, clock }: { readonly fetch: typeof globalThis.fetch; readonly clock: Clock },
): Check {
  const ask = async (url: string, signal: AbortSignal) => {
    const response = await fetch.call(globalThis, url, { method: "HEAD", redirect: "manual", signal });
    await response.body?.cancel();
    const there = Date.parse(response.headers.get("date") ?? "");
    if (Number.isNaN(there)) throw new Error(`${url} sends no Date`);
    return there;
  };
  return {
    title: "clock",
    async run(signal) {
      const problems: string[] = [];
      for (const url of urls) {
        const before = clock.date();
        const there = await ask(url, signal).catch((error) => void problems.push(messageOf(error)));
        if (there === undefined) continue;
        // A Date is cut to whole seconds, and was written somewhere between asking and hearing.
        const off = Math.round((before + clock.date()) / 2 - there - 500);
        const said = `${Math.abs(off / 1000).toFixed(1)} s ${off > 0 ? "ahead of" : "behind"} ${new URL(url).host}`;
        const remedy = "let the machine set its clock: timedatectl set-ntp true, or chrony";
        if (Math.abs(off) > MOST_MS) return [fail("CLOCK-SKEW", `${said}: valid tokens are refused`, remedy)];
        if (Math.abs(off) > MUCH_MS) return [warn("CLOCK-SKEW", said, remedy)];
        return [pass(said)];
      }
      if (urls.length === 0) return [skipped("nothing to compare it with: no issuer and no data source is configured")];
      return [
        warn(
          "CLOCK-UNKNOWN",
          `nobody says what time it is: ${problems[0]}`,
          "let this machine reach one of its issuers",
        ),
      ];
    },
  };
}
