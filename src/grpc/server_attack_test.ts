import assert from "node:assert/strict";
import { callUnary, GrpcChannel } from "./client.ts";
import { GrpcServer, type Method } from "./server.ts";

const HOST = "127.0.0.1";
const PREFACE = "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a";

const echo: Method = (rpc) => ({
  message: (bytes) => void rpc.send(bytes.view()),
  halfClosed: () => rpc.finish(),
  cancelled() {},
});

/** What a client sends after connecting, in hex; it closes then. */
const ATTACKS: Record<string, string> = {
  "GOAWAY, then RST_STREAM of a stream that was never opened":
    "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a0000000400000000000000080700000000000000000000000000" +
    "0000040300000000010000000b",
  "GOAWAY, then a request to an unknown path with malformed binary metadata":
    "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a0000000400000000000000080700000000000000000000000002" +
    "000062010000000001838600053a70617468072f6e6f70652f4e000a3a617574686f72697479096c6f63616c686f7374000c" +
    "636f6e74656e742d74797065106170706c69636174696f6e2f677270630002746508747261696c6572730009782d62696e2d" +
    "62696e03212121000038010000000005828600053a70617468012f000a3a617574686f726974790168000c636f6e74656e74" +
    "2d74797065106170706c69636174696f6e2f67727063",
  "GOAWAY, then a complete request to an unknown path with an unknown encoding":
    "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a0000000400000000000000080700000000000000000000000002" +
    "000066010500000001838600053a70617468072f6e6f70652f4e000a3a617574686f72697479096c6f63616c686f7374000c" +
    "636f6e74656e742d74797065106170706c69636174696f6e2f677270630002746508747261696c657273000d677270632d65" +
    "6e636f64696e67037a7a7a00000100000000000100",
  "SETTINGS, GOAWAY and an acknowledgement": PREFACE + "000000040000000000" + "0000080700000000000000000000000000" +
    "000000040100000000",
  "a request to an unknown method, then WINDOW_UPDATE of 0": PREFACE + "000000040000000000" +
    "0000150104000000018386 0005 3a70617468 07 2f6e6f70652f4e".replaceAll(" ", "") + "00000408000000000100000000",
  "an HTTP/1.1 request": "474554202f20485454502f312e310d0a0d0a",
  "a length prefix of 4 GiB": PREFACE + "000000040000000000" + "0000000000000000010000000000ffffffff",
  "nothing": "",
};

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (octet) => parseInt(octet, 16));
}

/** Sends bytes as a client, reads what comes until the server ends, or `closing` closes first. */
async function attack(port: number, bytes: Uint8Array, closing: boolean): Promise<void> {
  using socket = await Deno.connect({ hostname: HOST, port });
  if (bytes.length > 0) await socket.write(bytes);
  if (closing) return;
  await socket.closeWrite();
  const sink = new Uint8Array(4096);
  try {
    while (await socket.read(sink) !== null);
  } catch (error) {
    assert.ok(error instanceof Deno.errors.ConnectionReset, String(error));
  }
}

async function withBystander(act: (port: number) => Promise<void>): Promise<void> {
  const server = GrpcServer.listen({
    hostname: HOST,
    port: 0,
    methods: new Map([["/t/Echo", echo]]),
    onError: (error) => assert.fail(String(error)),
  });
  await using bystander = await GrpcChannel.connect({ hostname: HOST, port: server.port });
  await act(server.port);
  assert.deepEqual(await callUnary(bystander, "/t/Echo", Uint8Array.of(1, 2)), Uint8Array.of(1, 2));
  await bystander[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  assert.equal(server.connections, 0);
}

for (const [what, hex] of Object.entries(ATTACKS)) {
  Deno.test(`the server and a bystander survive ${what}, ten times over`, async () => {
    await withBystander(async (port) => {
      for (let i = 0; i < 10; i++) await attack(port, bytesOf(hex), i % 2 === 0);
    });
  });
}

Deno.test("the server and a bystander survive two hundred connections of garbage", async () => {
  let seed = 1;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  await withBystander(async (port) => {
    for (let i = 0; i < 200; i++) {
      const frames = [...bytesOf(PREFACE + "000000040000000000")];
      for (let n = 0; n < 20; n++) {
        const length = Math.floor(random() * 40);
        frames.push(
          0,
          0,
          length,
          Math.floor(random() * 11),
          Math.floor(random() * 64),
          0,
          0,
          0,
          Math.floor(random() * 6),
        );
        for (let at = 0; at < length; at++) frames.push(Math.floor(random() * 256));
      }
      await attack(port, Uint8Array.from(frames), false);
    }
  });
});
