import type { Clock } from "../lib/clock.ts";
import type { ErrorCode } from "../lib/error_codes.ts";
import type { Log } from "../lib/log.ts";
import { type Breach, breaches, type Readings, type Rule, type Severity } from "./rule.ts";

/** Something that somebody should look at, as it stands or stood. Times in ms since 1970. */
export interface Alert {
  /** Grows from alert to alert. */
  readonly id: number;
  /** The rule's name, and what it is about where there are several: `connector_down: aws_lex`. */
  readonly rule: string;
  readonly severity: Severity;
  readonly state: "firing" | "resolved";
  readonly message: string;
  readonly value: number | undefined;
  readonly since: number;
  readonly resolvedAt: number | undefined;
  /** How the webhook was told of it last: "none" without a webhook, or in the quiet time. */
  readonly delivery: "none" | "pending" | "delivered" | "failed";
}

/** What the board needs from outside. */
export interface AlertBoardDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly readings: Readings;
  /** Tells the world. Resolves with whether it heard; undefined when there is nobody to tell. */
  readonly deliver: ((alert: Alert) => Promise<boolean>) | undefined;
  /** Hears of each alert that is new or has changed. */
  readonly onChange: (alert: Alert) => void;
}

/** How one rule stands for one thing that it watches. */
interface Standing {
  /** Since when the rule has been broken, or kept again, without a break. */
  since: number;
  broken: boolean;
  alert: Alert | undefined;
}

/** Things that the alerts of one rule may be about. */
const MOST_STANDINGS = 1000;

/** Holds the rules against what is, again and again; fires alerts and resolves them. */
export class AlertBoard implements AsyncDisposable {
  readonly #standings = new Map<string, Standing>();
  /** When an alert of a kind was last sent. */
  readonly #sentAt = new Map<string, number>();
  #lastId = 0;
  #callOff = () => {};
  #stopped = false;
  #looking: Promise<void> = Promise.resolve();

  /** `firing`: alerts that were firing when the gateway last ran. `everyMs`: between two looks. */
  constructor(
    readonly rules: readonly Rule[],
    readonly deps: AlertBoardDeps,
    { firing = [], everyMs }: { readonly firing?: readonly Alert[]; readonly everyMs: number },
  ) {
    for (const alert of firing) {
      this.#standings.set(alert.rule, { since: alert.since, broken: true, alert });
      this.#lastId = Math.max(this.#lastId, alert.id);
    }
    const look = () => {
      this.#looking = this.look().then(() => {
        if (!this.#stopped) this.#callOff = deps.clock.setTimer(everyMs, look);
      });
    };
    this.#callOff = deps.clock.setTimer(everyMs, look);
  }

  /** What is firing now, the newest first. */
  firing(): readonly Alert[] {
    return [...this.#standings.values()].flatMap(({ alert }) => alert ? [alert] : []).sort((a, b) => b.since - a.since);
  }

  /** Holds every rule against the readings, once. Never rejects. */
  async look(): Promise<void> {
    const now = this.deps.clock.date();
    const known = new Map(this.rules.map((rule) => [rule.name, rule]));
    for (const [key, standing] of this.#standings) {
      if (!known.has(nameIn(key)) && standing.alert) this.#resolve(key, standing, now);
    }
    for (const rule of this.rules) {
      try {
        this.#judge(rule, await breaches(rule, this.deps.readings, now), now);
      } catch (error) {
        this.deps.log.debug("an alert rule cannot be judged", { rule: rule.name, error: nameOf(error) });
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#callOff();
    await this.#looking;
  }

  #judge(rule: Rule, found: readonly Breach[], now: number): void {
    const broken = new Map(found.map((breach) => [keyOf(rule, breach.about), breach]));
    for (const [key, standing] of this.#standings) {
      if (nameIn(key) === rule.name && !broken.has(key)) this.#kept(key, rule, standing, now);
    }
    for (const [key, breach] of broken) this.#broken(key, rule, breach, now);
  }

  #broken(key: string, rule: Rule, breach: Breach, now: number): void {
    let standing = this.#standings.get(key);
    if (!standing) {
      if (this.#standings.size >= MOST_STANDINGS) return;
      standing = { since: now, broken: true, alert: undefined };
      this.#standings.set(key, standing);
    }
    if (!standing.broken) Object.assign(standing, { since: now, broken: true });
    if (standing.alert || now - standing.since < rule.forMs) return;
    const { message, value } = breach;
    this.#lastId = Math.max(this.#lastId + 1, now);
    standing.alert = {
      id: this.#lastId,
      rule: key,
      severity: rule.severity,
      state: "firing",
      message,
      value,
      since: now,
      resolvedAt: undefined,
      delivery: "none",
    };
    const code: ErrorCode = "ALERT-FIRING";
    this.deps.log[rule.severity === "critical" ? "error" : "warn"]("alert", { code, rule: key, problem: message });
    const loud = now - (this.#sentAt.get(key) ?? -Infinity) >= rule.quietMs;
    if (loud && this.deps.deliver) this.#sentAt.set(key, now);
    this.#announce(standing.alert, loud, (alert) => {
      if (standing.alert?.id === alert.id) standing.alert = alert;
    });
  }

  #kept(key: string, rule: Rule, standing: Standing, now: number): void {
    if (standing.broken) Object.assign(standing, { since: now, broken: false });
    if (!standing.alert) return void this.#standings.delete(key);
    if (now - standing.since >= rule.resolveMs) this.#resolve(key, standing, now);
  }

  #resolve(key: string, { alert }: Standing, now: number): void {
    this.#standings.delete(key);
    this.deps.log.info("alert resolved", { rule: key, after_seconds: Math.round((now - alert!.since) / 1000) });
    // Whoever was told that it fires is told that it is over.
    this.#announce({ ...alert!, state: "resolved", resolvedAt: now }, alert!.delivery !== "none", () => {});
  }

  #announce(alert: Alert, loud: boolean, update: (alert: Alert) => void): void {
    const tell = (delivery: Alert["delivery"]) => {
      const told = { ...alert, delivery };
      update(told);
      this.deps.onChange(told);
    };
    if (!loud || !this.deps.deliver) return tell("none");
    tell("pending");
    this.deps.deliver(alert).then((heard) => tell(heard ? "delivered" : "failed"), () => tell("failed"));
  }
}

function keyOf({ name }: Rule, about: string): string {
  return about === "" ? name : `${name}: ${about}`;
}

/** The rule's name in a key; rules have no colon in theirs. */
function nameIn(key: string): string {
  return key.split(": ", 1)[0]!;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}
