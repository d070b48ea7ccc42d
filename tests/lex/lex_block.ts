import { strict as assert } from "node:assert";
import { TELEPHONY } from "../../src/audio/format.ts";
import { writeWav } from "../../src/audio/wav.ts";
import type { CallerInput } from "../../src/call/input.ts";
import { openClients } from "../../src/connectors/aws_lex/clients.ts";
import { connectLex } from "../../src/connectors/aws_lex/connect.ts";
import { awsLex } from "../../src/connectors/aws_lex/mod.ts";
import type { LexConfig } from "../../src/connectors/aws_lex/options.ts";
import { ListBotsCommand, RecognizeUtteranceCommand } from "../../src/connectors/aws_lex/sdk.ts";
import { play, readBlock, testDeps } from "../connector_suite.ts";
import { keepingLog, type Line } from "../logs.ts";
import { MemoryDisk } from "../memory_disk.ts";
import { hurried, outline } from "./lex_calls.ts";
import { type LexLine, says, ScriptedLex } from "./scripted_lex.ts";
import { checkRequest, type SignedRequest, type SigningKey } from "./signature.ts";

/** What there is to be seen of a `config` block of a Lex connector: in a call, and on the wire. */

const REGION = "region_name: us-east-1";
const STARTED: CallerInput = { type: "started" };
/** What every file of the operator's holds: 10 ms. */
export const OWN_SOUND = { format: TELEPHONY, data: new Uint8Array(80) };
/** How much faster the time of these calls passes. */
export const TIMES = 20;

async function configOf(block: string): Promise<LexConfig> {
  const { config, problems } = await readBlock(awsLex, block.replace(/^, |, $/g, ""));
  assert.deepEqual(problems, []);
  return config as LexConfig;
}

/** An account with one bot, and how often it was asked for all that it has. */
function account() {
  const models = {
    lists: 0,
    send(command: unknown) {
      if (!(command instanceof ListBotsCommand)) {
        return Promise.resolve({ botAliasSummaries: [{ botAliasId: "LIVE", botAliasStatus: "Available" }] });
      }
      models.lists++;
      return Promise.resolve({ botSummaries: [{ botId: "FOUND", botName: "Found", botStatus: "Available" }] });
    },
  };
  return models;
}

/** Plays a call in mode utterance, unless the block says otherwise, and returns all that there is to be seen of it. */
export async function call(
  block: string,
  inputs: readonly CallerInput[] = [],
  lines: readonly (LexLine | Error)[] = [],
) {
  const answers = [...lines];
  const models = account();
  const lex = new ScriptedLex((_turn, at) => at === 0 ? says("Welcome.") : answers.shift() ?? says("Yes?"));
  const disk = new MemoryDisk();
  const log: Line[] = [];
  const time = hurried(TIMES);
  const timers: number[] = [];
  const clock = {
    ...time,
    setTimer: (ms: number, fire: () => void) => {
      timers.push(ms);
      return time.setTimer(ms, fire);
    },
  };
  const mode = block.includes("mode:") ? "" : "mode: utterance, ";
  const config = await configOf(`${REGION}, ${mode}${block}`);
  const clients = { runtime: lex.runtime, models: models as never, [Symbol.asyncDispose]: () => Promise.resolve() };
  const readFile = () => Promise.resolve(writeWav(OWN_SOUND));
  const deps = testDeps({ clock, log: keepingLog(log), createFile: disk.createFile, readFile });
  const connector = await connectLex(config, deps, { id: "lex", clients });
  const agents = (await connector.agents()).map(({ id }) => id);
  const about = { parameters: { tier: "gold" }, id: "c1" };
  let failure = "";
  const outputs = await play(connector, [STARTED, ...inputs], about).catch((error) => {
    failure = error.code;
    return [];
  });
  return { lex, models, disk, log, timers, connector, agents, outputs, end: failure || outline(outputs).at(-1) };
}

/** Who may have signed a request. */
const SECRETS = ["hunter2", "hunter3", "hunter4"];

/** Asks both services over a wire that only notes: hosts, whose requests they are, and for which region. */
export async function asked(block: string, env: Record<string, string> = {}) {
  const requests: { url: URL; method: string; headers: Record<string, string>; body: unknown }[] = [];
  const fetch = (address: string, { method = "", headers, body }: RequestInit = {}) => {
    const url = new URL(address);
    requests.push({ url, method, headers: { ...Object.fromEntries(new Headers(headers)), host: url.host }, body });
    return Promise.resolve(Response.json({}));
  };
  const config = await configOf(`${block.includes("region_name") ? "" : `${REGION}, `}${block}`);
  await using clients = openClients(config, testDeps({ clock: hurried(1), fetch, env: (name) => env[name] }));
  const session = { botId: "B", botAliasId: "A", localeId: "en_US", sessionId: "s1", requestContentType: "text/plain" };
  const recognize = new RecognizeUtteranceCommand({ ...session, inputStream: new Uint8Array() });
  await Promise.allSettled([clients.models.send(new ListBotsCommand({})), clients.runtime.send(recognize)]);
  const list = requests.find(({ url }) => url.pathname.startsWith("/bots") && url.pathname.length < 8);
  const [, accessKeyId, region] = /Credential=(\w+)\/\d+\/([\w-]+)/.exec(list?.headers.authorization ?? "") ?? [];
  const secret = list && SECRETS.find((secretAccessKey) => {
    const body = new TextEncoder().encode(String(list.body));
    const key = { accessKeyId: accessKeyId!, secretAccessKey, region: region!, service: "lex" };
    return signedBy(key, { method: list.method, path: list.url.pathname, headers: list.headers, body });
  });
  const hosts = requests.map(({ url }) => url.host).sort();
  return { hosts, accessKeyId, secret, region, token: list?.headers["x-amz-security-token"] };
}

function signedBy(key: SigningKey, request: SignedRequest): boolean {
  try {
    checkRequest(request, key);
    return true;
  } catch {
    return false;
  }
}
