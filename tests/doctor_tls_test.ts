import { strict as assert } from "node:assert";
import { createServer } from "node:tls";
import { Authority, type Pair } from "./certificates.ts";
import { findings, temporary } from "./examined.ts";
import { TestGateway } from "./gateway_harness.ts";

/** The doctor beside gateways that speak TLS, with certificates that this machine does not trust and for other names. */

const authority = await Authority.create("An Authority That Nobody Trusts");
const pair = await authority.issue({ commonName: "voice", names: ["voice.example.org", "*.voice.example.org"] });

/** The section `tls` for a certificate in files. */
async function tlsOf(stack: AsyncDisposableStack, { cert, key }: Pair, more = ""): Promise<string> {
  const folder = await temporary(stack);
  await Deno.writeTextFile(`${folder}/cert.pem`, cert);
  await Deno.writeTextFile(`${folder}/key.pem`, key);
  await Deno.writeTextFile(`${folder}/clients.pem`, authority.cert);
  return `{enabled: true, server_cert_chain_file: ${folder}/cert.pem, server_private_key_file: ${folder}/key.pem, ` +
    `root_ca_cert_file: ${folder}/clients.pem${more}}`;
}

async function said(yaml: string): Promise<string> {
  return (await findings({ yaml })).map((each) => `${each.verdict} ${each.said}`).join("\n");
}

Deno.test("a gateway that runs with TLS keeps its ports, is called through TLS, and so is the doctor's own", async () => {
  await using stack = new AsyncDisposableStack();
  const tls = await tlsOf(stack, pair);
  const house = stack.use(
    await TestGateway.open(`gateway: {tls: ${tls}}\nmonitoring: {tls: ${tls}}\n`, {
      tls: { caCerts: [authority.cert], serverName: "voice.example.org" },
    }),
  );
  const { grpcPort, httpPort } = house.gateway;
  const ports = `gateway: {port: ${grpcPort}, tls: ${tls}}\nmonitoring: {port: ${httpPort}, tls: ${tls}}\n`;
  const found = await said(ports);
  assert.match(found, /pass gRPC port 127\.0\.0\.1:\d+ is in use by a gateway that runs/);
  assert.match(found, /pass HTTP port 127\.0\.0\.1:\d+ is in use by a gateway that runs/);
  assert.match(found, new RegExp(`pass the gateway that runs at 127\\.0\\.0\\.1:${grpcPort} answers a call`));
  assert.match(
    await said(`gateway: {port: 0, tls: ${tls}}\nmonitoring: {port: 0}\n`),
    /pass a gateway of its own, over TLS answers a call/,
  );
});

Deno.test("a gateway that asks for client certificates is known by its own, and the trial needs none", async () => {
  await using stack = new AsyncDisposableStack();
  const tls = await tlsOf(stack, pair, ', require_client_cert: true, client_subject: "*"');
  const identity = await authority.issue({ commonName: "webex", for: "client" });
  const server = await authority.issue({ commonName: "localhost", names: ["localhost"] });
  const here = await tlsOf(stack, server, ', require_client_cert: true, client_subject: "*"');
  const house = stack.use(
    await TestGateway.open(`gateway: {tls: ${here}}\n`, { tls: { caCerts: [authority.cert], identity } }),
  );
  const found = await said(`gateway: {port: ${house.gateway.grpcPort}, tls: ${here}}\nmonitoring: {port: 0}\n`);
  assert.match(found, /pass gRPC port 127\.0\.0\.1:\d+ is in use by a gateway that runs/);
  assert.match(found, /skipped the gateway that runs asks for a client certificate/);
  assert.match(found, /pass a gateway of its own, over TLS answers a call/);
  const other = await said(`gateway: {port: ${house.gateway.grpcPort}, tls: ${tls}}\nmonitoring: {port: 0}\n`);
  assert.match(other, /fail gRPC port 127\.0\.0\.1:\d+ is taken by another program/, "with another certificate");
});

Deno.test("another program that speaks TLS is not taken for a gateway, whatever certificate it shows", async () => {
  await using stack = new AsyncDisposableStack();
  const tls = await tlsOf(stack, pair);
  for (const ALPNProtocols of [["h2"], ["http/1.1"]]) {
    const server = createServer(
      { ...pair, ALPNProtocols },
      (socket) => socket.on("error", () => {}).resume().end("not gRPC"),
    );
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    stack.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const { port } = server.address() as { port: number };
    const found = await said(`gateway: {port: ${port}, tls: ${tls}}\nmonitoring: {port: 0}\n`);
    assert.match(found, /fail gRPC port 127\.0\.0\.1:\d+ is taken by another program/);
  }
});
