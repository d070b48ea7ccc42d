import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import { type Burst, burst } from "../lib/log_burst.ts";
import { codeOf, type ErrorCode } from "../lib/error_codes.ts";
import { sameOrg } from "./data_source.ts";
import { isTemporary, type Refusal, REFUSALS } from "./refusal.ts";
import type { Verdict } from "./token_checker.ts";

/** A caller that is not let in. */
export interface Refused {
  readonly reason: Refusal;
  /** A sentence for the caller. */
  readonly message: string;
  /** Whether another try may succeed. */
  readonly temporary: boolean;
}

/** A caller that is let in. */
export interface Caller {
  /** Why it may not call for an organization; undefined when it may. */
  refusalFor(orgId: string): Refused | undefined;
}

/** What was decided about whoever calls, since the start. */
export interface GateCounters {
  /** RPCs with a token that holds. */
  admitted: number;
  /** RPCs that were turned away, by reason. */
  readonly refused: Partial<Record<Refusal, number>>;
  /** RPCs that would have been, were validation enforced. */
  readonly tolerated: Partial<Record<Refusal, number>>;
}

export interface GateOptions {
  /** Judges an `authorization` value. */
  readonly check: (authorization: string | undefined) => Verdict | Promise<Verdict>;
  /** Whether who has no right is turned away, or only reported. */
  readonly enforced: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

const ANYBODY: Caller = { refusalFor: () => undefined };

/** Lets in who may call: counts, reports and, where validation is enforced, turns away. */
export class Gate implements Disposable {
  readonly counters: GateCounters = { admitted: 0, refused: {}, tolerated: {} };
  readonly #options: GateOptions;
  readonly #report: Burst;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#report = burst(options.log, options.clock);
  }

  /** Decides about the bearer of an `authorization` value, at once if that can be. `peer` is for the log. Never rejects. */
  admit(authorization: string | undefined, peer: string): Caller | Refused | Promise<Caller | Refused> {
    const verdict = this.#options.check(authorization);
    return verdict instanceof Promise
      ? verdict.then((later) => this.#decide(later, peer))
      : this.#decide(verdict, peer);
  }

  [Symbol.dispose](): void {
    this.#report[Symbol.dispose]();
  }

  #decide(verdict: Verdict, peer: string): Caller | Refused {
    if (typeof verdict === "string") return this.#turnAway(verdict, peer) ?? ANYBODY;
    this.counters.admitted++;
    const { orgId } = verdict;
    if (orgId === undefined) return ANYBODY;
    return {
      refusalFor: (callOrg) => sameOrg(orgId, callOrg) ? undefined : this.#turnAway("organization", peer),
    };
  }

  #turnAway(reason: Refusal, peer: string): Refused | undefined {
    const { enforced } = this.#options;
    const counts = enforced ? this.counters.refused : this.counters.tolerated;
    counts[reason] = (counts[reason] ?? 0) + 1;
    this.#report(enforced ? "caller refused" : "caller let in WITHOUT a valid token", {
      code: codeOf(`jws_${reason}`) satisfies ErrorCode,
      reason,
      peer,
    });
    return enforced
      ? { reason, message: `${REFUSALS[reason]} [${codeOf(`jws_${reason}`)}]`, temporary: isTemporary(reason) }
      : undefined;
  }
}
