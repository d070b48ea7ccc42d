import { callKey } from "../lib/call_key.ts";
import type { Clock } from "../lib/clock.ts";
import type { CallDetails } from "./connector.ts";
import { Conversation } from "./conversation.ts";
import type { ConversationOptions } from "./conversation_options.ts";
import type { AgentDirectory, ListedAgent } from "./directory.ts";
import type { ErrorCode } from "../lib/error_codes.ts";
import { RecentKeys } from "../lib/recent_keys.ts";

/** How many calls, and for how long. Times in ms. */
export interface CallLimits {
  readonly maxCalls: number;
  /** A call that nothing is heard of for this long is over. */
  readonly idleMs: number;
  readonly maxCallMs: number;
  /** How often calls are looked over; 0 for never. */
  readonly sweepMs: number;
}

/** Why a call is not put through. */
export class CallRefused extends Error {
  override name = "CallRefused";
  constructor(readonly reason: "no_agents" | "unknown_agent" | "other_agent" | "full" | "draining", message: string) {
    super(message);
  }
}

/** How long an ended call is remembered, so that a stream that comes late opens no second one. */
const REMEMBER_MS = 120_000;
const REMEMBER_MOST = 10_000;

/** Puts each stream through to its call: finds the call, opens it, or refuses it. */
export class Switchboard implements Disposable {
  readonly #calls = new Map<string, Conversation>();
  /** Calls that are over. */
  readonly #over = new RecentKeys(REMEMBER_MOST);
  #draining = false;
  #emptied: (() => void) | undefined;
  #callOffSweep: (() => void) | undefined;
  /** Calls opened since the start. */
  opened = 0;

  constructor(
    readonly directory: AgentDirectory,
    readonly limits: CallLimits,
    readonly conversation: ConversationOptions,
  ) {
    this.#scheduleSweep();
  }

  get #clock(): Clock {
    return this.conversation.clock;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** The calls that are going on. */
  calls(): readonly Conversation[] {
    return [...this.#calls.values()];
  }

  get size(): number {
    return this.#calls.size;
  }

  /**
   * Finds a call, or opens it. `starts`: the flow says that this is a new call;
   * one that still goes on under its id is then over. Returns undefined for a
   * call that is over. Throws CallRefused.
   */
  join(details: CallDetails, starts: boolean): Conversation | undefined {
    const key = callKey({ orgId: details.orgId, callId: details.id });
    const known = this.#calls.get(key);
    if (starts) {
      // First of all: whoever opens the new call, here or elsewhere, the old one is over.
      known?.hangUp("started_again");
    } else if (known) {
      this.#checkAgent(details.agentId, known);
      return known;
    } else if (this.#over.has(key)) return undefined;
    if (this.#draining) {
      this.#over.delete(key); // it goes on with whoever takes over
      throw new CallRefused("draining", "the gateway takes no new calls: it is about to stop");
    }
    const agent = this.#findAgent(details.agentId);
    if (this.#calls.size >= this.limits.maxCalls) {
      throw new CallRefused("full", `as many calls as are allowed are going on: ${this.limits.maxCalls}`);
    }
    const onOver = () => {
      this.#calls.delete(key);
      this.#over.add(key, this.#clock.now());
      if (this.#calls.size === 0) this.#emptied?.();
    };
    const about = { ...details, agentId: agent.id };
    const call = new Conversation(about, agent.connector, this.conversation, onOver, details.agentId);
    this.#over.delete(key);
    this.#calls.set(key, call);
    this.opened++;
    return call;
  }

  /** Finds a call that is going on, and opens none. */
  find(orgId: string, callId: string): Conversation | undefined {
    return this.#calls.get(callKey({ orgId, callId }));
  }

  /** Takes no new calls, and resolves when the last one is over or `withinMs` has passed: what is left is handed to humans. */
  async drain(withinMs: number): Promise<void> {
    this.#draining = true;
    if (this.#calls.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#emptied = resolve;
      const callOff = this.#clock.setTimer(withinMs, resolve);
      await promise;
      callOff();
    }
    const left = this.calls();
    if (left.length > 0) {
      this.conversation.log.warn("calls cut short: the drain time is over", {
        code: "CALL-CUT-SHORT" satisfies ErrorCode,
        calls: left.length,
      });
    }
    for (const call of left) call.stop();
  }

  [Symbol.dispose](): void {
    this.#callOffSweep?.();
    for (const call of this.#calls.values()) call.stop();
    this.#calls.clear();
  }

  #findAgent(asked: string): ListedAgent {
    const agent = this.directory.find(asked);
    if (agent) return agent;
    throw asked === "" || this.directory.list().length === 0
      ? new CallRefused("no_agents", "no agent is on offer")
      : new CallRefused("unknown_agent", "no agent has the id that was asked for");
  }

  /** A later stream may name no agent, or the call's own: also one that is on offer no more, and in the words of the start. */
  #checkAgent(asked: string, { askedFor, call: { agentId } }: Conversation): void {
    if (asked === "" || asked === askedFor || asked === agentId) return;
    if (this.#findAgent(asked).id === agentId) return;
    throw new CallRefused("other_agent", "the conversation goes on with another agent");
  }

  #scheduleSweep(): void {
    if (this.limits.sweepMs === 0) return;
    this.#callOffSweep = this.#clock.setTimer(this.limits.sweepMs, () => {
      this.#sweep();
      this.#scheduleSweep();
    });
  }

  #sweep(): void {
    for (const call of this.#calls.values()) {
      if (call.idleMs() > this.limits.idleMs) call.timeOut("idle_too_long");
      else if (call.ageMs() > this.limits.maxCallMs) call.timeOut("lasted_too_long");
    }
    this.#over.forgetBefore(this.#clock.now() - REMEMBER_MS);
  }
}
