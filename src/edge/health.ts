import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Clock } from "../lib/clock.ts";

/** Pause between two questions, in ms. */
const AGAIN_MS = 100;
/** How long one answer may take, in ms, and be, in bytes. */
const ANSWER_MS = 2000;
const LONGEST_ANSWER = 65_536;

/** Where this machine reaches a port that is bound to all of its addresses. */
const HERE: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

export interface HealthQuestion {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Only the answer of this process counts: two may share a port while one takes over from the other. */
  readonly pid: number | undefined;
  /** How long to keep asking. */
  readonly waitMs: number;
}

/** Asks /health until it says that calls are taken. Returns undefined then, or why not in a few words. */
export async function askHealth(question: HealthQuestion, clock: Clock): Promise<string | undefined> {
  const until = clock.now() + question.waitMs;
  for (;;) {
    const problem = await askOnce(question, clock);
    if (problem === undefined || clock.now() >= until) return problem;
    const { promise, resolve } = Promise.withResolvers<void>();
    clock.setTimer(AGAIN_MS, resolve);
    await promise;
  }
}

async function askOnce({ host, port, tls, pid }: HealthQuestion, clock: Clock): Promise<string | undefined> {
  try {
    const text = await exchange({ host: HERE[host] ?? host, port, tls }, clock);
    const { status, state, pid: who } = JSON.parse(text.slice(text.indexOf("\r\n\r\n")));
    if (pid !== undefined && who !== pid) return `process ${who} answers, not ${pid}`;
    return status === "healthy" ? undefined : `it is ${state}`;
  } catch (error) {
    return `${host}:${port} does not answer: ${error instanceof Error ? error.message : error}`;
  }
}

/**
 * One question on a connection of its own, by HTTP/1.1 with the body to the end of it (RFC 9112). Over TLS the
 * certificate is not looked at: it names the gateway's public address, and nothing secret is said.
 */
function exchange(
  { host, port, tls }: { readonly host: string; readonly port: number; readonly tls: boolean },
  clock: Clock,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket: Socket = tls
    ? connectTls({ host, port, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] })
    : connectPlain({ host, port });
  let text = "";
  const callOff = clock.setTimer(ANSWER_MS, () => socket.destroy(new Error("it takes too long")));
  socket.on(tls ? "secureConnect" : "connect", () => {
    socket.write("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  });
  socket.on("data", (bytes: Uint8Array) => {
    text += new TextDecoder().decode(bytes);
    if (text.length > LONGEST_ANSWER) socket.destroy(new Error("the answer is too long"));
  });
  socket.on("end", () => resolve(text));
  socket.on("error", reject);
  socket.on("close", () => {
    callOff();
    resolve(text);
  });
  return promise;
}
