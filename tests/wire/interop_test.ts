import assert from "node:assert/strict";
import { message } from "./raw_frames.ts";
import { EXPECTED, runCases } from "./interop_cases.ts";
import { encodeAsk, listenInterop } from "./interop_service.ts";
import { DENO, here, outputOf, PeerServer, PYTHON, runs } from "./peer_process.ts";

const h2load = runs("h2load", "--version");

interface Peer {
  readonly client: readonly string[];
  readonly server: readonly string[];
  /** The package that has it, when that is not installed. */
  readonly lacks?: string;
}

const PEERS: Readonly<Record<string, Peer>> = {
  "grpc-js": {
    client: [...DENO, here("interop_js_client.ts")],
    server: [...DENO, here("interop_js_server.ts")],
  },
  "the C core": {
    client: [PYTHON ?? "python3", here("interop_core.py"), "client"],
    server: [PYTHON ?? "python3", here("interop_core.py"), "server"],
    ...PYTHON === undefined ? { lacks: "python3-grpcio" } : {},
  },
};

Deno.test("every interop case: our client and our server", async () => {
  await using server = listenInterop();
  assert.deepEqual(await runCases(server.port), EXPECTED);
  await server.closed;
});

for (const [name, { client, server, lacks }] of Object.entries(PEERS)) {
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
}

for (const tableBytes of [4096, 0]) {
  Deno.test({
    name: `h2load: 5,000 RPCs on ten connections, ${tableBytes} bytes of header table${
      h2load ? "" : " (nghttp2-client is not installed)"
    }`,
    ignore: !h2load,
    async fn() {
      await using server = listenInterop();
      const file = await Deno.makeTempFile();
      await Deno.writeFile(file, message(encodeAsk({ answerBytes: 100 })));
      const told = await outputOf([
        ...["h2load", "-n", "5000", "-c", "10", "-m", "20", "-d", file, `--header-table-size=${tableBytes}`],
        ...["-H", "content-type: application/grpc", "-H", "te: trailers"],
        `http://127.0.0.1:${server.port}/wire.Interop/Unary`,
      ]);
      await Deno.remove(file);
      assert.match(told, /5000 total, 5000 started, 5000 done, 5000 succeeded, 0 failed, 0 errored, 0 timeout/);
    },
  });
}
