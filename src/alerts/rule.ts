/** What a rule watches. */
export const SUBJECTS = [
  "failure_rate",
  "latency",
  "no_calls",
  "live_calls_above",
  "live_calls_below",
  "connector_down",
  "registration_expires",
  "certificate_expires",
  "store_degraded",
] as const;

export type Subject = typeof SUBJECTS[number];

/** When to raise an alert, and what then. Times in ms. */
export interface Rule {
  /** Unique among the rules. */
  readonly name: string;
  readonly watches: Subject;
  /** In the unit of what is watched: a share of 0 to 1, ms, calls, or ms that are left. */
  readonly threshold: number;
  /** How far back calls count. */
  readonly windowMs: number;
  /** Calls that must have ended in the window for a share of them, or a percentile, to mean anything. */
  readonly minCalls: number;
  /** Only calls of this connector, or this connector; "" for all. */
  readonly connector: string;
  /** How long it must hold before the alert fires. */
  readonly forMs: number;
  /** How long it must not hold before the alert is resolved. */
  readonly resolveMs: number;
  /** How long after it was sent an alert of the same kind is shown, but not sent again. */
  readonly quietMs: number;
  readonly severity: Severity;
}

export type Severity = "warning" | "critical";

/** How calls went in a span of time. */
export interface CallNumbers {
  readonly started: number;
  readonly ended: number;
  readonly failed: number;
  readonly p95Ms: number | undefined;
}

/** What rules are held against, looked up when they are. Times in ms since 1970. */
export interface Readings {
  /** When the gateway started: silence from before is not its own. */
  readonly startedAt: number;
  /** Rejects while nobody can say. */
  readonly numbers: (
    query: { readonly from: number; readonly to: number; readonly connector?: string },
  ) => Promise<CallNumbers>;
  readonly liveCalls: (connector: string) => number;
  readonly connectors: () => readonly { readonly id: string; readonly failure?: string | undefined }[];
  /** When the token of the registration with Webex ends; undefined without a registration. */
  readonly registrationEnds: () => number | undefined;
  readonly certificates: () => readonly { readonly on: string; readonly until: number }[];
  /** What is wrong with the store; "" for nothing. */
  readonly storeTrouble: () => string;
}

/** A rule that does not hold now, for one thing that it watches. */
export interface Breach {
  /** Which connector, port or the like; "" where there is but one. */
  readonly about: string;
  readonly value: number | undefined;
  /** What is wrong, as a sentence without a full stop. */
  readonly message: string;
}

/** Holds a rule against the readings of the moment. Rejects where that cannot be told, which means neither yes nor no. */
export async function breaches(rule: Rule, readings: Readings, now: number): Promise<readonly Breach[]> {
  return await WATCH[rule.watches](rule, readings, now);
}

type Watch = (rule: Rule, readings: Readings, now: number) => readonly Breach[] | Promise<readonly Breach[]>;

const WATCH: { readonly [S in Subject]: Watch } = {
  async failure_rate(rule, readings, now) {
    const { ended, failed } = await inWindow(rule, readings, now);
    const share = ended === 0 ? 0 : failed / ended;
    if (ended < rule.minCalls || share <= rule.threshold) return [];
    return [
      whole(
        share,
        `${percent(share)} of the calls of the last ${minutes(rule.windowMs)} failed: ${failed} of ${ended}`,
      ),
    ];
  },
  async latency(rule, readings, now) {
    const { ended, p95Ms } = await inWindow(rule, readings, now);
    if (p95Ms === undefined || ended < rule.minCalls || p95Ms <= rule.threshold) return [];
    return [whole(p95Ms, `one caller in twenty waited ${Math.round(p95Ms)} ms or longer for an answer`)];
  },
  async no_calls(rule, readings, now) {
    if (readings.liveCalls(rule.connector) > 0 || now - readings.startedAt < rule.windowMs) return [];
    const { started } = await inWindow(rule, readings, now);
    return started > 0 ? [] : [whole(0, `no call came in the last ${minutes(rule.windowMs)}`)];
  },
  live_calls_above(rule, { liveCalls }) {
    const live = liveCalls(rule.connector);
    return live > rule.threshold ? [whole(live, `${counted(live)} live, more than ${rule.threshold}`)] : [];
  },
  live_calls_below(rule, { liveCalls }) {
    const live = liveCalls(rule.connector);
    return live < rule.threshold ? [whole(live, `${counted(live)} live, fewer than ${rule.threshold}`)] : [];
  },
  connector_down({ connector }, { connectors }) {
    return connectors().flatMap(({ id, failure }) => {
      if (failure === undefined || (connector !== "" && connector !== id)) return [];
      return [{ about: id, value: undefined, message: `connector ${id} fails: ${failure}` }];
    });
  },
  registration_expires({ threshold }, { registrationEnds }, now) {
    const ends = registrationEnds();
    if (ends === undefined || ends - now >= threshold) return [];
    return [whole(ends - now, `the registration with Webex ${ending(ends, now)}`)];
  },
  certificate_expires({ threshold }, { certificates }, now) {
    return certificates().flatMap(({ on, until }) => {
      if (until - now >= threshold) return [];
      return [{ about: on, value: until - now, message: `the certificate of the ${on} port ${ending(until, now)}` }];
    });
  },
  store_degraded(_rule, { storeTrouble }) {
    const trouble = storeTrouble();
    return trouble === "" ? [] : [whole(undefined, `the store is degraded: ${trouble}`)];
  },
};

function inWindow({ windowMs, connector }: Rule, { numbers }: Readings, now: number): Promise<CallNumbers> {
  return numbers({ from: now - windowMs, to: now, ...(connector === "" ? {} : { connector }) });
}

function whole(value: number | undefined, message: string): Breach {
  return { about: "", value, message };
}

function ending(at: number, now: number): string {
  const iso = new Date(at).toISOString();
  return at <= now ? `ended at ${iso}` : `ends at ${iso}, ${Math.floor((at - now) / 60_000)} minutes from now`;
}

function counted(calls: number): string {
  return calls === 1 ? "1 call is" : `${calls} calls are`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function minutes(ms: number): string {
  const count = Math.round(ms / 60_000);
  return count === 1 ? "minute" : `${count} minutes`;
}
