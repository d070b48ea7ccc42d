import { strict as assert } from "node:assert";
import { Authority } from "../../tests/certificates.ts";
import { WebServer } from "./web_server.ts";

const [first, second] = [await Authority.create("First"), await Authority.create("Second")];
const names = { commonName: "localhost", names: ["localhost"] };

Deno.test("a web server that shows another certificate finishes what it has begun, on the same port", async () => {
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const server = new WebServer({ hostname: "127.0.0.1", port: 0, tls: await first.issue(names) }, async (request) => {
    if (new URL(request.url).pathname !== "/slow") return new Response("quick");
    begun.resolve();
    await go.promise;
    return new Response("slow");
  });
  const { port } = server;
  const ask = async (path: string, trusted: Authority) => {
    using client = Deno.createHttpClient({ caCerts: [trusted.cert] });
    return await (await fetch(`https://localhost:${port}${path}`, { client })).text();
  };
  const slow = ask("/slow", first);
  await begun.promise;
  server.renewTls(await second.issue(names));
  assert.equal(server.port, port);
  for (let time = 0; time < 10; time++) assert.equal(await ask("/", second), "quick");
  await assert.rejects(ask("/", first));
  go.resolve();
  assert.equal(await slow, "slow");
  await server[Symbol.asyncDispose]();
});

Deno.test("a web server without a certificate speaks plainly", async () => {
  await using server = new WebServer({ hostname: "127.0.0.1", port: 0 }, () => new Response("plain"));
  assert.equal(await (await fetch(`http://127.0.0.1:${server.port}/`)).text(), "plain");
});

Deno.test("a web server's end waits for answers that are read, and for no more than a second for one that is not", async () => {
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
  const server = new WebServer(
    { hostname: "127.0.0.1", port: 0 },
    (request) => new Response(request.url.endsWith("/endless") ? endless : "short"),
  );
  using stuck = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await stuck.write(new TextEncoder().encode("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  await stuck.read(new Uint8Array(1));
  const read = fetch(`http://127.0.0.1:${server.port}/`).then((answer) => answer.text());
  assert.equal(await read, "short");
  const since = performance.now();
  await server[Symbol.asyncDispose]();
  assert.ok(performance.now() - since < 2000);
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port: server.port }));
});
