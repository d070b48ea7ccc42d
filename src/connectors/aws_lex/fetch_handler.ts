import type { ConnectorDeps } from "../../call/connector.ts";
import { authority, type SendOptions, target, type WireRequest, type WireResponse } from "./wire_request.ts";

/** What `fetch` says for itself. */
const OURS = new Set(["host", "content-length"]);

/**
 * How often a request may reach the peer. Deno's `fetch` sends a request again, by itself and whatever its method, when a
 * connection that was kept ends before the answer has come; a body that can be read but once keeps it from that.
 */
export type Delivery = "once" | "at least once";

/** Sends the SDK's requests by `fetch`: its own handlers sit on `node:http2`, which a peer can crash. */
export class FetchHandler {
  readonly metadata = { handlerProtocol: "http/1.1" };

  constructor(readonly fetch: ConnectorDeps["fetch"], readonly delivery: Delivery) {}

  /** Throws what `fetch` throws. */
  async handle(request: WireRequest, { abortSignal }: SendOptions = {}): Promise<{ response: WireResponse }> {
    const response = await this.fetch(`${request.protocol}//${authority(request)}${target(request)}`, {
      method: request.method,
      headers: Object.entries(request.headers).filter(([name]) => !OURS.has(name.toLowerCase())),
      redirect: "manual",
      ...(request.body === undefined ? {} : { body: this.#body(request.body as Uint8Array<ArrayBuffer> | string) }),
      ...(abortSignal ? { signal: abortSignal as AbortSignal } : {}),
    });
    const body = response.body ?? new Uint8Array();
    return { response: { statusCode: response.status, headers: Object.fromEntries(response.headers), body } };
  }

  #body(body: Uint8Array<ArrayBuffer> | string): BodyInit {
    if (this.delivery === "at least once" || typeof body === "string") return body;
    return ReadableStream.from([body]);
  }
}
