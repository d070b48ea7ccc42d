import * as z from "zod";
import { flag, number, oneOf, text, whole } from "../lib/scalars.ts";
import { secret } from "../lib/secret.ts";
import { type Rule, type Subject, SUBJECTS } from "./rule.ts";
import type { WebhookOptions } from "./webhook.ts";

const NAME = "expected a name of letters, digits, - and _";
const ADDRESS = "expected an http or https address";

/** What a threshold is when a rule does not say, in the unit of the file: a share, ms, calls, minutes or days. */
const THRESHOLDS: { readonly [S in Subject]: number } = {
  failure_rate: 0.1,
  latency: 3000,
  no_calls: 0,
  live_calls_above: 1000,
  live_calls_below: 1,
  connector_down: 0,
  registration_expires: 30,
  certificate_expires: 14,
  store_degraded: 0,
};
/** Milliseconds in the unit of a threshold that is a time left. */
const UNITS: { readonly [S in Subject]?: number } = { registration_expires: 60_000, certificate_expires: 86_400_000 };

const rule = z.strictObject({
  name: z.string(NAME).regex(/^[\w-]{1,60}$/, NAME),
  watches: oneOf(SUBJECTS),
  threshold: number(0, 1e9).optional(),
  window_minutes: number(1, 10_080).default(15),
  min_calls: whole(0, 1_000_000).default(5),
  connector: text().default(""),
  for_seconds: number(0, 86_400).default(60),
  resolve_seconds: number(0, 86_400).default(120),
  quiet_minutes: number(0, 10_080).default(30),
  severity: oneOf(["warning", "critical"]).default("warning"),
}).transform(({ name, watches, threshold = THRESHOLDS[watches], ...rest }) => ({ name, watches, threshold, ...rest }));

/** The rules that hold when the file names none. */
const USUAL = [
  { name: "calls_fail", watches: "failure_rate", severity: "critical" },
  { name: "answers_are_slow", watches: "latency" },
  { name: "connector_down", watches: "connector_down", severity: "critical" },
  { name: "registration_expires", watches: "registration_expires", severity: "critical", for_seconds: 0 },
  { name: "certificate_expires", watches: "certificate_expires", for_seconds: 0 },
  { name: "store_degraded", watches: "store_degraded" },
] as const;

/** The `alerts` section, as it is written. */
export const alertsConfig = z.strictObject({
  enabled: flag().default(true),
  interval_seconds: number(1, 3600).default(10),
  rules: z.array(rule).max(100).refine(
    (rules) => new Set(rules.map(({ name }) => name)).size === rules.length,
    "expected a different name for each rule",
  ).prefault(() => USUAL.map((each) => ({ ...each }))),
  webhook: z.strictObject({
    url: secret("ALERT_WEBHOOK_URL").prefault(""),
    secret: secret("ALERT_WEBHOOK_SECRET").prefault(""),
    timeout_seconds: number(0.1, 60).default(5),
    attempts: whole(1, 20).default(6),
  }).superRefine(({ url }, context) => {
    if (url.empty || isAddress(url.reveal())) return;
    context.addIssue({ code: "custom", path: ["url"], message: ADDRESS });
  }).prefault({}),
});

/** What the gateway goes by. */
export interface AlertOptions {
  readonly enabled: boolean;
  readonly everyMs: number;
  readonly rules: readonly Rule[];
  /** Undefined for nobody to tell. */
  readonly webhook: WebhookOptions | undefined;
}

/** Turns the section into options. */
export function readAlerts({ enabled, interval_seconds, rules, webhook }: z.output<typeof alertsConfig>): AlertOptions {
  return {
    enabled,
    everyMs: interval_seconds * 1000,
    rules: rules.map(({ name, watches, threshold, connector, severity, ...times }) => ({
      name,
      watches,
      threshold: threshold * (UNITS[watches] ?? 1),
      windowMs: times.window_minutes * 60_000,
      minCalls: times.min_calls,
      connector,
      forMs: times.for_seconds * 1000,
      resolveMs: times.resolve_seconds * 1000,
      quietMs: times.quiet_minutes * 60_000,
      severity,
    })),
    webhook: webhook.url.empty ? undefined : {
      url: webhook.url,
      secret: webhook.secret,
      timeoutMs: webhook.timeout_seconds * 1000,
      attempts: webhook.attempts,
    },
  };
}

function isAddress(url: string): boolean {
  return /^https?:$/.test(URL.parse(url)?.protocol ?? "");
}
