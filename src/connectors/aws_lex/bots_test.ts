import { strict as assert } from "node:assert";
import { ListBotAliasesCommand, ListBotsCommand } from "./sdk.ts";
import { keepingLog, type Line } from "../../../tests/logs.ts";
import { ManualClock } from "../../../tests/manual_clock.ts";
import { Bots, type LexModels } from "./bots.ts";
import { lexConfig } from "./options.ts";

type Alias = readonly [id: string, day: number, status?: string];

/** An account with bots and their aliases, told in pages of two. */
class Account {
  asked = 0;
  failure: Error | undefined;

  constructor(readonly bots: Record<string, readonly Alias[]>, readonly status = "Available") {}

  readonly models = {
    send: (command: ListBotsCommand | ListBotAliasesCommand) => {
      this.asked++;
      if (this.failure) return Promise.reject(this.failure);
      const { nextToken = "0" } = command.input;
      const from = Number(nextToken);
      const page = <T>(all: readonly T[]) => ({
        items: all.slice(from, from + 2),
        ...(from + 2 < all.length ? { nextToken: String(from + 2) } : {}),
      });
      if (command instanceof ListBotsCommand) {
        const { items, ...rest } = page(Object.keys(this.bots));
        return Promise.resolve({
          botSummaries: items.map((name) => ({ botId: name, botName: name, botStatus: this.status })),
          ...rest,
        });
      }
      const { items, ...rest } = page(this.bots[command.input.botId!]!);
      return Promise.resolve({
        botAliasSummaries: items.map(([botAliasId, day, botAliasStatus = "Available"]) => ({
          botAliasId,
          botAliasStatus,
          lastUpdatedDateTime: new Date(2026, 0, day),
        })),
        ...rest,
      });
    },
  } as unknown as LexModels;
}

function bots(account: Account, block: object = {}) {
  const clock = new ManualClock();
  const lines: Line[] = [];
  const config = lexConfig.parse({ region_name: "us-east-1", ...block });
  const source = { connectorId: "aws_lex_connector", config, models: account.models, clock, log: keepingLog(lines) };
  return { bots: new Bots(source), clock, lines };
}

const ids = async (found: Bots, afresh = false) => (await found.agents(afresh)).map(({ id }) => id);

Deno.test("every bot of the account is found, over many pages, under the sample's ids", async () => {
  const account = new Account(
    Object.fromEntries(Array.from({ length: 7 }, (_, at) => [`Bot${at}`, [["A", 1]] as Alias[]])),
  );
  const { bots: found } = bots(account);
  assert.deepEqual(await ids(found), Array.from({ length: 7 }, (_, at) => `aws_lex_connector: Bot${at}`));
  assert.deepEqual(found.find("aws_lex_connector: Bot3"), {
    id: "Bot3",
    aliasId: "A",
    localeId: "en_US",
    name: "Bot3",
  });
  assert.equal(found.find("aws_lex_connector: Nobody"), undefined);
});

for (
  const [aliases, chosen] of [
    [[["A", 1], ["B", 3], ["C", 2]], "B"],
    [[["TSTALIASID", 9], ["A", 1]], "A"],
    [[["TSTALIASID", 9]], "TSTALIASID"],
    [[["A", 1], ["B", 3, "Creating"], ["C", 2, "Failed"]], "A"],
  ] as const
) {
  Deno.test(`of the aliases ${aliases.map(([id]) => id)} the bot answers under ${chosen}`, async () => {
    const { bots: found, lines } = bots(new Account({ Travel: aliases }));
    await ids(found);
    assert.equal(found.find("aws_lex_connector: Travel")!.aliasId, chosen);
    assert.equal(lines.length, chosen === "TSTALIASID" ? 1 : 0);
  });
}

Deno.test("an alias of the configuration counts for every bot, and none is asked for", async () => {
  const account = new Account({ Travel: [["A", 1]], Bank: [] });
  const { bots: found } = bots(account, { bot_alias_id: "MYALIAS001" });
  await ids(found);
  assert.equal(found.find("aws_lex_connector: Bank")!.aliasId, "MYALIAS001");
  assert.equal(account.asked, 1);
});

Deno.test("bots that cannot answer are left out: without an alias, or not available", async () => {
  const { bots: found, lines } = bots(new Account({ Travel: [["A", 1]], Bank: [] }));
  assert.deepEqual(await ids(found), ["aws_lex_connector: Travel"]);
  assert.deepEqual(lines.map(({ fields }) => fields.bot), ["Bank"]);
  assert.deepEqual(await ids(bots(new Account({ Travel: [["A", 1]] }, "Deleting")).bots), []);
});

Deno.test("bots that are named need no permission to list any", async () => {
  const account = new Account({});
  account.failure = new Error("nobody may list");
  const { bots: found } = bots(account, {
    agents: [{ bot_id: "ABCDEFGHIJ", name: "Travel" }, {
      bot_id: "BBBBBBBBBB",
      alias_id: "CCCCCCCCCC",
      name: "Reise",
      locale_id: "de_DE",
    }],
  });
  assert.deepEqual(await ids(found), ["aws_lex_connector: Travel", "aws_lex_connector: Reise"]);
  assert.deepEqual(found.find("aws_lex_connector: Reise"), {
    id: "BBBBBBBBBB",
    aliasId: "CCCCCCCCCC",
    localeId: "de_DE",
    name: "Reise",
  });
  assert.equal(account.asked, 0);
});

Deno.test("who asks while a list is being read gets that list", async () => {
  const account = new Account({ Travel: [["A", 1]] });
  const { bots: found } = bots(account);
  await Promise.all([ids(found, true), ids(found), ids(found, true)]);
  assert.equal(account.asked, 2);
});

Deno.test("a list is good for the interval, or until it is asked for afresh; one that fails is thrown and tried again", async () => {
  const account = new Account({ Travel: [["A", 1]] });
  const { bots: found, clock } = bots(account, { discovery_interval_seconds: 60 });
  await ids(found);
  clock.advance(59_999);
  await ids(found);
  assert.equal(account.asked, 2);
  await ids(found, true);
  assert.equal(account.asked, 4);
  clock.advance(60_000);
  account.failure = Object.assign(new Error("no"), { name: "AccessDeniedException" });
  await assert.rejects(ids(found), { code: "lex_access_denied", message: /: AccessDeniedException$/ });
  await assert.rejects(ids(found), { code: "lex_access_denied", message: /: AccessDeniedException$/ });
  assert.equal(found.find("aws_lex_connector: Travel")!.aliasId, "A");
});

Deno.test("a list that does not come is waited for as long as an answer, and asked for again the next time", async () => {
  const account = new Account({ Travel: [["A", 1]] });
  let deaf = true;
  const send = account.models.send as (command: unknown) => Promise<unknown>;
  const models = { send: (command: unknown) => deaf ? new Promise(() => {}) : send(command) } as unknown as LexModels;
  const clock = new ManualClock();
  const config = lexConfig.parse({ region_name: "us-east-1", timeout: 7 });
  const found = new Bots({ connectorId: "lex", config, models, clock, log: keepingLog([]) });
  const asked = assert.rejects(found.agents(false), { name: "LexFailure", code: "lex_timeout" });
  clock.advance(7000);
  await asked;
  assert.equal(clock.timers, 0);
  deaf = false;
  assert.deepEqual(await ids(found), ["lex: Travel"]);
});
