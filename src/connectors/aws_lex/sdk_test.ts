import { strict as assert } from "node:assert";
import { Buffer } from "node:buffer";
import { EventStreamCodec } from "@smithy/core/event-streams";
import { reachable } from "../../../tests/module_graph.ts";
import { checkRequest, EventSignatures } from "../../../tests/lex/signature.ts";
import {
  lexModels,
  lexRuntime,
  ListBotAliasesCommand,
  ListBotsCommand,
  RecognizeUtteranceCommand,
  type SdkOptions,
  StartConversationCommand,
} from "./sdk.ts";

const KEY = { accessKeyId: "AKID", secretAccessKey: "hunter2", region: "us-east-1", service: "lex" };
const SESSION = { botId: "BOT", botAliasId: "LIVE", localeId: "en_US", sessionId: "a b/c:d" };
const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(typeof bytes === "string" ? Buffer.from(bytes) : bytes),
  (text) => new TextEncoder().encode(text),
);

// deno-lint-ignore no-explicit-any
type Sent = any;

/** A wire that ends here: keeps what it is given and answers with what it is told. */
class Wire {
  readonly metadata: { handlerProtocol: string };
  readonly sent: Sent[] = [];

  constructor(
    readonly answers: (() => { statusCode: number; headers?: Record<string, string>; body?: unknown })[],
    handlerProtocol = "http/1.1",
  ) {
    this.metadata = { handlerProtocol };
  }

  handle(request: Sent) {
    this.sent.push(request);
    return Promise.resolve({ response: { headers: {}, body: new Blob(["{}"]).stream(), ...this.answers.shift()!() } });
  }
}

function options(requestHandler: Wire, more: Partial<SdkOptions> = {}): SdkOptions {
  return {
    region: "us-east-1",
    endpoint: "http://127.0.0.1:1",
    credentials: () => Promise.resolve(KEY),
    requestHandler: requestHandler as Sent,
    maxAttempts: 1,
    ...more,
  };
}

/** What goes over the wire for a request of the SDK's. */
function wired({ method, path, headers, body }: Sent, streamed = false) {
  return { method, path, headers, ...(streamed ? {} : { body: bytesOf(body) }) };
}

/** A body as the SDK hands it on: text where it has little to say. */
function bytesOf(body: string | Uint8Array | undefined): Uint8Array {
  return typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body ?? []);
}

const fine = () => ({ statusCode: 200 });
const json = (value: unknown) => () => ({ statusCode: 200, body: new Blob([JSON.stringify(value)]).stream() });
const refusal = (name: string, statusCode: number) => () => ({
  statusCode,
  headers: { "x-amzn-errortype": name },
  body: new Blob(['{"message":"no"}']).stream(),
});

Deno.test("what the SDK sends bears a signature that a stranger to it recomputes", async () => {
  const wire = new Wire([fine]);
  const inputStream = new TextEncoder().encode("hello");
  await lexRuntime(options(wire)).send(
    new RecognizeUtteranceCommand({ ...SESSION, requestContentType: "text/plain; charset=utf-8", inputStream }),
  );
  const request = wired(wire.sent[0]);
  assert.equal(request.path, "/bots/BOT/botAliases/LIVE/botLocales/en_US/sessions/a%20b%2Fc%3Ad/utterance");
  checkRequest(request, KEY);
  const refused = (more: object, key: object, why: RegExp) =>
    assert.throws(() => checkRequest({ ...request, ...more }, { ...KEY, ...key }), why);
  refused({}, { secretAccessKey: "hunter3" }, /another signature/);
  refused({}, { accessKeyId: "OTHER" }, /unknown key/);
  refused({}, { region: "eu-west-1" }, /scope/);
  refused({ body: new Uint8Array(5) }, {}, /another body/);
  refused({ path: request.path.replace("BOT", "BOB") }, {}, /another signature/);
  refused({ headers: { ...request.headers, "x-amz-lex-session-state": "e30=" } }, {}, /is not signed/);
  refused({ headers: { ...request.headers, "content-type": "audio/l16" } }, {}, /another signature/);
});

Deno.test("temporary credentials send their token, signed", async () => {
  const wire = new Wire([fine]);
  const credentials = () => Promise.resolve({ ...KEY, sessionToken: "TOKEN" });
  await lexModels(options(wire, { credentials })).send(new ListBotsCommand({}));
  assert.equal(wire.sent[0].headers["x-amz-security-token"], "TOKEN");
  checkRequest(wired(wire.sent[0]), KEY);
});

Deno.test("lists of bots and aliases come in pages", async () => {
  const wire = new Wire([
    json({ botSummaries: [{ botId: "B1", botName: "Travel" }], nextToken: "more" }),
    json({ botAliasSummaries: [{ botAliasId: "A1" }] }),
  ]);
  const models = lexModels(options(wire));
  const page = await models.send(new ListBotsCommand({ maxResults: 1 }));
  assert.deepEqual([page.botSummaries?.[0]?.botName, page.nextToken], ["Travel", "more"]);
  const aliases = await models.send(new ListBotAliasesCommand({ botId: "B1", nextToken: "more" }));
  assert.equal(aliases.botAliasSummaries?.[0]?.botAliasId, "A1");
  for (const request of wire.sent) checkRequest(wired(request), KEY);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(wire.sent[1].body)), { nextToken: "more" });
});

Deno.test("an exception of Lex's comes with its own name and status", async () => {
  const wire = new Wire([refusal("ResourceNotFoundException", 404)]);
  const asked = lexRuntime(options(wire)).send(
    new RecognizeUtteranceCommand({ ...SESSION, requestContentType: "text/plain; charset=utf-8" }),
  );
  await assert.rejects(asked, (error: Sent) => {
    assert.deepEqual([error.name, error.$metadata.httpStatusCode], ["ResourceNotFoundException", 404]);
    return true;
  });
});

Deno.test("a throttled request is sent as often as is allowed, each time signed", async () => {
  const throttled = refusal("ThrottlingException", 429);
  const wire = new Wire([throttled, json({ botSummaries: [] })]);
  await lexModels(options(wire, { maxAttempts: 2 })).send(new ListBotsCommand({}));
  assert.equal(wire.sent.length, 2);
  for (const request of wire.sent) checkRequest(wired(request), KEY);
  const once = new Wire([throttled]);
  await assert.rejects(lexModels(options(once)).send(new ListBotsCommand({})), { name: "ThrottlingException" });
});

Deno.test("every event of a conversation is signed together with the one before it", async () => {
  const frames: Uint8Array[] = [];
  const wire = new Wire([() => ({ statusCode: 200, body: (async function* () {})() })], "h2");
  const handle = wire.handle.bind(wire);
  wire.handle = async (request) => {
    for await (const frame of request.body) if (frames.push(frame) === 4) break;
    return await handle(request);
  };
  const requestEventStream = (async function* () {
    yield { ConfigurationEvent: { responseContentType: "audio/pcm" } };
    yield { AudioInputEvent: { audioChunk: new Uint8Array([1, 2]), contentType: "audio/lpcm" } };
    yield { DTMFInputEvent: { inputCharacter: "#" } };
  })();
  await lexRuntime(options(wire)).send(
    new StartConversationCommand({ ...SESSION, conversationMode: "AUDIO", requestEventStream } as Sent),
  );
  const seed = checkRequest(wired(wire.sent[0], true), KEY);
  const events = frames.map((frame) => codec.decode(frame)).map(({ headers, body }) => ({
    date: headers[":date"]!.value as Date,
    signature: headers[":chunk-signature"]!.value as Uint8Array,
    payload: body,
  }));
  const names = events.slice(0, 3).map(({ payload }) => codec.decode(payload).headers[":event-type"]!.value);
  assert.deepEqual(names, ["ConfigurationEvent", "AudioInputEvent", "DTMFInputEvent"]);
  assert.equal(events[3]!.payload.length, 0, "the stream ends with a signed event of nothing");

  const signatures = new EventSignatures(seed, KEY);
  for (const event of events) signatures.check(event);
  const missing = new EventSignatures(seed, KEY);
  missing.check(events[0]!);
  assert.throws(() => missing.check(events[2]!), /out of order/);
  const changed = new EventSignatures(seed, KEY);
  assert.throws(() => changed.check({ ...events[0]!, payload: new Uint8Array(3) }), /or changed/);
});

Deno.test("a client needs no file, no variable, nothing of the system, and never writes to the console", async () => {
  const script = `
    import { lexModels, lexRuntime, ListBotsCommand, StartConversationCommand } from ${
    JSON.stringify(import.meta.resolve("./sdk.ts"))
  };
    const answers = [[200, '{"botSummaries":[]}'], [429, '{"__type":"ThrottlingException"}']];
    const requestHandler = { metadata: {}, handle: () => {
      const [statusCode, text] = answers.shift();
      return Promise.resolve({ response: { statusCode, headers: {}, body: new Blob([text]).stream() } });
    } };
    const credentials = () => Promise.resolve({ accessKeyId: "AKID", secretAccessKey: "x" });
    const options = { region: "us-east-1", endpoint: "http://x:1", credentials, requestHandler, maxAttempts: 3 };
    const { botSummaries } = await lexModels(options).send(new ListBotsCommand({}));
    const requestEventStream = (async function* () {})();
    const session = ${JSON.stringify(SESSION)};
    const talk = lexRuntime(options).send(new StartConversationCommand({ ...session, requestEventStream }));
    await Deno.stdout.write(new TextEncoder().encode(botSummaries.length + await talk.catch(({ name }) => name)));`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, script);
    const { pathname } = new URL("../../../deno.json", import.meta.url);
    const args = ["run", "--quiet", "--no-prompt", "--no-check", "--ignore-env", `--config=${pathname}`, file];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    const text = new TextDecoder();
    assert.deepEqual([text.decode(stdout), text.decode(stderr)], ["0ThrottlingException", ""]);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("node:http2 cannot be reached through the SDK as it is put together here, though through its own entry it can", async () => {
  const root = new URL("../../../", import.meta.url);
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  assert.ok((await reachable(imports["@aws-sdk/client-lex-runtime-v2"], root)).has("node:http2"));
  const ours = [...await reachable("src/connectors/aws_lex/sdk.ts", root)];
  assert.ok(ours.some((specifier) => specifier.includes("@smithy/core")), "the SDK was not followed");
  assert.deepEqual(ours.filter((specifier) => /^node:http2$|node-http-handler/.test(specifier)), []);
});
