import { atDate, type Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { DataSourceOptions } from "./config.ts";
import { asFault, ByodsError } from "./faults.ts";
import type { Registrar, Settled } from "./registrar.ts";
import { type Known, MEANING, type RegistrationState, type RegistrationWord, wordFor } from "./state.ts";

/** How long one attempt may take in all, in ms. */
const ATTEMPT_MS = 120_000;
/** The longest that Webex is left alone because it asks for it, in ms. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;
/** The longest between two looks at the registration, in ms. */
const LONGEST_REST_MS = 86_400_000;
/** By how much of its lead a renewal may come late, so that instances do not come all at once; at most `MOST_LATE_MS`. */
const LATE = 0.1;
const MOST_LATE_MS = 60_000;

/** What the lifecycle needs from outside. */
export interface LifecycleDeps {
  readonly registrar: Pick<Registrar, "settle">;
  readonly clock: Clock;
  readonly log: Log;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  /** What is wrong with how tokens are kept, although there is one. */
  readonly trouble: () => ByodsError | undefined;
}

/**
 * Keeps the gateway registered: finds or registers its data source, renews the token before it ends, tries again when
 * that fails, and says so well before calls do.
 */
export class DataSourceLifecycle implements AsyncDisposable {
  readonly #options: DataSourceOptions;
  readonly #deps: LifecycleDeps;
  readonly #stop = new AbortController();
  #known: Known | undefined;
  #attempted = false;
  #renewedAt: number | undefined;
  #nextAttemptAt: number | undefined;
  #lastError: RegistrationState["lastError"];
  #renewals = 0;
  #failures = 0;
  #told: RegistrationWord = "starting";
  #callOffAlarm = () => {};
  #running: Promise<void> = Promise.resolve();

  constructor(options: DataSourceOptions, deps: LifecycleDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /**
   * Begins. With `failStartupOnError` it resolves once the data source is as it should be, and throws the ByodsError of
   * a first attempt that fails (within two minutes); without, it resolves at once.
   */
  async start(): Promise<void> {
    const first = this.#attempt();
    this.#running = this.#run(first);
    if (!this.#options.failStartupOnError) return;
    const fault = await first;
    if (!fault) return;
    await this[Symbol.asyncDispose]();
    throw fault;
  }

  /** How things stand at this moment. */
  state(): RegistrationState {
    const state = this.#word();
    return {
      state,
      why: MEANING[state],
      id: this.#known?.id,
      expiresAt: this.#known?.expiresAt,
      renewedAt: this.#renewedAt,
      nextAttemptAt: this.#nextAttemptAt,
      lastError: this.#lastError,
      renewals: this.#renewals,
      failures: this.#failures,
    };
  }

  /** Stops. A token that is just being received is stored first. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#callOffAlarm();
    await this.#running;
  }

  async #run(first: Promise<unknown>): Promise<void> {
    await first;
    while (await this.#rested()) await this.#attempt();
  }

  /** Waits for the next attempt. Resolves with whether it should still be made. */
  async #rested(): Promise<boolean> {
    const { signal } = this.#stop;
    if (signal.aborted) return false;
    const { promise, resolve } = Promise.withResolvers<void>();
    const callOff = atDate(this.#deps.clock, this.#nextAttemptAt!, resolve);
    const stop = () => resolve();
    signal.addEventListener("abort", stop);
    await promise;
    signal.removeEventListener("abort", stop);
    callOff();
    return !signal.aborted;
  }

  /** Makes one attempt within its time. Resolves with what went wrong. */
  async #attempt(): Promise<ByodsError | undefined> {
    const { clock, registrar } = this.#deps;
    const late = new AbortController();
    const callOff = clock.setTimer(ATTEMPT_MS, () => {
      late.abort(new ByodsError("BYODS-TIMEOUT", "look after the data source", `not done in ${ATTEMPT_MS / 1000} s`));
    });
    let fault: ByodsError | undefined;
    try {
      this.#settled(await registrar.settle(AbortSignal.any([this.#stop.signal, late.signal])));
    } catch (error) {
      if (this.#stop.signal.aborted) return undefined;
      fault = asFault(error);
      this.#failed(fault);
    } finally {
      callOff();
    }
    this.#attempted = true;
    this.#tell();
    return fault;
  }

  #settled({ source, did }: Settled): void {
    const { clock, log, trouble } = this.#deps;
    const now = clock.date();
    const known = { id: source.id, expiresAt: source.expiresAt ?? now + this.#options.tokenLifetimeMinutes * 60_000 };
    const seen = this.#known !== undefined && known.expiresAt > this.#known.expiresAt;
    if (did !== "found") this.#renewals++;
    if (did !== "found" || seen) this.#renewedAt = now;
    this.#known = known;
    const doubt = trouble() ?? (known.expiresAt > now ? undefined : expiredOnArrival());
    if (doubt) this.#remember(doubt);
    this.#nextAttemptAt = now + this.#restAfterSuccess(known.expiresAt - now);
    log.info("data source is in place", {
      id: source.id,
      did: did === "found" && seen ? "renewed by another instance" : did,
      url: source.url,
      expires: new Date(known.expiresAt).toISOString(),
    });
  }

  #failed(fault: ByodsError): void {
    const { clock, log, random } = this.#deps;
    this.#failures++;
    this.#remember(fault);
    if (fault.unregistered) this.#known = undefined;
    const asked = Math.min(fault.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
    const rest = Math.max(asked, this.#options.retryMs * (0.9 + 0.2 * random()));
    this.#nextAttemptAt = clock.date() + rest;
    log.warn("data source could not be looked after", {
      code: fault.code,
      problem: fault.message,
      again_in_seconds: Math.round(rest / 1000),
    });
  }

  /** How long to rest when the token has `left` ms: until its lead begins, or half of what is left if that is over. */
  #restAfterSuccess(left: number): number {
    const { renewalLeadMs, retryMs } = this.#options;
    const late = this.#deps.random() * Math.min(renewalLeadMs * LATE, MOST_LATE_MS);
    if (left > renewalLeadMs) return Math.min(left - renewalLeadMs + late, LONGEST_REST_MS);
    return Math.max(retryMs, left / 2);
  }

  #remember({ code, message }: ByodsError): void {
    this.#lastError = { code, message, at: this.#deps.clock.date() };
  }

  #word(): RegistrationWord {
    return wordFor(this.#known, this.#attempted, this.#options.alertLeadMs, this.#deps.clock.date());
  }

  /** Says once what has become of the registration, and sets an alarm for when it becomes worse. */
  #tell(): void {
    const { clock, log } = this.#deps;
    this.#callOffAlarm();
    const word = this.#word();
    if (word !== this.#told) {
      const fields = { state: word, id: this.#known?.id, code: this.#lastError?.code };
      if (word !== "active") log.error(`alert: ${MEANING[word]}`, fields);
      else if (this.#told !== "starting") log.info("the data source is well again", fields);
      this.#told = word;
    }
    if (!this.#known || word === "lapsed" || this.#stop.signal.aborted) return;
    const { expiresAt } = this.#known;
    const at = word === "active" ? expiresAt - this.#options.alertLeadMs + 1 : expiresAt;
    this.#callOffAlarm = atDate(clock, at, () => this.#tell());
  }
}

function expiredOnArrival(): ByodsError {
  return new ByodsError("BYODS-CLOCK", "trust the data source's token", "it ended before it came");
}
