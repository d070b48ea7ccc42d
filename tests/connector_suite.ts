import { strict as assert } from "node:assert";
import type { CallInfo, Connector, ConnectorDefinition, ConnectorDeps } from "../src/call/connector.ts";
import { type CallerInput, EXPECTS_REPLY } from "../src/call/input.ts";
import { type AgentOutput, ENDS_CALL } from "../src/call/output.ts";
import { ConfigError, loadConfig } from "../src/config.ts";
import { silentLog } from "./logs.ts";
import { ManualClock } from "./manual_clock.ts";

/** What a connector is handed in a test: a clock that stands still, no disk. */
export function testDeps(overrides: Partial<ConnectorDeps> = {}): ConnectorDeps {
  return {
    clock: new ManualClock(),
    log: silentLog(),
    env: () => undefined,
    fetch: (url) => Promise.reject(new Error(`no network: ${url}`)),
    readFile: (path) => Promise.reject(new Deno.errors.NotFound(path)),
    createFile: (path) => Promise.reject(new Deno.errors.PermissionDenied(path)),
    ...overrides,
  };
}

/** Reads a connector's `config` block, written as YAML between braces. Returns its options, or what is wrong with them. */
export async function readBlock<Config>(definition: ConnectorDefinition<Config>, block: string) {
  try {
    const { config } = await loadConfig({
      file: "test.yaml",
      env: (name) => ({ FLAG: "yes", NAME: "Sales" })[name],
      readTextFile: () => Promise.resolve(`connectors: {it: {type: ${definition.kind}, config: {${block}}}}`),
      kinds: new Map([[definition.kind, definition.config]]),
    });
    return { config: config.connectors[0]!.config as Config, problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problems: error.problems.map((line) => line.replace(/^\S+ connectors\.it\.config\.?/, "")) };
  }
}

/** Builds a connector from its `config` block, written as YAML between braces. Fails when the block is refused. */
export async function createFrom<Config>(
  definition: ConnectorDefinition<Config>,
  block: string,
  deps: Partial<ConnectorDeps> = {},
): Promise<Connector> {
  const { config, problems } = await readBlock(definition, block);
  assert.deepEqual(problems, []);
  return await definition.create(config!, testDeps(deps), "it");
}

/** What is known about a call in a test. */
export function callInfo(about: Partial<CallInfo> = {}): CallInfo {
  return {
    id: "c1",
    orgId: "o1",
    agentId: "",
    language: "en-US",
    vendorConfig: "",
    startName: "",
    parameters: {},
    additionalInfo: {},
    trackingId: "",
    sensitive: false,
    signal: new AbortController().signal,
    ...about,
  };
}

/** Plays inputs to a connector and returns what it did. */
export async function play(
  connector: Connector,
  inputs: readonly CallerInput[],
  call: Partial<CallInfo> = {},
): Promise<AgentOutput[]> {
  const [agent] = await connector.agents();
  const info = callInfo({ agentId: agent?.id ?? "", ...call });
  async function* caller() {
    yield* inputs;
  }
  return await Array.fromAsync(connector.converse(info, caller()));
}

/** What every connector must do. */
export function testConnector(name: string, create: () => Promise<Connector>): void {
  Deno.test(`${name} offers at least one agent with an id and a name`, async () => {
    const agents = await (await create()).agents();
    assert.ok(agents.length > 0);
    for (const agent of agents) assert.ok(agent.id && agent.name);
  });

  Deno.test(`${name} speaks first and then listens`, async () => {
    const outputs = await play(await create(), [{ type: "started" }]);
    assert.equal(outputs[0]?.type, "say");
    assert.equal(outputs.at(-1)?.type, "listening");
  });

  Deno.test(`${name} closes every answer it owes, and only those`, async () => {
    const connector = await create();
    const audio = { format: connector.hears.format, data: new Uint8Array(1600) };
    const spoken: CallerInput[] = connector.hears.as === "utterances"
      ? [{ type: "utterance", audio }]
      : [{ type: "speech_started" }, { type: "audio", audio }, { type: "speech_ended" }];
    const inputs: CallerInput[] = [
      { type: "started" },
      ...spoken,
      { type: "keys_started" },
      { type: "keys", digits: "7" },
      { type: "silence" },
      { type: "custom", name: "order", data: { item: 1 } },
    ];
    const outputs = await play(connector, inputs);
    const owed = inputs.filter(({ type }) => EXPECTS_REPLY[type]).length;
    const closed = outputs.filter(({ type }) => type === "listening").length;
    assert.ok(closed === owed || ENDS_CALL[outputs.at(-1)!.type], `${closed} answers for ${owed} inputs`);
  });

  Deno.test(`${name} leaves without a word when the caller hangs up`, async () => {
    const outputs = await play(await create(), [{ type: "started" }, { type: "hung_up", reason: "caller" }]);
    assert.equal(outputs.filter(({ type }) => ENDS_CALL[type]).length, 0);
    assert.equal(outputs.at(-1)?.type, "listening");
  });

  Deno.test(`${name} keeps two calls apart`, async () => {
    const connector = await create();
    const one = await play(connector, [{ type: "started" }], { id: "one" });
    const two = await play(connector, [{ type: "started" }, { type: "silence" }], { id: "two" });
    assert.deepEqual(two.slice(0, one.length), one);
  });
}
