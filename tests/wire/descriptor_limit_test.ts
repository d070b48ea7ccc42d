import assert from "node:assert/strict";
import { GrpcChannel } from "../../src/grpc/client.ts";
import { Status } from "../../src/grpc/status.ts";
import { talk } from "./interop_cases.ts";
import { DENO, here, PeerServer } from "./peer_process.ts";
import { RawClient } from "./raw_client.ts";
import { opening } from "./raw_frames.ts";

/** File descriptors that the server may have, and connections that want one each. */
const LIMIT = 60;
const CONNECTIONS = 150;

Deno.test("a server out of file descriptors serves whom it has, and takes new connections once it can", async () => {
  const limited = ["sh", "-c", `ulimit -n ${LIMIT}; exec "$@"`, "sh", ...DENO, here("interop_server.ts")];
  await using server = await PeerServer.start(limited);
  await using bystander = await GrpcChannel.connect({ hostname: "127.0.0.1", port: server.port });
  const isServed = async (channel: GrpcChannel) => {
    const { status, bodies } = await talk(channel, "Interop/Duplex", {
      asks: [{ answerBytes: 1 }, { answerBytes: 2 }],
    });
    assert.deepEqual([status, bodies], [Status.OK, [1, 2]]);
  };
  await isServed(bystander);
  {
    using crowd = new DisposableStack();
    const clients: RawClient[] = [];
    while (clients.length < CONNECTIONS) {
      const client = crowd.use(await RawClient.connect(server.port));
      await client.send(opening());
      clients.push(client);
    }
    const short = { hostname: "127.0.0.1", port: server.port, connectTimeoutMs: 300 };
    await assert.rejects(GrpcChannel.connect(short), { status: Status.UNAVAILABLE });
    for (let rpcs = 0; rpcs < 100; rpcs++) await isServed(bystander);
    const greeted = clients.filter(({ received }) => received > 0).length;
    assert.ok(greeted > 0 && greeted < LIMIT, `${greeted} of ${CONNECTIONS} connections were taken`);
  }
  await using relieved = await connectSoon(server.port);
  await isServed(relieved);
  await isServed(bystander);
});

/** Connects as a client does that was turned away: again and again, for ten seconds at the most. */
async function connectSoon(port: number): Promise<GrpcChannel> {
  const until = performance.now() + 10_000;
  for (;;) {
    try {
      return await GrpcChannel.connect({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
