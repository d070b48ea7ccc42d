import { strict as assert } from "node:assert";
import { FreshFetch } from "./fresh_fetch.ts";

Deno.test("FreshFetch keeps its connections until a request is given up without an answer, and lets come what still comes", async () => {
  const peers = new Set<number>();
  const rest = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  let waiting = 0;
  const halves = async function* () {
    yield new TextEncoder().encode("half ");
    await rest.promise;
    yield new TextEncoder().encode("whole");
  };
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }, { remoteAddr }) => {
    peers.add(remoteAddr.port);
    if (url.endsWith("/halves")) return new Response(ReadableStream.from(halves()));
    if (!url.endsWith("/never")) return new Response("yes");
    if (++waiting === 2) asked.resolve();
    return rest.promise.then(() => new Response());
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  using fresh = new FreshFetch();
  const ask = async () => await (await fresh.fetch(url)).text();
  assert.deepEqual([await ask(), await ask(), peers.size], ["yes", "yes", 1]);
  const slow = await fresh.fetch(`${url}/halves`);
  const late = fresh.fetch(`${url}/never`);
  const giveUp = new AbortController();
  const never = assert.rejects(fresh.fetch(`${url}/never`, { signal: giveUp.signal }), { name: "AbortError" });
  await asked.promise;
  assert.deepEqual([await ask(), await ask(), peers.size], ["yes", "yes", 4]);
  giveUp.abort();
  await never;
  assert.deepEqual([await ask(), await ask(), peers.size], ["yes", "yes", 5]);
  rest.resolve();
  assert.equal((await late).status, 200);
  await (await late).body?.cancel();
  assert.equal(await slow.text(), "half whole");
});

Deno.test("FreshFetch asks nobody once it is closed", async () => {
  const fresh = new FreshFetch();
  fresh[Symbol.dispose]();
  await assert.rejects(
    fresh.fetch("http://127.0.0.1:1/secret"),
    /^Error: Cannot ask 127\.0\.0\.1:1: an open client expected/,
  );
});
