import type { AlertFact, ConnectorFact, ErrorFact, Overview, SettingFact, Trend } from "../islands/facts.ts";
import { type Alert, type CallNumbers, type Store, StoreError } from "../src/store/store.ts";
import { errorFact, iso } from "./call_facts.ts";
import { type House, stateOf } from "./house.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How finely trends are told: 60 values of an hour, 96 of a day. */
const STEPS = {
  hour: { stepMs: MINUTE_MS, steps: 60 },
  day: { stepMs: 15 * MINUTE_MS, steps: 96 },
} as const;
const MOST_ERRORS = 10;
/** How long an answer of the store is good for, in ms: many dashboards ask for the same. */
const GOOD_MS = 2000;
/** Answers that are kept: one for each midnight that somebody counts from. */
const MOST_KEPT = 100;

/** What the store tells of the last hour and day; empty where it cannot. */
interface Past {
  readonly hour: CallNumbers;
  readonly trends: { readonly hour: Trend; readonly day: Trend };
  readonly errors: readonly ErrorFact[];
  readonly connectors: ReadonlyMap<string, Pick<Past, "hour" | "errors"> & { readonly trend: Trend }>;
}

const NOTHING: CallNumbers = { started: 0, ended: 0, failed: 0, p50Ms: undefined, p95Ms: undefined };

/** Puts the overview together. What takes the store's time is asked for once in two seconds, whoever asks. */
export class Overviews {
  readonly #kept = new Map<string, { readonly at: number; readonly answer: Promise<unknown> }>();

  constructor(readonly house: House) {}

  /** The whole; `midnight`: since when calls count as today's, in ms since 1970. */
  async overview(midnight: number): Promise<Overview> {
    const { house } = this;
    const [past, today] = await Promise.all([this.#past(), this.#today(midnight)]);
    const now = house.clock.date();
    return {
      version: house.version,
      ...stateOf(house),
      now: iso(now),
      started_at: iso(house.startedAt),
      live_calls: house.switchboard.size,
      calls_today: today,
      ...ratesOf(past.hour),
      latency: latencyOf(past.hour),
      connectors: this.#connectors(past),
      last_errors: past.errors,
      trends: past.trends,
      store: house.store.state(),
      alerts: house.alerts().map(alertFact),
      warnings: house.warnings,
    };
  }

  /** How each connector is. */
  async connectors(): Promise<readonly ConnectorFact[]> {
    return this.#connectors(await this.#past());
  }

  #connectors(past: Past): readonly ConnectorFact[] {
    const { directory, calls, settings } = this.house;
    const live = new Map<string, number>();
    for (const { connector } of calls.live) live.set(connector, (live.get(connector) ?? 0) + 1);
    const agents = directory.list();
    return directory.states().map(({ id, kind, failure }) => {
      const { hour, errors, trend } = past.connectors.get(id)!;
      return {
        id,
        kind,
        agents: agents.filter(({ connector }) => connector.id === id).map((agent) => ({
          id: agent.id,
          name: agent.name,
          default: agent === agents[0],
        })),
        healthy: failure === undefined,
        failure: failure ?? null,
        live_calls: live.get(id) ?? 0,
        calls: hour.started,
        failures: hour.failed,
        ...latencyOf(hour),
        last_failure: errors[0] ?? null,
        trend,
        configuration: blockOf(settings, `connectors.${id}.`),
      };
    });
  }

  #past(): Promise<Past> {
    return this.#keep("past", () => readPast(this.house));
  }

  async #today(midnight: number): Promise<number> {
    const { store, clock, switchboard } = this.house;
    return await this.#keep(`today ${midnight}`, async () => {
      const numbers = await orElse(
        store,
        (store) => store.numbers({ from: midnight, to: clock.date() + 1 }),
        undefined,
      );
      return numbers?.started ?? switchboard.opened;
    });
  }

  #keep<T>(name: string, ask: () => Promise<T>): Promise<T> {
    const now = this.house.clock.now();
    const kept = this.#kept.get(name);
    if (kept && now - kept.at < GOOD_MS) return kept.answer as Promise<T>;
    const answer = ask();
    this.#kept.delete(name);
    this.#kept.set(name, { at: now, answer });
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return answer;
  }
}

async function readPast({ store, directory, clock }: House): Promise<Past> {
  const now = clock.date();
  const span = { from: now - HOUR_MS, to: now + 1 };
  const numbers = (connector?: string) =>
    orElse(store, (store) => store.numbers({ ...span, ...(connector === undefined ? {} : { connector }) }), NOTHING);
  const errors = async (limit: number, connector?: string) => {
    const query = { limit, ...(connector === undefined ? {} : { connector }) };
    return (await orElse(store, (store) => store.errors(query), [])).map(errorFact);
  };
  const trend = async (length: keyof typeof STEPS, connector?: string) => {
    const { stepMs, steps } = STEPS[length];
    const from = (Math.floor(now / stepMs) - steps + 1) * stepMs;
    const query = { from, stepMs, steps, ...(connector === undefined ? {} : { connector }) };
    return trendOf(query, await orElse(store, (store) => store.trend(query), Array(steps).fill(NOTHING)));
  };
  const connectors = directory.states().map(async ({ id }) => {
    const [hour, failures, ownTrend] = await Promise.all([numbers(id), errors(1, id), trend("hour", id)]);
    return [id, { hour, errors: failures, trend: ownTrend }] as const;
  });
  const [hour, lastErrors, ofHour, ofDay, byConnector] = await Promise.all([
    numbers(),
    errors(MOST_ERRORS),
    trend("hour"),
    trend("day"),
    Promise.all(connectors),
  ]);
  return {
    hour,
    trends: { hour: ofHour, day: ofDay },
    errors: lastErrors,
    connectors: new Map(byConnector),
  };
}

/** The settings below a key, by the rest of theirs. */
function blockOf(settings: readonly SettingFact[], above: string): Readonly<Record<string, unknown>> {
  const own = settings.filter(({ key }) => key.startsWith(above));
  return Object.fromEntries(own.map(({ key, value }) => [key.slice(above.length), value]));
}

/** What the store answers, or something else where there is none or it cannot: the overview is told all the same. */
async function orElse<T, E>(store: Store, ask: (store: Store) => Promise<T>, otherwise: E): Promise<T | E> {
  try {
    return await ask(store);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return otherwise;
  }
}

function ratesOf({ ended, failed }: CallNumbers) {
  if (ended === 0) return { answer_rate: null, failure_rate: null };
  return { answer_rate: (ended - failed) / ended, failure_rate: failed / ended };
}

function latencyOf({ p50Ms, p95Ms }: CallNumbers) {
  return { p50_ms: p50Ms ?? null, p95_ms: p95Ms ?? null };
}

function trendOf({ from, stepMs }: { from: number; stepMs: number }, numbers: readonly CallNumbers[]): Trend {
  return {
    from: iso(from),
    step_ms: stepMs,
    calls: numbers.map(({ started }) => started),
    failures: numbers.map(({ failed }) => failed),
    p50_ms: numbers.map(({ p50Ms }) => p50Ms ?? null),
    p95_ms: numbers.map(({ p95Ms }) => p95Ms ?? null),
  };
}

export function alertFact({ value, since, resolvedAt, ...alert }: Alert): AlertFact {
  return {
    ...alert,
    value: value ?? null,
    since: iso(since),
    resolved_at: resolvedAt === undefined ? null : iso(resolvedAt),
  };
}
