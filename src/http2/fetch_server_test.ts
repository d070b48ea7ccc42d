import assert from "node:assert/strict";
import { Authority, type Pair } from "../../tests/certificates.ts";
import { connectHttp2 } from "./client.ts";
import { type FetchHandler, FetchServer, type FetchServerOptions } from "./fetch_server.ts";
import { valueOf } from "./message_head.ts";
import type { HeaderList } from "./static_table.ts";

/** Web requests over a real port, asked by the platform's own fetch. */

const [serverAuthority, clientAuthority, impostor] = await Promise.all(
  ["Server Authority", "Client Authority", "Client Authority"].map((name) => Authority.create(name)),
) as [Authority, Authority, Authority];
const names = { commonName: "localhost", names: ["localhost"] };
const shown = await serverAuthority.issue(names);
const ada = await clientAuthority.issue({ commonName: "ada", for: "client" });
const clients = { authorities: clientAuthority.cert, accepts: (name: string) => name === "ada" };

function listen(handler: FetchHandler, options: Partial<FetchServerOptions> = {}) {
  const offences: string[] = [];
  const server = new FetchServer({
    hostname: "127.0.0.1",
    port: 0,
    tls: { ...shown, clients },
    onError: (error) => assert.fail(String(error)),
    onOffence: ({ reason }) => void offences.push(reason),
    ...options,
  }, handler);
  return { server, offences, url: `https://localhost:${server.port}` };
}

/** Asks as somebody. The answer is read before the client is closed. */
async function ask(url: string, init: RequestInit = {}, identity: Pair | undefined = ada, trusted = serverAuthority) {
  using client = Deno.createHttpClient({ caCerts: [trusted.cert], ...identity });
  const response = await fetch(url, { ...init, client } as RequestInit);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

Deno.test("a request comes with its method, address, fields, body and the peer's address, and is answered likewise", async () => {
  const { server, url } = listen(async (request, { remoteAddr }) => {
    const { pathname, search, host } = new URL(request.url);
    const told = [
      request.method,
      host === new URL(url).host,
      pathname + search,
      request.headers.get("x-one"),
      remoteAddr.hostname,
    ];
    const headers = new Headers({ "x-two": "2", connection: "close" });
    headers.append("set-cookie", "a=1");
    headers.append("set-cookie", "b=2");
    return new Response(JSON.stringify([...told, await request.text()]), { status: 201, headers });
  });
  await using _ = server;
  const { status, headers, text } = await ask(`${url}/a/b?c=d%20e`, {
    method: "PUT",
    body: "a body",
    headers: { "x-one": "1" },
  });
  assert.deepEqual(JSON.parse(text), ["PUT", true, "/a/b?c=d%20e", "1", "127.0.0.1", "a body"]);
  assert.deepEqual([status, headers.get("x-two"), headers.get("connection")], [201, "2", null]);
  assert.deepEqual(headers.getSetCookie(), ["a=1", "b=2"]);
  assert.ok(Math.abs(Date.parse(headers.get("date")!) - Date.now()) < 5000);
});

Deno.test("large bodies pass both ways, and none is needed", async () => {
  const { server, url } = listen(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/none") return new Response(null, { status: 204 });
    if (pathname === "/unread") return new Response("did not look");
    return new Response(await request.arrayBuffer());
  });
  await using _ = server;
  const body = "0123456789".repeat(30_000);
  assert.equal((await ask(url, { method: "POST", body })).text, body);
  assert.deepEqual((await ask(`${url}/none`)).status, 204);
  assert.deepEqual((await ask(`${url}/unread`, { method: "POST", body })).text, "did not look");
  const head = await ask(url, { method: "HEAD" });
  assert.deepEqual([head.status, head.text], [200, ""]);
});

Deno.test("a stream of events arrives piece by piece, and ends for the server when its reader leaves", async () => {
  const left = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  let more: (text: string) => void = () => {};
  const { server, url } = listen((request) => {
    request.signal.addEventListener("abort", () => aborted.resolve());
    const body = new ReadableStream({
      start: (sink) => void (more = (text) => sink.enqueue(new TextEncoder().encode(text))),
      cancel: () => left.resolve(),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  await using _ = server;
  using client = Deno.createHttpClient({ caCerts: [serverAuthority.cert], ...ada });
  const response = await fetch(url, { client } as RequestInit);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (const text of ["data: 1\n\n", "data: 2\n\n"]) {
    more(text);
    assert.equal((await reader.read()).value, text);
  }
  await reader.cancel();
  await Promise.all([left.promise, aborted.promise]);
});

Deno.test("no more is made than a reader takes", async () => {
  let made = 0;
  const { server } = listen(() =>
    new Response(
      new ReadableStream({ pull: (sink) => sink.enqueue(new Uint8Array(16_384).fill(made++)) }, { highWaterMark: 0 }),
    )
  );
  await using _ = server;
  const tls = { caCerts: [serverAuthority.cert], identity: ada };
  const connection = await connectHttp2({ hostname: "localhost", port: server.port, tls });
  const stalled = Promise.withResolvers<void>();
  let bytes = 0;
  const get: HeaderList = [[":method", "GET"], [":scheme", "https"], [":path", "/"], [":authority", "localhost"]];
  connection.open(get, {
    data: (piece) => (bytes += piece.length) >= 65_535 ? stalled.resolve() : undefined,
    ended() {},
    lost() {},
  }).end();
  await stalled.promise; // the window that HTTP/2 begins with is used up
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  assert.ok(made <= 12, `${made} pieces were made for a reader of four`);
  connection.close();
});

Deno.test("what is no request is 400, what throws is 500, and the connection goes on", async () => {
  const errors: unknown[] = [];
  const { server, url } = listen(() => {
    throw new Error("unforeseen");
  }, { onError: (error) => void errors.push(error) });
  await using _ = server;
  assert.equal((await ask(url)).status, 500);
  assert.equal(errors.length, 1);
  const connection = await connectHttp2({
    hostname: "localhost",
    port: server.port,
    tls: { caCerts: [serverAuthority.cert], identity: ada },
  });
  const status = (fields: Record<string, string>) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const head = { ":method": "GET", ":scheme": "https", ":path": "/", ":authority": "localhost", ...fields };
    connection.open(Object.entries(head), {
      headers: (headers) => resolve(valueOf(headers, ":status")!),
      data() {},
      ended() {},
      lost: (_code, reason) => resolve(reason),
    }).end();
    return promise;
  };
  assert.equal(await status({ ":method": "TRACE" }), "400");
  assert.equal(await status({ ":authority": "a b:c" }), "400");
  assert.equal(await status({ ":authority": "" }), "400");
  assert.equal(await status({ "x(y": "1" }), "400", "HTTP/2 lets more names pass than the web");
  assert.equal(await status({ ":path": "//x@evil.example/" }), "500", "an address is an address");
  connection.close();
});

Deno.test("only clients with the right certificate get an answer, from the authority that holds now", async () => {
  const { server, offences, url } = listen(() => new Response("in"));
  await using _ = server;
  const issue = (from: Authority, commonName: string, more = {}) => from.issue({ commonName, for: "client", ...more });
  const strangers = [
    undefined,
    await issue(impostor, "ada"),
    await issue(clientAuthority, "eve"),
    await issue(clientAuthority, "ada", { from: -9, until: -1 }),
  ];
  assert.equal((await ask(url)).text, "in");
  for (const stranger of strangers) await assert.rejects(ask(url, {}, stranger ?? ({} as Pair)), TypeError);
  assert.match(offences.join("\n"), /received none\n.*right authority.*\n.*right subject.*\n.*right authority/s);
  const other = await impostor.issue({ commonName: "ada", for: "client" });
  server.renewTls({ ...await impostor.issue(names), clients: { ...clients, authorities: impostor.cert } });
  assert.equal((await ask(url, {}, other, impostor)).text, "in");
  await assert.rejects(ask(url, {}, ada, impostor), TypeError);
});
