import { strict as assert } from "node:assert";
import { alertsConfig } from "../src/alerts/config.ts";
import { SUBJECTS } from "../src/alerts/rule.ts";
import { type AlertRule, brokenWhen, leftToDefault } from "./alert_rule.ts";

/** A rule as the configuration makes it. */
function rule(written: Record<string, unknown>): AlertRule {
  return alertsConfig.parse({ rules: [{ name: "one", ...written }] }).rules[0]!;
}

Deno.test("each kind of rule says when it is broken, with its own numbers", () => {
  for (
    const [written, words] of [
      [
        { watches: "failure_rate" },
        "more than 10 % of the calls (5 or more) that ended in the last 15 minutes failed",
      ],
      [
        { watches: "failure_rate", threshold: 0.025, window_minutes: 1, min_calls: 1, connector: "lex" },
        "more than 2.5 % of the calls that ended in the last minute failed (connector lex)",
      ],
      [
        { watches: "latency" },
        "one caller in twenty waited longer than 3.00 s for an answer in the last 15 minutes (5 calls or more)",
      ],
      [{ watches: "no_calls", window_minutes: 60 }, "no call came in the last 60 minutes and none is live"],
      [{ watches: "live_calls_above" }, "more than 1000 calls are live"],
      [{ watches: "live_calls_below" }, "fewer than 1 call is live"],
      [{ watches: "connector_down" }, "a connector cannot say which agents it has"],
      [{ watches: "registration_expires" }, "less than 30 minutes are left of the registration with Webex"],
      [{ watches: "certificate_expires" }, "less than 14 days are left of a port's certificate"],
      [{ watches: "store_degraded" }, "the store cannot keep what happens"],
    ] as const
  ) assert.equal(brokenWhen(rule(written)), words);
});

Deno.test("no kind of rule is without words", () => {
  for (const watches of SUBJECTS) assert.notEqual(brokenWhen(rule({ watches })), watches.replaceAll("_", " "));
});

Deno.test("what nobody has set is named, as far as it counts for the rule", () => {
  const set = { name: "house.yaml:3", watches: "house.yaml:3", threshold: "house.yaml:4", severity: "house.yaml:5" };
  assert.deepEqual(leftToDefault(rule({ watches: "live_calls_above" }), set), [
    "for_seconds",
    "resolve_seconds",
    "quiet_minutes",
  ]);
  assert.equal(leftToDefault(rule({ watches: "latency" }), {}).includes("min_calls"), true);
});
