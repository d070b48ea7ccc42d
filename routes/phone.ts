import { Hono } from "hono";
import * as z from "zod";
import bookingWav from "../audio/caller_booking.wav" with { type: "bytes" };
import orderWav from "../audio/caller_order.wav" with { type: "bytes" };
import { PHONE_VOICES, type PhoneNews, type PhoneOrder, type PhoneVoice } from "../islands/phone_talk.ts";
import type { Caller, CallerOptions } from "../src/caller/caller.ts";
import { linearPiece, readSpeech, spokenPiece } from "../src/caller/spoken.ts";
import type { Clock } from "../src/lib/clock.ts";
import type { Log } from "../src/lib/log.ts";

/** What a phone needs of the house. */
export interface PhoneHost {
  readonly clock: Clock;
  readonly log: Log;
  /** Makes a call to the gateway's own gRPC port. Throws what `Caller.dial` throws. */
  readonly dial: (options: CallerOptions) => Promise<Caller>;
}

/** Calls from browsers at one time. */
const MOST_PHONES = 10;
/** The longest of them, in ms. */
const LONGEST_CALL_MS = 900_000;
/** The longest message from a page, in bytes or UTF-16 units. */
const LONGEST_MESSAGE = 65_536;
/** Bytes that may wait for a page that does not read; then it is hung up. */
const MOST_WAITING = 1_048_576;
/** Codes of a close (RFC 6455 7.4.1). */
const CLOSE = { over: 1000, policy: 1008, tooMuch: 1009 } as const;
const FORMAT = { encoding: "mulaw", sampleRate: 8000 } as const;
const VOICES: { readonly [V in PhoneVoice]: Uint8Array } = { booking: bookingWav, order: orderWav };

const someText = (most: number) => z.string().max(most);
const order: z.ZodType<PhoneOrder> = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("dial"),
    agent: someText(256),
    org: someText(256),
    language: someText(35),
    start_name: someText(256),
    parameters: z.record(z.string(), z.unknown()),
    vendor_config: someText(LONGEST_MESSAGE),
    additional_info: z.record(z.string(), z.string()),
    token: someText(16_384).regex(/^[\x21-\x7e]*$/),
  }),
  z.strictObject({ type: z.literal("press"), key: z.string().regex(/^[0-9*#A-D]$/) }),
  z.strictObject({ type: z.literal("say"), voice: z.enum(PHONE_VOICES) }),
  z.strictObject({ type: z.literal("hang_up") }),
]);

/** The test phone: a WebSocket carries one call between a page and the gateway's own gRPC port (`islands/phone_talk.ts`). */
export function phone(host: PhoneHost): Hono {
  const app = new Hono();
  const open = new Set<Phone>();
  app.get("/api/phone", (c) => {
    if (c.req.header("Upgrade")?.toLowerCase() !== "websocket") {
      c.header("Upgrade", "websocket");
      return c.json({ error: "Cannot answer: a WebSocket expected" }, 426);
    }
    if (open.size >= MOST_PHONES) {
      c.header("Retry-After", "10");
      return c.json({ error: `Cannot call: as many test calls as may be are going on: ${MOST_PHONES}` }, 503);
    }
    const { socket, response } = Deno.upgradeWebSocket(c.req.raw);
    const one = new Phone(socket, host, () => open.delete(one));
    open.add(one);
    return response;
  });
  return app;
}

/** One call from a page. */
class Phone {
  #caller: Caller | undefined;
  #dialled = false;
  #over = false;
  /** What the page was last told of the call's state. */
  #told = "";
  #callOffTimer: () => void;

  constructor(readonly socket: WebSocket, readonly host: PhoneHost, readonly onOver: () => void) {
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = socket.onerror = () => void this.#leave();
    this.#callOffTimer = host.clock.setTimer(
      LONGEST_CALL_MS,
      () => this.#close(CLOSE.policy, "the call has lasted too long"),
    );
  }

  #take(data: string | ArrayBuffer): void {
    const length = typeof data === "string" ? data.length : data.byteLength;
    if (length > LONGEST_MESSAGE) return this.#close(CLOSE.tooMuch, "the message is too long");
    if (typeof data !== "string") return this.#caller?.speakOn(spokenPiece(new Uint8Array(data), FORMAT));
    const read = order.safeParse(parse(data));
    if (!read.success) {
      return this.#say({ type: "problem", message: "Cannot follow: an order as in phone_talk.ts expected" });
    }
    this.#follow(read.data).catch((error) =>
      this.#say({ type: "problem", message: error instanceof Error ? error.message : "unknown" })
    );
  }

  async #follow(order: PhoneOrder): Promise<void> {
    switch (order.type) {
      case "dial":
        return await this.#dial(order);
      case "press":
        return void this.#caller?.pressNow(order.key);
      case "say":
        return this.#caller?.speakNow(readSpeech(VOICES[order.voice], FORMAT));
      case "hang_up":
        if (this.#caller && !this.#caller.end) await this.#caller.hangUp();
    }
  }

  async #dial(order: Extract<PhoneOrder, { type: "dial" }>): Promise<void> {
    if (this.#dialled) throw new Error("Cannot dial: a socket carries one call");
    this.#dialled = true;
    const callId = `phone-${crypto.randomUUID()}`;
    const caller = await this.host.dial({
      conversationId: callId,
      orgId: order.org,
      agentId: order.agent,
      language: order.language,
      vendorSpecificConfig: order.vendor_config,
      additionalInfo: order.additional_info,
      format: FORMAT,
      ...(order.token === "" ? {} : { token: order.token }),
      ear: {
        plays: (data) => this.#send(linearPiece({ format: FORMAT, data })),
        cutOff: () => this.#say({ type: "cut_off" }),
      },
      onTimeline: ({ atMs, ...entry }) => this.#say({ type: "happened", at_ms: atMs, ...entry }),
      onChange: () => this.#tellState(),
    });
    if (this.#over) return await caller[Symbol.asyncDispose]();
    this.#caller = caller;
    this.#say({ type: "dialled", call_id: callId, org_id: order.org });
    // What goes wrong from here on is on the timeline, and the end of the call says how it ended.
    const started = caller.start(order.start_name, order.parameters).catch(() => {});
    await caller.over().catch(() => {});
    await started;
    this.#tellState();
    this.#close(CLOSE.over, "the call is over");
  }

  #tellState(): void {
    const caller = this.#caller;
    if (!caller) return;
    const state: PhoneNews = {
      type: "state",
      my_turn: caller.isMyTurn,
      playing: caller.listens,
      takes_voice: caller.takes.voice,
      takes_keys: caller.takes.keys,
      end: caller.end ?? null,
    };
    const text = JSON.stringify(state);
    if (text === this.#told) return;
    this.#told = text;
    this.#send(text);
  }

  #say(news: PhoneNews): void {
    this.#send(JSON.stringify(news));
  }

  #send(data: string | Uint8Array): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > MOST_WAITING) return this.#close(CLOSE.policy, "the page does not read");
    this.socket.send(data as string | Uint8Array<ArrayBuffer>);
  }

  #close(code: number, reason: string): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.close(code, reason);
    void this.#leave();
  }

  /** The page is gone: whoever is left on the line hangs up. */
  async #leave(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#callOffTimer();
    this.onOver();
    const caller = this.#caller;
    if (!caller) return;
    try {
      if (!caller.end) await caller.hangUp();
    } catch (error) {
      this.host.log.debug("a test call could not be hung up", {
        error: error instanceof Error ? error.name : "unknown",
      });
    } finally {
      await caller[Symbol.asyncDispose]();
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
