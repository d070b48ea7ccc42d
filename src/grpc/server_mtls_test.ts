import assert from "node:assert/strict";
import { Authority, type Pair } from "../../tests/certificates.ts";
import { nameMatches } from "../lib/certificate.ts";
import { callUnary, GrpcChannel } from "./client.ts";
import { GrpcServer, type GrpcServerOptions, type RpcListener, unary } from "./server.ts";
import { GrpcError, Status } from "./status.ts";

/** Client certificates, versions of TLS, and certificates that change, over real ports. */

const HOST = "127.0.0.1";
const WEBEX = "insight-orchestrator.intgus1.ciscoccservice.com";
const [serverAuthority, clientAuthority, impostor] = await Promise.all(
  ["Server Authority", "Client Authority", "Client Authority"].map((name) => Authority.create(name)),
) as [Authority, Authority, Authority];
const server = await serverAuthority.issue({ commonName: "gateway.test", names: ["localhost", "gateway.test"] });
const client = await clientAuthority.issue({ commonName: WEBEX, for: "client" });

const echo = unary((bytes) => bytes.slice(), (bytes: Uint8Array) => bytes, (bytes) => bytes);

function listen(options: Partial<GrpcServerOptions> = {}) {
  const offences: string[] = [];
  let heard = Promise.withResolvers<string>();
  const accepts = (name: string) => nameMatches("insight-orchestrator.*.ciscoccservice.com", name);
  const grpc = GrpcServer.listen({
    hostname: HOST,
    port: 0,
    tls: { ...server, clients: { authorities: clientAuthority.cert, accepts } },
    methods: new Map([["/t/Echo", echo]]),
    onOffence({ reason }) {
      offences.push(reason);
      heard.resolve(reason);
    },
    onError: (error) => assert.fail(String(error)),
    ...options,
  });
  /** What the next peer does wrong. */
  const offence = async (act: () => Promise<unknown>) => {
    heard = Promise.withResolvers();
    await act();
    return await heard.promise;
  };
  return { grpc, offences, offence };
}

function connect({ port }: GrpcServer, identity?: Pair, trusted = serverAuthority): Promise<GrpcChannel> {
  return GrpcChannel.connect({
    hostname: identity === undefined ? HOST : "localhost",
    port,
    tls: identity === undefined
      ? { caCerts: [trusted.cert], serverName: "gateway.test" }
      : { caCerts: [trusted.cert], identity },
  });
}

async function unavailable(connecting: Promise<GrpcChannel>): Promise<void> {
  const error = await connecting.then(() => undefined, (error) => error);
  assert.ok(error instanceof GrpcError && error.status === Status.UNAVAILABLE, `${error ?? "it was let in"}`);
}

Deno.test("a client with the right certificate is let in, also through an authority in between", async () => {
  const authorities = `# several, one after the other\n${impostor.cert}\n${clientAuthority.cert}`;
  const { grpc, offences } = listen({ tls: { ...server, clients: { authorities, accepts: () => true } } });
  await using _ = grpc;
  await using channel = await connect(grpc, client);
  assert.deepEqual(await callUnary(channel, "/t/Echo", Uint8Array.of(1)), Uint8Array.of(1));
  const between = await clientAuthority.delegate("Authority Between");
  const issued = await between.issue({ commonName: WEBEX, for: "client" });
  await using other = await connect(grpc, { cert: `${issued.cert}${between.cert}`, key: issued.key });
  assert.deepEqual(await callUnary(other, "/t/Echo", Uint8Array.of(2)), Uint8Array.of(2));
  assert.deepEqual(offences, []);
});

Deno.test("a client without a certificate, or with another than the right one, is turned away with a reason", async () => {
  const { grpc, offence } = listen();
  await using _ = grpc;
  const issue = (from: Authority, wishes: object = {}) => from.issue({ commonName: WEBEX, for: "client", ...wishes });
  const table: readonly (readonly [RegExp, Pair | undefined])[] = [
    [/a client certificate expected: received none$/, undefined],
    [/of the right authority expected/, await issue(impostor)],
    [/of the right authority expected/, await issue(clientAuthority, { from: -10, until: -1 })],
    [/of the right authority expected/, await issue(clientAuthority, { from: 1 })],
    [/of the right authority expected/, await issue(clientAuthority, { for: "server" })],
    [
      /of the right subject expected/,
      await issue(clientAuthority, { commonName: "insight-orchestrator.ciscoccservice.com" }),
    ],
    [/of the right subject expected/, await issue(clientAuthority, { commonName: "evil.example", names: [WEBEX] })],
  ];
  for (const [reason, identity] of table) {
    assert.match(await offence(() => unavailable(connect(grpc, identity))), reason);
  }
  assert.equal(grpc.connections, 0);
});

Deno.test("a certificate that signs another is no authority for that", async () => {
  const { grpc, offence } = listen();
  await using _ = grpc;
  const rogue = await clientAuthority.delegate(WEBEX, false);
  const issued = await rogue.issue({ commonName: WEBEX, for: "client" });
  const chain = { cert: `${issued.cert}${rogue.cert}`, key: issued.key };
  assert.match(await offence(() => unavailable(connect(grpc, chain))), /of the right authority expected/);
});

/** Asks again and again with one client, whose connections resume the session of the first. Counts what was answered. */
async function answersTo(port: number, identity: Pair): Promise<number> {
  using client = Deno.createHttpClient({ caCerts: [serverAuthority.cert], ...identity, poolMaxIdlePerHost: 0 });
  let answers = 0;
  for (let time = 0; time < 4; time++) {
    const asking = fetch(`https://localhost:${port}/t/Echo`, { client });
    answers += await asking.then((response) => response.text()).then(() => 1, () => 0);
  }
  return answers;
}

Deno.test("a session that is resumed brings no more rights than its certificate has", async () => {
  const { grpc, offences } = listen();
  await using _ = grpc;
  const issued = await impostor.issue({ commonName: WEBEX, for: "client" });
  assert.equal(await answersTo(grpc.port, issued), 0);
  assert.ok(offences.length >= 4, `${offences}`);
  assert.equal(await answersTo(grpc.port, client), 4);
  const before = offences.length;
  const authorities = impostor.cert;
  using resuming = Deno.createHttpClient({ caCerts: [serverAuthority.cert], ...client, poolMaxIdlePerHost: 0 });
  const ask = () =>
    fetch(`https://localhost:${grpc.port}/t/Echo`, { client: resuming }).then((answer) => answer.text());
  await ask();
  grpc.renewTls({ ...server, clients: { authorities, accepts: () => true } });
  await assert.rejects(ask());
  assert.ok(offences.length > before);
  assert.equal(await answersTo(grpc.port, issued), 4);
});

/** The first byte of what a server answers to the first flight of a client of that version (RFC 5246 §7.4.1.2). */
async function answerTo(port: number, minor: number): Promise<number | null> {
  const extensions = [
    [0, 13, 0, 6, 0, 4, 4, 3, 8, 4], // signature_algorithms: ECDSA and RSA-PSS with SHA-256
    [0, 10, 0, 4, 0, 2, 0, 23], // supported_groups: P-256
    [0, 11, 0, 2, 1, 0], // ec_point_formats: uncompressed
    [0, 16, 0, 5, 0, 3, 2, 0x68, 0x32], // application_layer_protocol_negotiation: h2
  ].flat();
  const suites = [0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x09, 0xc0, 0x13, 0, 0x2f];
  const body = [3, minor, ...crypto.getRandomValues(new Uint8Array(32)), 0, 0, suites.length, ...suites, 1, 0];
  body.push(extensions.length >> 8, extensions.length & 0xff, ...extensions);
  const hello = [1, 0, body.length >> 8, body.length & 0xff, ...body];
  using tcp = await Deno.connect({ hostname: HOST, port });
  await tcp.write(Uint8Array.of(22, 3, 1, hello.length >> 8, hello.length & 0xff, ...hello));
  const first = new Uint8Array(1);
  return await tcp.read(first).catch(() => null) === null ? null : first[0]!;
}

Deno.test("TLS 1.2 is the oldest version that is spoken", async () => {
  const { grpc, offence } = listen({ tls: server });
  await using _ = grpc;
  const HANDSHAKE = 22;
  assert.equal(await answerTo(grpc.port, 3), HANDSHAKE);
  for (const minor of [2, 1, 0]) {
    let answer: number | null = HANDSHAKE;
    assert.match(await offence(async () => answer = await answerTo(grpc.port, minor)), /handshake of TLS/);
    assert.notEqual(answer, HANDSHAKE, `TLS 1.${minor - 1}`);
  }
});

Deno.test("a certificate changes under load: streams go on, and whoever comes sees the new one", async () => {
  const opened: RpcListener[] = [];
  const { grpc } = listen({
    tls: server,
    methods: new Map([["/t/Echo", echo], ["/t/Talk", (rpc) => {
      const listener: RpcListener = {
        message: (bytes) => void rpc.send(bytes.view()),
        halfClosed: () => rpc.finish(),
        cancelled: () => assert.fail("a stream was disturbed"),
      };
      opened.push(listener);
      return listener;
    }]]),
  });
  await using _ = grpc;
  const successor = await Authority.create("Successor");
  const renewed = await successor.issue({ commonName: "gateway.test", names: ["gateway.test"] });
  await using channel = await connect(grpc);
  const sent = 200;
  const talks = Array.from({ length: 20 }, () => {
    const { promise, resolve } = Promise.withResolvers<number[]>();
    const heard: number[] = [];
    const call = channel.open("/t/Talk", [], {
      message: (bytes) => void heard.push(bytes[0]!),
      finished: (status) => resolve(status === Status.OK ? heard : []),
    });
    return { call, heard: promise };
  });
  for (let at = 0; at < sent; at++) {
    for (const { call } of talks) call.send(Uint8Array.of(at));
    if (at === 50) grpc.renewTls(renewed);
    if (at % 10 === 0) await callUnary(channel, "/t/Echo", Uint8Array.of(0));
    if (at === 100) {
      await using fresh = await connect(grpc, undefined, successor);
      await callUnary(fresh, "/t/Echo", Uint8Array.of(1));
      await unavailable(connect(grpc, undefined, serverAuthority));
    }
  }
  for (const { call, heard } of talks) {
    call.halfClose();
    assert.deepEqual(await heard, Array.from({ length: sent }, (_, at) => at));
  }
  assert.throws(() => grpc.renewTls({ cert: renewed.cert, key: server.key }), /private key/);
  await using still = await connect(grpc, undefined, successor);
  assert.deepEqual(await callUnary(still, "/t/Echo", Uint8Array.of(2)), Uint8Array.of(2));
});
