import { strict as assert } from "node:assert";
import { keepingLog, type Line, silentLog } from "../../tests/logs.ts";
import { TELEPHONY } from "../audio/format.ts";
import type { Agent, Connector } from "./connector.ts";
import { AgentDirectory, type NamedConnector } from "./directory.ts";

function named(id: string, agents: () => Promise<readonly Agent[]>): NamedConnector {
  const connector: Connector = {
    hears: { as: "utterances", format: TELEPHONY },
    speaks: "prompts",
    agents,
    async *converse() {},
  };
  return { id, kind: "test", connector, speaks: "prompts" };
}
const offers = (...ids: string[]) => () => Promise.resolve(ids.map((id) => ({ id, name: id })));

Deno.test("AgentDirectory finds an agent by id, by its place in the list, and the first for no id", async () => {
  const directory = new AgentDirectory([named("x", offers("sales", "support")), named("y", offers("7"))], silentLog());
  await directory.refresh();
  const found = (id: string) => directory.find(id)?.id;
  assert.deepEqual(["sales", "", "1", "2", "7"].map(found), ["sales", "sales", "sales", "support", "7"]);
  assert.deepEqual(["0", "4", "-1", "01", "nobody", "__proto__"].map(found), Array(6).fill(undefined));
});

Deno.test("the default agent of the configuration stands first", async () => {
  const directory = new AgentDirectory([named("x", offers("sales", "support"))], silentLog(), "support");
  await directory.refresh();
  assert.deepEqual(directory.list().map(({ id }) => id), ["support", "sales"]);
  assert.equal(directory.find("")?.id, "support");
});

Deno.test("a connector that fails keeps the agents it had, and says why; the others are not harmed", async () => {
  let fails = false;
  const shaky = named("shaky", () => fails ? Promise.reject(new RangeError("secret")) : offers("a")());
  const directory = new AgentDirectory([shaky, named("steady", offers("b"))], silentLog());
  await directory.refresh();
  fails = true;
  await directory.refresh();
  assert.deepEqual(directory.list().map(({ id }) => id), ["a", "b"]);
  assert.deepEqual(directory.states()[0], { id: "shaky", kind: "test", agents: ["a"], failure: "RangeError" });
  fails = false;
  await directory.refresh();
  assert.equal(directory.states()[0]?.failure, undefined);
});

Deno.test("two connectors that offer one agent id: the first keeps it, and the log says so", async () => {
  const lines: Line[] = [];
  const directory = new AgentDirectory([named("x", offers("a")), named("y", offers("a", "b"))], keepingLog(lines));
  await directory.refresh();
  assert.equal(directory.find("a")?.connector.id, "x");
  assert.deepEqual(directory.states().map(({ agents }) => agents), [["a"], ["b"]]);
  assert.equal(lines.length, 1);
});
