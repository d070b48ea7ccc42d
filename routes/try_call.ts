import type { Conversation } from "../src/call/conversation.ts";
import { CallRefused, type Switchboard } from "../src/call/switchboard.ts";
import type { Clock } from "../src/lib/clock.ts";

/** What came of a trial call. */
export interface TriedCall {
  readonly success: boolean;
  readonly session_id: string;
  readonly agent_id: string;
  readonly message: string;
  /** How long the agent took to be ready for the caller, in ms. */
  readonly welcome_ms?: number;
  readonly prompts?: number;
}

/** What a trial call needs of the house. */
export interface TrialHost {
  readonly switchboard: Switchboard;
  readonly clock: Clock;
}

/** How long a trial call may take, in ms. */
const PATIENCE_MS = 10_000;
/** How long after one trial call the next may come, in ms: who reloads the page must not fill the history. */
const REST_MS = 1000;

const MESSAGE = {
  answered: "the agent answered",
  ended: "the agent ended the call instead of listening",
  silent: "the agent did not answer in time",
} as const;

/** Trial calls: one at a time, with a rest between them. */
export class TrialCalls {
  #nextFrom = -Infinity;

  constructor(readonly host: TrialHost) {}

  /** Makes a trial call to an agent, "" for the default one. Returns undefined when it is too soon for one. */
  async make(agentId: string): Promise<TriedCall | undefined> {
    const { clock } = this.host;
    if (clock.now() < this.#nextFrom) return undefined;
    this.#nextFrom = Infinity;
    try {
      return await tryCall(this.host, agentId);
    } finally {
      this.#nextFrom = clock.now() + REST_MS;
    }
  }
}

/** Opens a call as Webex would, hears the welcome, and hangs up: no call is left open. */
async function tryCall({ switchboard, clock }: TrialHost, agentId: string): Promise<TriedCall> {
  const id = `test-${crypto.randomUUID()}`;
  const since = clock.now();
  let call: Conversation;
  try {
    call = switchboard.join({
      id,
      orgId: "test",
      agentId,
      language: "en-US",
      vendorConfig: "",
      startName: "test",
      parameters: {},
      additionalInfo: {},
      trackingId: "",
    }, true)!;
  } catch (error) {
    if (!(error instanceof CallRefused)) throw error;
    return { success: false, session_id: id, agent_id: agentId, message: error.message };
  }
  const { promise: over, resolve: settle } = Promise.withResolvers<keyof typeof MESSAGE>();
  const callOff = clock.setTimer(PATIENCE_MS, () => settle("silent"));
  let prompts = 0;
  const turn = call.openTurn({
    put(output) {
      if (output.type === "say") prompts++;
      if (output.type === "listening") settle("answered");
      return true;
    },
    close: () => settle("ended"),
    resume: () => {},
  });
  turn.hear({ type: "started" });
  const outcome = await over;
  callOff();
  call.hangUp("test_over");
  return {
    success: outcome === "answered",
    session_id: id,
    agent_id: call.call.agentId,
    message: MESSAGE[outcome],
    welcome_ms: Math.round(clock.now() - since),
    prompts,
  };
}
