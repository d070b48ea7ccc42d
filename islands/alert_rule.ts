import { showMs } from "./Time.tsx";

/** A rule as the configuration has it, in the units of the file: shares, ms, calls, minutes, days. */
export interface AlertRule {
  readonly name: string;
  readonly watches: string;
  readonly threshold: number;
  readonly window_minutes: number;
  readonly min_calls: number;
  readonly connector: string;
  readonly for_seconds: number;
  readonly resolve_seconds: number;
  readonly quiet_minutes: number;
  readonly severity: string;
}

/** What each kind of rule goes by beside its times. */
const GOES_BY: Readonly<Record<string, readonly (keyof AlertRule)[]>> = {
  failure_rate: ["threshold", "window_minutes", "min_calls"],
  latency: ["threshold", "window_minutes", "min_calls"],
  no_calls: ["window_minutes"],
  live_calls_above: ["threshold"],
  live_calls_below: ["threshold"],
  registration_expires: ["threshold"],
  certificate_expires: ["threshold"],
};
const TIMES = ["for_seconds", "resolve_seconds", "quiet_minutes", "severity"] as const;

/** When a rule is broken, as a clause: the words of docs/alerts.md with its own numbers. */
export function brokenWhen({ watches, threshold, connector, ...rule }: AlertRule): string {
  const window = rule.window_minutes === 1 ? "minute" : `${rule.window_minutes} minutes`;
  const enough = rule.min_calls > 1 ? ` (${rule.min_calls} or more)` : "";
  const own = connector === "" ? "" : ` (connector ${connector})`;
  switch (watches) {
    case "failure_rate":
      return `more than ${
        round(threshold * 100)
      } % of the calls${enough} that ended in the last ${window} failed${own}`;
    case "latency":
      return `one caller in twenty waited longer than ${showMs(threshold)} for an answer in the last ${window}` +
        `${rule.min_calls > 1 ? ` (${rule.min_calls} calls or more)` : ""}${own}`;
    case "no_calls":
      return `no call came in the last ${window} and none is live${own}`;
    case "live_calls_above":
      return `more than ${counted(threshold, "call")} live${own}`;
    case "live_calls_below":
      return `fewer than ${counted(threshold, "call")} live${own}`;
    case "connector_down":
      return `${connector === "" ? "a connector" : `connector ${connector}`} cannot say which agents it has`;
    case "registration_expires":
      return `less than ${round(threshold)} minutes are left of the registration with Webex`;
    case "certificate_expires":
      return `less than ${round(threshold)} days are left of a port's certificate`;
    case "store_degraded":
      return "the store cannot keep what happens";
    default:
      return watches.replaceAll("_", " ");
  }
}

/** The keys of a rule that count and that nobody has set. `set`: those that somebody has. */
export function leftToDefault({ watches }: AlertRule, set: Readonly<Record<string, string>>): readonly string[] {
  return [...GOES_BY[watches] ?? [], ...TIMES].filter((key) => !Object.hasOwn(set, key));
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what} is` : `${round(count)} ${what}s are`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
