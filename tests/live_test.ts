import { strict as assert } from "node:assert";
import { WebServer } from "../src/lib/web_server.ts";
import type { CallRow } from "../islands/facts.ts";
import { EventReader } from "./event_stream.ts";
import { RoutedHouse } from "./routed_house.ts";
import { TestGateway } from "./gateway_harness.ts";

/** The event stream of a gateway over its real port. */

/** Resolves once the stream tells that a call is in a state. Returns how long that took, in ms. */
async function told(stream: EventReader, callId: string, state: string): Promise<number> {
  const since = performance.now();
  while (true) {
    const { data } = await stream.until("calls");
    if (data.some((row: CallRow) => row.call_id === callId && row.state === state)) return performance.now() - since;
  }
}

Deno.test("a call over the wire is told to open dashboards within half a second, and so is its end", async () => {
  await using gateway = await TestGateway.open();
  await using stream = new EventReader(await fetch(`${gateway.url}/api/live?topics=calls`));
  await stream.until("snapshot");
  const call = gateway.call({ conversationId: "c-1", virtualAgentId: "Echo: Echo" });
  const starting = call.start();
  assert.ok(await told(stream, "c-1", "live") < 500);
  await starting;
  const ending = call.event("SESSION_END");
  assert.ok(await told(stream, "c-1", "ended") < 500);
  await ending;
});

Deno.test("dashboards that read nothing slow no other, and do not hold up the end", async () => {
  using house = await RoutedHouse.open();
  await using stack = new AsyncDisposableStack();
  const server = new WebServer({ hostname: "127.0.0.1", port: 0 }, house.app.fetch);
  const [hostname, port] = ["127.0.0.1", server.port];
  for (let stuck = 0; stuck < 20; stuck++) {
    const connection = stack.use(await Deno.connect({ hostname, port }));
    const ask = "GET /api/live?topics=calls HTTP/1.1\r\nHost: localhost\r\n\r\n";
    await connection.write(new TextEncoder().encode(ask));
    await connection.read(new Uint8Array(1));
  }
  await using stream = new EventReader(await fetch(`http://${hostname}:${port}/api/live?topics=calls`));
  await stream.until("snapshot");
  // Far more than the buffers of a connection hold: each id is long.
  for (let call = 0; call < 100; call++) {
    const id = `${call}-${"x".repeat(100_000)}`;
    await house.call(id);
    house.clock.advance(250);
    assert.ok(await told(stream, id, "live") < 250, `call ${call}`);
  }
  house.live[Symbol.dispose]();
  const since = performance.now();
  await server[Symbol.asyncDispose]();
  assert.ok(performance.now() - since < 2000);
});

Deno.test("the streams of a gateway that drains go on until its calls are over, and then end", async () => {
  await using gateway = await TestGateway.open();
  await using stream = new EventReader(await fetch(`${gateway.url}/api/live?topics=calls`));
  await stream.until("snapshot");
  const call = gateway.call({ virtualAgentId: "Echo: Echo" });
  await call.start();
  const drained = gateway.gateway.drain();
  let pulse = await stream.until("pulse");
  while (pulse.data.state !== "draining") pulse = await stream.until("pulse");
  await call.event("SESSION_END");
  await drained;
  for (let event = await stream.next(); event; event = await stream.next()) assert.notEqual(event.event, "snapshot");
});
