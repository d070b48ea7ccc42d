import { Buffer } from "node:buffer";
import { RecognizeUtteranceCommand, StartConversationCommand } from "../../src/connectors/aws_lex/sdk.ts";
import { EventStreamCodec } from "@smithy/core/event-streams";
import type { ScriptedLex } from "./scripted_lex.ts";
import { checkRequest, EventSignatures, type SigningKey } from "./signature.ts";

type Json = Record<string, unknown>;

/** Whose requests are answered. */
const KEY = { accessKeyId: "AKID", secretAccessKey: "hunter2", service: "lex" };

const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(typeof bytes === "string" ? Buffer.from(bytes) : bytes),
  (text) => new TextEncoder().encode(text),
);

/** What a fake is like besides its script. */
export interface FakeOptions {
  /** Where it stands; requests that are signed for another region are refused. */
  readonly region?: string;
  /** Bots by name, with the ids of their aliases. */
  readonly bots?: Readonly<Record<string, readonly string[]>>;
  /** Answers a request instead of the script; its path is what it is asked for. */
  readonly fault?: (path: string) => Response | undefined;
}

/**
 * Amazon Lex V2 on a local port, as its API reference has it: REST for turns and lists, a signed event stream over HTTP/2
 * for conversations. Every signature is computed anew: requests and events with another are refused.
 */
export class FakeLex implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** Sessions with a stream: whoever asks for one of them otherwise is in conflict. */
  readonly #streaming = new Set<unknown>();
  readonly #defects: unknown[] = [];
  /** The paths that were asked for. */
  readonly asked: string[] = [];
  /** When each request of RecognizeUtterance had come in whole, in ms of performance.now(). */
  readonly heardAt: number[] = [];
  /** When the first byte of each voice left, in ms of performance.now(). */
  readonly spokeAt: number[] = [];

  constructor(readonly script: ScriptedLex, readonly options: FakeOptions = {}) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {}, onError: (error) => this.#fail(error) },
      (request) => this.#answer(request),
    );
  }

  get #key(): SigningKey {
    return { ...KEY, region: this.#region };
  }

  get #region(): string {
    return this.options.region ?? "us-east-1";
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** The lines of a `config` block that lead here. */
  get block(): string {
    return this.blockVia(`http://127.0.0.1:${this.port}`);
  }

  /** The lines of a `config` block that lead here by way of another address. */
  blockVia(url: string): string {
    return `region_name: ${this.#region}, endpoint: "${url}", models_endpoint: "${url}", aws_access_key_id: AKID, aws_secret_access_key: hunter2`;
  }

  /** Throws what the fake itself could not do, so that no test takes that for an answer of Lex's. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    if (this.#defects.length > 0) throw new AggregateError(this.#defects, "Cannot go by what this Lex has answered");
  }

  #fail(error: unknown): Response {
    this.#defects.push(error);
    return new Response(null, { status: 500 });
  }

  async #answer(request: Request): Promise<Response> {
    const path = decodeURIComponent(new URL(request.url).pathname);
    this.asked.push(path);
    const streams = path.endsWith("/conversation");
    const body = streams ? undefined : await wholeBodyOf(request);
    if (body === "gone") return new Response(); // nobody is there to read it
    let seed: string;
    try {
      seed = checkRequest(
        { ...signedPartsOf(request, streams ? ":authority" : "host"), ...(body ? { body } : {}) },
        this.#key,
      );
    } catch {
      return refusal("UnrecognizedClientException", 403);
    }
    const fault = this.options.fault?.(path);
    if (fault) {
      if (streams) await request.body?.cancel().catch(() => {}); // its client may be gone
      return fault;
    }
    const session =
      /^\/bots\/(\w+)\/botAliases\/(\w+)\/botLocales\/(\w+)\/sessions\/([^/]+)\/(utterance|conversation)$/;
    const [, botId, botAliasId, localeId, sessionId, way] = session.exec(path) ?? [];
    const about = { botId, botAliasId, localeId, sessionId };
    if (way === "utterance") return await this.#utterance(request.headers, body!, about);
    if (way === "conversation") {
      return await this.#conversation(eventsOf(request.body!, new EventSignatures(seed, this.#key)), about);
    }
    return this.#list(path, JSON.parse(new TextDecoder().decode(body)));
  }

  #list(path: string, { maxResults = 10, nextToken = "0" }: { maxResults?: number; nextToken?: string }): Response {
    const [, botName] = /^\/bots\/(\w+)\/botaliases\/?$/.exec(path) ?? [];
    const { bots = {} } = this.options;
    const from = Number(nextToken);
    const all = botName === undefined ? Object.keys(bots) : bots[botName] ?? [];
    const page = all.slice(from, from + Math.min(2, maxResults));
    const rest = from + page.length < all.length ? { nextToken: String(from + page.length) } : {};
    return Response.json(
      botName === undefined
        ? { botSummaries: page.map((name) => ({ botId: name, botName: name, botStatus: "Available" })), ...rest }
        : { botAliasSummaries: page.map((id) => ({ botAliasId: id, botAliasStatus: "Available" })), ...rest },
    );
  }

  async #utterance(headers: Headers, inputStream: Uint8Array, about: Json): Promise<Response> {
    const head = (name: string) => headers.get(name) ?? undefined;
    this.heardAt.push(performance.now());
    if (this.#streaming.has(about.sessionId)) return refusal("ConflictException", 409);
    try {
      const command = new RecognizeUtteranceCommand({
        ...about,
        requestContentType: head("content-type"),
        responseContentType: head("response-content-type"),
        sessionState: head("x-amz-lex-session-state"),
        requestAttributes: head("x-amz-lex-request-attributes"),
        inputStream,
      } as never);
      const output = await this.script.runtime.send(command);
      const fields = {
        "x-amz-lex-messages": output.messages,
        "x-amz-lex-interpretations": output.interpretations,
        "x-amz-lex-session-state": output.sessionState,
        "x-amz-lex-input-transcript": output.inputTranscript,
      };
      const headers = Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined);
      return new Response(this.#voice(output.audioStream as unknown as AsyncIterable<Uint8Array>), { headers });
    } catch (error) {
      return refusalOf(error);
    }
  }

  #voice(audio: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
    let first = true;
    const told = async function* (this: FakeLex) {
      for await (const piece of audio) {
        if (first) this.spokeAt.push(performance.now());
        first = false;
        yield piece;
      }
    };
    return ReadableStream.from(told.call(this)) as ReadableStream<Uint8Array>;
  }

  async #conversation(requestEventStream: AsyncIterable<unknown>, about: Json): Promise<Response> {
    if (this.#streaming.has(about.sessionId)) return refusal("ConflictException", 409);
    this.#streaming.add(about.sessionId);
    try {
      const command = new StartConversationCommand({ ...about, requestEventStream } as never);
      const { responseEventStream } = await this.script.runtime.send(command);
      const out = async function* (this: FakeLex) {
        let speaking = false;
        try {
          for await (const event of responseEventStream!) {
            const [[type, body]] = Object.entries(event) as [[string, Json & { audioChunk?: Uint8Array }]];
            if (body.audioChunk && !speaking) this.spokeAt.push(performance.now());
            speaking = body.audioChunk !== undefined;
            yield encode("event", type, body);
          }
        } catch (error) {
          const { name } = error as Error;
          yield name.endsWith("Exception") ? encode("exception", name, { message: "no" }) : encodeError(name);
        } finally {
          this.#streaming.delete(about.sessionId);
        }
      };
      return new Response(ReadableStream.from(out.call(this)), {
        headers: { "content-type": "application/vnd.amazon.eventstream" },
      });
    } catch (error) {
      this.#streaming.delete(about.sessionId);
      return refusalOf(error);
    }
  }
}

/** Reads the events that a client has sent, each signed, in frames with checksums (Amazon event stream encoding). */
async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  signatures: EventSignatures,
): AsyncGenerator<Record<string, Json>> {
  let rest = new Uint8Array();
  for await (const piece of arriving(body)) {
    rest = new Uint8Array(Buffer.concat([rest, piece]));
    while (rest.length >= 4) {
      const length = new DataView(rest.buffer, rest.byteOffset).getUint32(0);
      if (rest.length < length) break;
      const signed = codec.decode(rest.slice(0, length));
      rest = rest.slice(length);
      const { ":date": date, ":chunk-signature": signature } = signed.headers;
      signatures.check({
        date: date!.value as Date,
        signature: signature!.value as Uint8Array,
        payload: signed.body,
      });
      if (signed.body.length === 0) return;
      const { headers, body } = codec.decode(signed.body);
      const event = body.length > 0 ? JSON.parse(new TextDecoder().decode(body)) : {};
      if (event.audioChunk) event.audioChunk = new Uint8Array(Buffer.from(event.audioChunk, "base64"));
      yield { [String(headers[":event-type"]!.value)]: event };
    }
  }
}

/** A request's body, or "gone" when its client went in the middle of it. */
async function wholeBodyOf(request: Request): Promise<Uint8Array | "gone"> {
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch {
    return "gone";
  }
}

/** What comes until the client ends it, or is gone. */
async function* arriving(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch {
    // its line was cut
  }
}

function encode(kind: "event" | "exception", type: string, body: Json & { audioChunk?: Uint8Array }): Uint8Array {
  const { audioChunk, ...rest } = body;
  const plain = audioChunk ? { ...rest, audioChunk: Buffer.from(audioChunk).toString("base64") } : rest;
  return codec.encode({
    headers: {
      ":message-type": text(kind),
      [kind === "event" ? ":event-type" : ":exception-type"]: text(type),
      ":content-type": text("application/json"),
    },
    body: new TextEncoder().encode(JSON.stringify(plain)),
  });
}

/** An error that the service has no name for (Amazon event stream encoding, "unmodeled errors"). */
function encodeError(code: string): Uint8Array {
  return codec.encode({
    headers: {
      ":message-type": text("error"),
      ":error-code": text(code),
      ":error-message": text("the caller said 4111"),
    },
    body: new Uint8Array(),
  });
}

function text(value: string) {
  return { type: "string" as const, value };
}

/** An exception of AWS's as it travels. */
export function refusal(name: string, status: number): Response {
  return Response.json({ message: "the caller said 4111" }, { status, headers: { "x-amzn-errortype": name } });
}

function refusalOf(error: unknown): Response {
  const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  return refusal(name, $metadata?.httpStatusCode ?? 500);
}

/** What of a request its signature covers, the body left out. `hostField`: where HTTP/1.1 or HTTP/2 name the host. */
function signedPartsOf(request: Request, hostField: "host" | ":authority") {
  const { pathname, host, search } = new URL(request.url);
  const headers = Object.fromEntries([...request.headers].map(([name, value]) => [name.toLowerCase(), value]));
  return { method: request.method, path: pathname, query: search.slice(1), headers: { ...headers, [hostField]: host } };
}
