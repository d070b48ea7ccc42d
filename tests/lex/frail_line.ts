import { Buffer } from "node:buffer";

/** What comes back from a server, piece by piece: a frame of HTTP/2, or bytes of HTTP/1.1 as they happen to come. */
export interface Piece {
  /** The frame's type (RFC 9113 §6); undefined for HTTP/1.1. */
  readonly type: number | undefined;
  /** All of it, a frame's head included. */
  readonly bytes: Uint8Array;
}

/** What becomes of a piece: bytes that go on in its place, bytes after which the connection is cut, or more time. */
export type Harm = (piece: Piece) => Uint8Array | { readonly cutAfter: Uint8Array } | Promise<Uint8Array>;

export interface LineOptions {
  /** TLS with HTTP/2 towards the client; the server behind speaks plaintext. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export const FRAME = { DATA: 0, HEADERS: 1, RST_STREAM: 3, GOAWAY: 7 } as const;
const FRAME_HEAD = 9;
const PREFACE = "PRI * HTTP/2.0";

/**
 * The network between a client and a server on this machine, which can be hurt: frames changed, added, held, cut in two,
 * or lost without a word.
 */
export class FrailLine implements AsyncDisposable {
  readonly #listener: Deno.Listener;
  readonly #open = new Set<Deno.Conn>();
  /** Connections on which nothing passes any more, though neither end is told. */
  readonly #dead = new Set<Deno.Conn>();
  readonly #serving: Promise<void>;
  /** Connections that were made so far. */
  made = 0;
  /** What is done to each piece on its way to the client. */
  harm: Harm = ({ bytes }) => bytes;

  /** `port`: where the server listens. */
  constructor(readonly port: number, { tls }: LineOptions = {}) {
    const here = { hostname: "127.0.0.1", port: 0 };
    this.#listener = tls ? Deno.listenTls({ ...here, ...tls, alpnProtocols: ["h2"] }) : Deno.listen(here);
    this.#serving = this.#serve();
  }

  /** Where clients connect. */
  get address(): string {
    return `127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;
  }

  /** Connections of clients that are open. */
  get open(): number {
    return this.#open.size;
  }

  /** Does harm once, to the first piece that it concerns. */
  once(concerns: (piece: Piece) => boolean, harm: Harm): void {
    let done = false;
    this.harm = (piece) => {
      if (done || !concerns(piece)) return piece.bytes;
      done = true;
      return harm(piece);
    };
  }

  /** Lets every connection that is open go dead: what either side sends is lost, and neither is told. New ones are sound. */
  die(): void {
    for (const client of this.#open) this.#dead.add(client);
  }

  /** Cuts every connection, without a word. */
  cut(): void {
    for (const client of this.#open) close(client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const relays: Promise<void>[] = [];
    for await (const client of this.#listener) {
      this.made++;
      this.#open.add(client);
      relays.push(this.#relay(client).finally(() => this.#open.delete(client)));
    }
    await Promise.all(relays);
  }

  async #relay(client: Deno.Conn): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    let http2 = false, first = true;
    const up = async () => {
      for await (const bytes of client.readable) {
        if (first) http2 = new TextDecoder().decode(bytes.subarray(0, PREFACE.length)) === PREFACE;
        first = false;
        if (!this.#dead.has(client)) await writeAll(server, bytes);
      }
      await server.closeWrite();
    };
    const down = async () => {
      let rest = new Uint8Array();
      for await (const bytes of server.readable) {
        rest = new Uint8Array(Buffer.concat([rest, bytes]));
        for (let length = lengthOf(rest, http2); length > 0; length = lengthOf(rest, http2)) {
          const piece = { type: http2 ? rest[3] : undefined, bytes: rest.slice(0, length) };
          rest = rest.slice(length);
          const becomes = await this.harm(piece);
          if (this.#dead.has(client)) continue;
          await writeAll(client, becomes instanceof Uint8Array ? becomes : becomes.cutAfter);
          if (!(becomes instanceof Uint8Array)) return;
        }
      }
    };
    const coming = up().catch(() => close(server)); // either side may be gone at any time
    await down().catch(() => {});
    close(client);
    await coming;
    close(server);
  }
}

/** Whether a piece holds a name that events or headers spell out, such as "AudioResponseEvent". */
export function names(name: string): (piece: Piece) => boolean {
  return ({ bytes }) => Buffer.from(bytes).includes(name);
}

/** A frame of HTTP/2 (RFC 9113 §4.1). */
export function frame(type: number, streamId: number, payload: readonly number[]): Uint8Array {
  return Uint8Array.from([0, 0, payload.length, type, 0, 0, 0, 0, streamId, ...payload]);
}

/** RST_STREAM, on the first stream of a connection unless told (RFC 9113 §6.4). */
export function reset(code: number, streamId = 1): Uint8Array {
  return frame(FRAME.RST_STREAM, streamId, [0, 0, 0, code]);
}

/** The stream, below 256, that a frame of HTTP/2 belongs to. */
export function streamOf({ bytes }: Piece): number {
  return bytes[FRAME_HEAD - 1]!;
}

/** GOAWAY: `lastId` is the last stream that is still answered, below 128 or 2³¹-1 for all (RFC 9113 §6.8). */
export function goAway(code: number, lastId: number): Uint8Array {
  const last = lastId > 127 ? [0x7f, 0xff, 0xff, 0xff] : [0, 0, 0, lastId];
  return frame(FRAME.GOAWAY, 0, [...last, 0, 0, 0, code]);
}

/** A copy with one byte changed; from the end if `at` is negative. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  const index = at < 0 ? bytes.length + at : at;
  changed[index] = changed[index]! ^ 0xff;
  return changed;
}

/** Where an event begins in the frame that carries it. */
export const EVENT_AT = FRAME_HEAD;

/** How long the next piece is; 0 as long as it is not all there. */
function lengthOf(bytes: Uint8Array, http2: boolean): number {
  if (!http2) return bytes.length;
  if (bytes.length < FRAME_HEAD) return 0;
  const length = FRAME_HEAD + (bytes[0]! << 16 | bytes[1]! << 8 | bytes[2]!);
  return bytes.length >= length ? length : 0;
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await to.write(bytes.subarray(done));
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // its readable has closed it
  }
}
