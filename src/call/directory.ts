import { codeOf } from "../lib/error_codes.ts";
import type { Log } from "../lib/log.ts";
import { type Agent, AgentFailure, type Connector } from "./connector.ts";

/** A connector under the name that the configuration gives it. */
export interface NamedConnector {
  readonly id: string;
  readonly kind: string;
  readonly connector: Connector;
  /** How it is heard by Webex; the connector's own way unless the configuration says otherwise. */
  readonly speaks: Connector["speaks"];
}

/** An agent, and the connector that answers for it. */
export interface ListedAgent extends Agent {
  readonly connector: NamedConnector;
}

/** How a connector fares. */
export interface ConnectorState {
  readonly id: string;
  readonly kind: string;
  readonly agents: readonly string[];
  /** What went wrong when it was last asked for its agents. */
  readonly failure?: string;
}

/** Who can answer a call. Keeps the last list of a connector that cannot be asked. */
export class AgentDirectory {
  #agents = new Map<string, ListedAgent>();
  #states: ConnectorState[];

  /** `defaultAgent`: the id of who answers when Webex names nobody; "" for the first. */
  constructor(
    readonly connectors: readonly NamedConnector[],
    readonly log: Log,
    readonly defaultAgent: string = "",
  ) {
    this.#states = connectors.map(({ id, kind }) => ({ id, kind, agents: [] }));
  }

  /**
   * Asks every connector for its agents, `afresh` even those that would rather tell what they know. Never throws: a
   * connector that fails keeps what it had, and the reason.
   */
  async refresh(afresh = false): Promise<void> {
    const found = await Promise.all(this.connectors.map(async (named, at) => {
      try {
        return { named, agents: await named.connector.agents(afresh), failure: undefined };
      } catch (error) {
        const failure = reasonOf(error);
        this.log.warn("connector cannot list its agents", { code: "AGENT-LIST", connector: named.id, error: failure });
        const had = this.#states[at]!.agents.map((id) => this.#agents.get(id)!);
        return { named, agents: had, failure };
      }
    }));
    const agents = new Map<string, ListedAgent>();
    this.#states = found.map(({ named, agents: offered, failure }) => {
      const mine = offered.filter((agent) => {
        const taken = agents.get(agent.id);
        if (taken) {
          this.log.warn("two connectors offer one agent id: the first keeps it", {
            code: "AGENT-TWICE",
            agent: agent.id,
          });
        } else agents.set(agent.id, { ...agent, connector: named });
        return !taken;
      });
      const state = { id: named.id, kind: named.kind, agents: mine.map(({ id }) => id) };
      return failure === undefined ? state : { ...state, failure };
    });
    this.#agents = agents;
  }

  /** All agents, in the order of the configuration; the default one first. */
  list(): readonly ListedAgent[] {
    const all = [...this.#agents.values()];
    const first = all.find(({ id }) => id === this.defaultAgent);
    return first ? [first, ...all.filter((agent) => agent !== first)] : all;
  }

  /** How each connector fares. */
  states(): readonly ConnectorState[] {
    return this.#states;
  }

  /** Finds an agent by its id, or by its place in the list as a number from 1 ("2"), or the default one for "". */
  find(agentId: string): ListedAgent | undefined {
    const exact = this.#agents.get(agentId);
    if (exact) return exact;
    if (agentId === "") return this.list()[0];
    return /^[1-9]\d{0,3}$/.test(agentId) ? this.list()[Number(agentId) - 1] : undefined;
  }
}

/** What may be told of a failure: what a connector says of its own, and the mere name of any other. */
function reasonOf(error: unknown): string {
  if (error instanceof AgentFailure) return `${codeOf(error.code)}: ${error.message}`;
  return error instanceof Error ? error.name : "unknown";
}
