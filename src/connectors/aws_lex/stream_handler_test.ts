import { strict as assert } from "node:assert";
import { systemClock } from "../../lib/clock.ts";
import { StreamHandler } from "./stream_handler.ts";
import type { WireRequest } from "./wire_request.ts";

/** A server of HTTP/2 that says back what it hears. */
function echo() {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ body }) => new Response(body));
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

function request(port: number, body: AsyncIterable<Uint8Array>): WireRequest {
  return {
    protocol: "http:",
    hostname: "127.0.0.1",
    port,
    method: "POST",
    path: "/conversation",
    query: {},
    headers: { "content-type": "application/vnd.amazon.eventstream" },
    body,
  } as WireRequest;
}

const bytes = (...values: number[]) => Uint8Array.from(values);

/** Everything that comes, and the name of the error that it ends with. */
async function heardFrom(body: unknown): Promise<readonly [number[], string]> {
  const heard: number[] = [];
  try {
    for await (const piece of body as AsyncIterable<Uint8Array>) heard.push(...piece);
    return [heard, "none"];
  } catch (error) {
    return [heard, (error as Error).name];
  }
}

Deno.test("a stream carries events both ways and ends when both sides have", async () => {
  await using server = echo();
  await using handler = new StreamHandler(systemClock);
  const { response } = await handler.handle(request(
    server.port,
    async function* () {
      yield bytes(1, 2);
      await Promise.resolve();
      yield bytes(3);
    }(),
  ));
  assert.equal(response.statusCode, 200);
  assert.deepEqual(await heardFrom(response.body), [[1, 2, 3], "none"]);
});

Deno.test("a throw where events are made ends the stream with an error, and hangs nothing", async () => {
  await using server = echo();
  await using handler = new StreamHandler(systemClock);
  const { response } = await handler.handle(request(
    server.port,
    async function* () {
      yield bytes(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw new RangeError("what a caller said");
    }(),
  ));
  assert.deepEqual(await heardFrom(response.body), [[1], "StreamLost"]);
});

Deno.test("an abort ends the stream with an error, and its connection", async () => {
  await using server = echo();
  await using handler = new StreamHandler(systemClock);
  const abort = new AbortController();
  const { promise: never, resolve: letGo } = Promise.withResolvers<void>();
  const { response } = await handler.handle(
    request(
      server.port,
      async function* () {
        yield bytes(1);
        await never;
      }(),
    ),
    { abortSignal: abort.signal },
  );
  setTimeout(() => abort.abort(), 20);
  assert.deepEqual(await heardFrom(response.body), [[1], "StreamLost"]);
  letGo();
});

Deno.test("a port where nobody listens is an error that says so", async () => {
  await using handler = new StreamHandler(systemClock);
  await assert.rejects(handler.handle(request(1, async function* () {}())), /refused/i);
});

Deno.test("a stream that is given up while it connects is given up at once", async () => {
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using handler = new StreamHandler(systemClock);
  const abort = new AbortController();
  const sent = handler.handle(request(mute.addr.port, async function* () {}()), { abortSignal: abort.signal });
  const connection = await mute.accept();
  const at = performance.now();
  abort.abort();
  await assert.rejects(sent, { name: "AbortError" });
  assert.ok(performance.now() - at < 500); // it would wait 5 s for a greeting
  for await (const _ of connection.readable); // the socket is closed, too
});
