import assert from "node:assert/strict";
import { GrpcChannel } from "../../src/grpc/client.ts";
import { Status } from "../../src/grpc/status.ts";
import { message } from "./raw_frames.ts";
import { EXPECTED, runCases, talk } from "./interop_cases.ts";
import { encodeAsk, listenInterop } from "./interop_service.ts";
import { DENO, here, outputOf, PeerServer, runs } from "./peer_process.ts";

/** Debian's package installs for the system's own interpreter, which need not be the first on the path. */
const python = ["python3", "/usr/bin/python3"].find((program) => runs(program, "-c", "import grpc"));
const h2load = runs("h2load", "--version");

interface Peer {
  readonly client: readonly string[];
  readonly server: readonly string[];
  /** The package that has it, when that is not installed. */
  readonly lacks?: string;
  /** Its server may refuse an RPC that was on its way when it ended the connection. */
  readonly endsAtOnce: boolean;
}

const PEERS: Readonly<Record<string, Peer>> = {
  "grpc-js": {
    client: [...DENO, here("interop_js_client.ts")],
    server: [...DENO, here("interop_js_server.ts")],
    endsAtOnce: true,
  },
  "the C core": {
    client: [python ?? "python3", here("interop_core.py"), "client"],
    server: [python ?? "python3", here("interop_core.py"), "server"],
    endsAtOnce: false,
    ...python === undefined ? { lacks: "python3-grpcio" } : {},
  },
};

Deno.test("every interop case: our client and our server", async () => {
  await using server = listenInterop();
  assert.deepEqual(await runCases(server.port), EXPECTED);
  await server.closed;
});

for (const [name, { client, server, lacks, endsAtOnce }] of Object.entries(PEERS)) {
  const needs = lacks === undefined ? "" : ` (${lacks} is not installed)`;
  const ignore = lacks !== undefined;

  Deno.test({
    name: `every interop case: ${name} as a client of our server${needs}`,
    ignore,
    async fn() {
      await using ours = listenInterop();
      assert.deepEqual(JSON.parse(await outputOf([...client, String(ours.port)])), EXPECTED);
      await ours.closed;
    },
  });

  Deno.test({
    name: `every interop case: our client and ${name} as its server${needs}`,
    ignore,
    async fn() {
      await using theirs = await PeerServer.start(server);
      assert.deepEqual(await runCases(theirs.port), EXPECTED);
    },
  });

  Deno.test({
    name: `our client and ${name} as a server that ends each connection after 1.5 s${needs}`,
    ignore,
    async fn() {
      await using theirs = await PeerServer.start([...server, "1500"]);
      const { connections, refused } = await agedConnections(theirs.port, 2500);
      assert.ok(connections >= 2, `${connections} connections`);
      assert.ok(refused === 0 || endsAtOnce, `${refused} RPCs were refused`);
    },
  });
}

Deno.test({
  name: `h2load: 5,000 RPCs on ten connections${h2load ? "" : " (nghttp2-client is not installed)"}`,
  ignore: !h2load,
  async fn() {
    await using server = listenInterop();
    const file = await Deno.makeTempFile();
    await Deno.writeFile(file, message(encodeAsk({ answerBytes: 100 })));
    const told = await outputOf([
      ...["h2load", "-n", "5000", "-c", "10", "-m", "20", "-d", file],
      ...["-H", "content-type: application/grpc", "-H", "te: trailers"],
      `http://127.0.0.1:${server.port}/wire.Interop/Unary`,
    ]);
    await Deno.remove(file);
    assert.match(told, /5000 total, 5000 started, 5000 done, 5000 succeeded, 0 failed, 0 errored, 0 timeout/);
  },
});

/** Talks for so many ms, on a new connection whenever the server ends one. An RPC that was refused is made again. */
async function agedConnections(port: number, ms: number): Promise<{ connections: number; refused: number }> {
  const until = performance.now() + ms;
  let connections = 0;
  let refused = 0;
  while (performance.now() < until) {
    await using channel = await GrpcChannel.connect({ hostname: "127.0.0.1", port });
    connections++;
    while (!channel.closed && performance.now() < until) {
      const asks = [{ answerBytes: 100 }, { answerBytes: 20_000 }];
      const { status, bodies } = await talk(channel, "Interop/Duplex", { asks });
      if (status === Status.UNAVAILABLE && bodies.length === 0 && channel.closed) refused++;
      else assert.deepEqual([status, bodies], [Status.OK, [100, 20_000]]);
    }
  }
  return { connections, refused };
}
