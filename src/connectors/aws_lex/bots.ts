import type { BotAliasSummary, BotSummary, LexModelsV2Client } from "@aws-sdk/client-lex-models-v2";
import { ListBotAliasesCommand, ListBotsCommand } from "./sdk.ts";
import type { Agent } from "../../call/connector.ts";
import type { Clock } from "../../lib/clock.ts";
import type { ErrorCode } from "../../lib/error_codes.ts";
import type { Log } from "../../lib/log.ts";
import { unlessAborted } from "../../lib/unless_aborted.ts";
import { LexFailure, lexFailure } from "./failure.ts";
import type { LexConfig } from "./options.ts";

/** One bot that can answer calls. */
export interface LexBot {
  readonly id: string;
  readonly aliasId: string;
  readonly localeId: string;
  readonly name: string;
}

/** What is needed of the SDK's client. */
export type LexModels = Pick<LexModelsV2Client, "send">;

/** The alias that every bot has for trying its draft. */
const TEST_ALIAS = "TSTALIASID";
/** The most bots that are offered, and pages that are read to find them or the aliases of one. */
const MOST_BOTS = 1000;
const MOST_PAGES = 100;
const PAGE = 100;
/** Bots whose aliases are asked for at the same time. */
const AT_ONCE = 5;

/** Where bots come from, and under which agent ids they are on offer. */
export interface BotSource {
  readonly connectorId: string;
  readonly config: LexConfig;
  readonly models: LexModels;
  readonly clock: Clock;
  readonly log: Log;
}

/** Knows which bots answer: those of the configuration, or those that the account has, asked for every now and then. */
export class Bots {
  #bots = new Map<string, LexBot>();
  #foundAt: number | undefined;
  #reading: Promise<void> | undefined;

  constructor(readonly source: BotSource) {}

  /**
   * The agents on offer: what was found less than the interval ago, or else, or `afresh`, what Lex says now, asked once
   * for all who want to know at the time. Throws a LexFailure.
   */
  async agents(afresh: boolean): Promise<readonly Agent[]> {
    const { config, clock } = this.source;
    const age = this.#foundAt === undefined ? Infinity : clock.now() - this.#foundAt;
    if (afresh || age >= config.discovery_interval_seconds * 1000) {
      await (this.#reading ??= this.#read().finally(() => this.#reading = undefined));
    }
    return [...this.#bots].map(([id, { name }]) => ({ id, name }));
  }

  async #read(): Promise<void> {
    const { config, clock, connectorId } = this.source;
    const bots = config.agents.length > 0 ? this.#named() : await this.#discover();
    this.#bots = new Map(bots.map((bot) => [`${connectorId}: ${bot.name}`, bot]));
    this.#foundAt = clock.now();
  }

  /** The bot behind an agent id. */
  find(agentId: string): LexBot | undefined {
    return this.#bots.get(agentId);
  }

  #named(): LexBot[] {
    const { agents, locale_id } = this.source.config;
    return agents.map((agent) => ({
      id: agent.bot_id,
      aliasId: agent.alias_id,
      localeId: agent.locale_id ?? locale_id,
      name: agent.name,
    }));
  }

  async #discover(): Promise<LexBot[]> {
    try {
      return await this.#found();
    } catch (error) {
      throw lexFailure(error, "lex_unreachable");
    }
  }

  async #found(): Promise<LexBot[]> {
    const { models, config, log, connectorId } = this.source;
    const summaries = await pages<BotSummary>(async (nextToken) => {
      const list = new ListBotsCommand({ maxResults: PAGE, ...nextToken });
      const page = await this.#inTime((abortSignal) => models.send(list, { abortSignal }));
      return [page.botSummaries, page.nextToken];
    });
    if (summaries.length > MOST_BOTS) {
      log.warn("more bots than are offered", {
        code: "BOT-TOO-MANY" satisfies ErrorCode,
        bots: summaries.length,
        most: MOST_BOTS,
      });
    }
    const ready = summaries.filter(({ botStatus }) => botStatus === "Available").slice(0, MOST_BOTS);
    const bots: LexBot[] = [];
    for (let at = 0; at < ready.length; at += AT_ONCE) {
      const found = await Promise.all(
        ready.slice(at, at + AT_ONCE).map(async ({ botId = "", botName = "" }) => {
          const aliasId = config.bot_alias_id || chooseAlias(await this.#aliases(botId));
          if (aliasId === undefined) {
            log.warn("bot left out: it has no alias", {
              code: "BOT-NO-ALIAS" satisfies ErrorCode,
              connector: connectorId,
              bot: botName,
            });
          }
          if (aliasId === TEST_ALIAS && !config.bot_alias_id) {
            log.warn("bot answers with its draft: it has no alias but the one for tests", {
              code: "BOT-DRAFT" satisfies ErrorCode,
              connector: connectorId,
              bot: botName,
            });
          }
          return aliasId === undefined ? [] : [{ id: botId, aliasId, localeId: config.locale_id, name: botName }];
        }),
      );
      bots.push(...found.flat());
    }
    return bots;
  }

  #aliases(botId: string): Promise<BotAliasSummary[]> {
    return pages<BotAliasSummary>(async (nextToken) => {
      const list = new ListBotAliasesCommand({ botId, maxResults: PAGE, ...nextToken });
      const page = await this.#inTime((abortSignal) => this.source.models.send(list, { abortSignal }));
      return [page.botAliasSummaries, page.nextToken];
    });
  }

  /** Waits for a page as long as a caller waits for an answer: others wait for this list, the start of the gateway too. */
  async #inTime<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, config: { timeout } } = this.source;
    const late = new AbortController();
    const callOff = clock.setTimer(timeout * 1000, () => {
      late.abort(new LexFailure("lex_timeout", `its list took more than ${timeout} s`));
    });
    try {
      return await unlessAborted(ask(late.signal), late.signal);
    } finally {
      callOff();
    }
  }
}

/** The alias that was changed last, and a published one before the one for tests. */
function chooseAlias(aliases: readonly BotAliasSummary[]): string | undefined {
  const changedAt = ({ lastUpdatedDateTime, creationDateTime }: BotAliasSummary) =>
    (lastUpdatedDateTime ?? creationDateTime)?.getTime() ?? 0;
  const [latest] = aliases.filter(({ botAliasStatus }) => botAliasStatus === "Available").sort((a, b) =>
    Number(a.botAliasId === TEST_ALIAS) - Number(b.botAliasId === TEST_ALIAS) || changedAt(b) - changedAt(a)
  );
  return latest?.botAliasId;
}

type Page<T> = readonly [items: readonly T[] | undefined, nextToken: string | undefined];

/** Reads page after page. */
async function pages<T>(read: (nextToken: { readonly nextToken?: string }) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let token: { readonly nextToken?: string } = {};
  for (let page = 0; page < MOST_PAGES; page++) {
    const [items, nextToken] = await read(token);
    all.push(...items ?? []);
    if (!nextToken) break;
    token = { nextToken };
  }
  return all;
}
