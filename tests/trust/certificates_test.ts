import { strict as assert } from "node:assert";
import { callUnary, GrpcChannel } from "../../src/grpc/client.ts";
import { Status } from "../../src/grpc/status.ts";
import { encodeHealthCheckRequest, Health } from "../../src/protocols/gen/health.ts";
import { Authority, type Pair } from "../certificates.ts";
import { TestGateway } from "../gateway_harness.ts";
import { silence } from "../speech_samples.ts";
import { until } from "../until.ts";

/** Both ports of the whole gateway with TLS, and certificates in files that change while calls go on. */

const [first, second] = [await Authority.create("First Authority"), await Authority.create("Second Authority")];
const names = { commonName: "localhost", names: ["localhost"] };

/** A folder with a certificate, and a configuration that takes it for both ports. */
async function folder(pair: Pair) {
  const path = await Deno.makeTempDir();
  const write = async ({ cert, key }: Pair) => {
    await Deno.writeTextFile(`${path}/cert.pem`, cert);
    await Deno.writeTextFile(`${path}/key.pem`, key);
  };
  await write(pair);
  const tls = `{enabled: true, server_cert_chain_file: ${path}/cert.pem, server_private_key_file: ${path}/key.pem, ` +
    "reload_seconds: 1}";
  return {
    path,
    yaml: `gateway: {tls: ${tls}}\nmonitoring: {tls: ${tls}}\n`,
    write,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** Fetches a page over a connection of its own. */
async function page(gateway: TestGateway, path: string, trusted = first, identity = {}): Promise<Response> {
  using client = Deno.createHttpClient({ caCerts: [trusted.cert], ...identity });
  const response = await fetch(`https://localhost:${gateway.gateway.httpPort}${path}`, { client });
  return new Response(await response.text(), response);
}

const renewals = ({ log }: TestGateway) => log.filter(({ message }) => message === "certificate renewed").length;

Deno.test("both ports speak TLS with HTTP/2 in it, nothing else, and show how long their certificates last", async () => {
  await using files = await folder(await first.issue({ ...names, until: 10 }));
  await using gateway = await TestGateway.open(files.yaml, { tls: { caCerts: [first.cert], serverName: "localhost" } });
  const { grpcPort, httpPort } = gateway.gateway;
  assert.equal((await gateway.call().start()).status, Status.OK);
  for (const port of [grpcPort, httpPort!]) {
    using tls = await Deno.connectTls({ hostname: "localhost", port, caCerts: [first.cert], alpnProtocols: ["h2"] });
    assert.equal((await tls.handshake()).alpnProtocol, "h2");
    using plain = await Deno.connect({ hostname: "127.0.0.1", port });
    await plain.write(new TextEncoder().encode("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    const answer = new Uint8Array(100);
    const length = await plain.read(answer).catch(() => null);
    assert.doesNotMatch(new TextDecoder().decode(answer.subarray(0, length ?? 0)), /HTTP/);
  }
  await assert.rejects(GrpcChannel.connect({ hostname: "127.0.0.1", port: grpcPort, connectTimeoutMs: 1000 }));
  const { certificates } = await (await page(gateway, "/api/trust")).json();
  assert.deepEqual(
    certificates.map(({ on, subject, days_left }: Record<string, unknown>) => [on, subject, days_left]),
    [
      ["grpc", "localhost", 9],
      ["http", "localhost", 9],
    ],
  );
  assert.match(await (await page(gateway, "/")).text(), /Certificate, grpc[\s\S]*class="bad">9 days left/);
  assert.equal(gateway.log.filter(({ message }) => message === "certificate ends soon").length, 2);
});

Deno.test("a certificate is renewed while calls and pages go on, and a broken one changes nothing", async () => {
  await using files = await folder(await first.issue(names));
  await using gateway = await TestGateway.open(files.yaml, { tls: { caCerts: [first.cert], serverName: "localhost" } });
  const call = gateway.call();
  await call.start();
  const stream = call.open();
  stream.speak(silence(200));

  await files.write({ ...await second.issue(names), key: "no key" });
  await until(() => gateway.log.filter(({ message }) => message.startsWith("new certificate refused")).length === 2);
  const { certificates } = await (await page(gateway, "/api/trust")).json();
  assert.deepEqual(
    certificates.map(({ last_error }: { last_error: { code: string } }) => last_error.code),
    ["TLS-FILE", "TLS-FILE"],
  );
  assert.equal(renewals(gateway), 0);

  let pages = 0;
  let stop = false;
  using client = Deno.createHttpClient({ caCerts: [first.cert, second.cert] });
  const url = `https://localhost:${gateway.gateway.httpPort}/health`;
  const watching = (async () => {
    while (!stop) {
      await (await fetch(url, { client })).text();
      pages++;
      stream.speak(silence(20));
    }
  })();
  await files.write(await second.issue(names));
  await until(() => renewals(gateway) === 2);
  const before = pages;
  await until(() => pages > before + 20);
  stop = true;
  await watching;

  stream.rpc.halfClose();
  assert.equal((await stream.ended()).status, Status.OK);
  assert.equal((await call.press("5")).responses.length, 1);
  for (let time = 0; time < 5; time++) assert.equal((await page(gateway, "/health", second)).status, 200);
  await assert.rejects(page(gateway, "/health", first));
  const tls = { caCerts: [second.cert], serverName: "localhost" };
  await using channel = await GrpcChannel.connect({ hostname: "127.0.0.1", port: gateway.gateway.grpcPort, tls });
  assert.ok((await callUnary(channel, Health.Check, encodeHealthCheckRequest({ service: "" }))).length > 0);
});

Deno.test("a certificate that cannot be used stops the start, and the message names the file", async () => {
  await using files = await folder({ ...await first.issue(names), cert: "nothing" });
  await assert.rejects(TestGateway.open(files.yaml), /Cannot read the certificate: PEM .* cert\.pem|cert\.pem/);
});

Deno.test("the dashboard asks for client certificates too: their authority, their subject, and a change of both", async () => {
  await using files = await folder(await first.issue(names));
  const authorities = `${files.path}/clients.pem`;
  await Deno.writeTextFile(authorities, first.cert);
  const asking = `require_client_cert: true, root_ca_cert_file: ${authorities}, client_subject: "*.team.example"}`;
  const yaml = files.yaml.replace(/.*\n(monitoring.*)\}\}\n/, `$1, ${asking}}\n`);
  await using gateway = await TestGateway.open(yaml, { tls: undefined });
  const issue = (from: Authority, commonName: string) => from.issue({ commonName, for: "client" });
  const ada = await issue(first, "ada.team.example");
  assert.match(await (await page(gateway, "/", first, ada)).text(), /BYOVA gateway/);
  const { certificates } = await (await page(gateway, "/api/trust", first, ada)).json();
  assert.deepEqual(certificates.map(({ on }: { on: string }) => on), ["http"]);
  const strangers = [{}, await issue(second, "ada.team.example"), await issue(first, "ada.other.example")];
  for (const stranger of strangers) await assert.rejects(page(gateway, "/", first, stranger), TypeError);
  const cut = gateway.log.filter(({ message }) => message === "connection cut off");
  assert.deepEqual(cut.map(({ fields }) => fields.code), Array(3).fill("H2-INADEQUATE-SECURITY"));
  await Deno.writeTextFile(authorities, second.cert);
  await until(() => renewals(gateway) === 1);
  assert.equal((await page(gateway, "/health", first, strangers[1])).status, 200);
  await assert.rejects(page(gateway, "/health", first, ada), TypeError);
});
