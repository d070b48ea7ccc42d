import { strict as assert } from "node:assert";
import { createHmac } from "node:crypto";
import { ManualClock } from "../../tests/manual_clock.ts";
import { systemClock } from "../lib/clock.ts";
import { silentLog } from "../../tests/logs.ts";
import { Secret } from "../lib/secret.ts";
import type { Alert } from "./alert_board.ts";
import { Webhook, type WebhookOptions } from "./webhook.ts";

const ALERT: Alert = {
  id: 7,
  rule: "calls_fail",
  severity: "critical",
  state: "firing",
  message: "30 % of the calls failed",
  value: 0.3,
  since: Date.UTC(2026, 0, 2),
  resolvedAt: undefined,
  delivery: "none",
};

/** Unlike any pause between two tries. */
const REQUEST_MS = 2500;

interface Posted {
  readonly headers: Headers;
  readonly body: string;
}

/** A receiver on a real port that gives these answers in turn, then 204. */
class Receiver implements AsyncDisposable {
  readonly posted: Posted[] = [];
  readonly #server;

  constructor(...answers: (number | [status: number, retryAfter: string])[]) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      this.posted.push({ headers: request.headers, body: await request.text() });
      const answer = answers.shift() ?? 204;
      if (typeof answer === "number") return new Response(null, { status: answer });
      return new Response(null, { status: answer[0], headers: { "Retry-After": answer[1] } });
    });
  }

  webhook(options: Partial<WebhookOptions> = {}, clock = systemClock): Webhook {
    const url = new Secret(`http://127.0.0.1:${this.#server.addr.port}/hook`);
    return new Webhook(
      { url, secret: new Secret("hush"), timeoutMs: REQUEST_MS, attempts: 4, ...options },
      { fetch, clock, log: silentLog() },
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }
}

/** A clock whose timers of a second and more fire at once; the lengths are remembered. */
class Hurried extends ManualClock {
  readonly pauses: number[] = [];

  override setTimer(ms: number, fire: () => void): () => void {
    if (ms === REQUEST_MS) return () => {};
    this.pauses.push(ms);
    queueMicrotask(fire);
    return () => {};
  }
}

Deno.test("an alert is posted as JSON, signed so that a receiver can check it", async () => {
  await using receiver = new Receiver();
  await using webhook = receiver.webhook();
  assert.equal(await webhook.deliver(ALERT), true);
  const [{ headers, body }] = receiver.posted as [Posted];
  assert.deepEqual(JSON.parse(body), {
    id: 7,
    rule: "calls_fail",
    severity: "critical",
    state: "firing",
    message: "30 % of the calls failed",
    value: 0.3,
    since: "2026-01-02T00:00:00.000Z",
    resolved_at: null,
  });
  const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers.get("X-Byova-Signature")!)!;
  assert.equal(signature, createHmac("sha256", "hush").update(`${seconds}.${body}`).digest("hex"));
  assert.ok(Math.abs(Number(seconds) - Date.now() / 1000) < 5);
});

Deno.test("what may pass is tried again, with longer and longer pauses or those that the receiver asks for", async () => {
  await using receiver = new Receiver(503, [429, "7"], 500);
  const clock = new Hurried();
  await using webhook = receiver.webhook({}, clock);
  assert.equal(await webhook.deliver(ALERT), true);
  assert.deepEqual(clock.pauses, [1000, 7000, 4000]);
  assert.equal(new Set(receiver.posted.map(({ headers }) => headers.get("X-Byova-Delivery"))).size, 1);
});

Deno.test("a refusal is not repeated, and a receiver that never hears is given up", async () => {
  await using refusing = new Receiver(400);
  await using refused = refusing.webhook();
  assert.equal(await refused.deliver(ALERT), false);
  assert.equal(refusing.posted.length, 1);

  await using broken = new Receiver(500, 500, 500, 500, 500);
  await using given = broken.webhook({}, new Hurried());
  assert.equal(await given.deliver(ALERT), false);
  assert.equal(broken.posted.length, 4);
});

Deno.test("a redirection is not followed: the signature is for one receiver", async () => {
  await using receiver = new Receiver(307);
  await using webhook = receiver.webhook();
  assert.equal(await webhook.deliver(ALERT), false);
  assert.equal(receiver.posted.length, 1);
});

Deno.test("a receiver that does not answer is waited for no longer than the limit, and a stop waits for nobody", async () => {
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = new Secret(`http://127.0.0.1:${silent.addr.port}/`);
  const deps = { fetch, clock: systemClock, log: silentLog() };
  await using late = new Webhook({ url, secret: new Secret(""), timeoutMs: 20, attempts: 1 }, deps);
  assert.equal(await late.deliver(ALERT), false);
  const patient = new Webhook({ url, secret: new Secret(""), timeoutMs: 60_000, attempts: 5 }, deps);
  const delivery = patient.deliver(ALERT);
  await systemClock.nextTurn();
  await patient[Symbol.asyncDispose]();
  assert.equal(await delivery, false);
  silent.close();
});
