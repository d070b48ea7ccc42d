// grpc-js as a server on a free port, which it prints; it ends with its standard input.
import * as grpc from "@grpc/grpc-js";

const bytes = (value: Uint8Array) => Buffer.from(value);
const method = (name: string, stream: boolean) => ({
  path: `/peer.Test/${name}`,
  requestStream: stream,
  responseStream: stream,
  requestSerialize: bytes,
  requestDeserialize: bytes,
  responseSerialize: bytes,
  responseDeserialize: bytes,
});
type Call = grpc.ServerUnaryCall<Uint8Array, Uint8Array>;
type Answer = grpc.sendUnaryData<Uint8Array>;
type Stream = grpc.ServerDuplexStream<Uint8Array, Uint8Array>;

const server = new grpc.Server();
server.addService(
  {
    Reverse: method("Reverse", false),
    Refuse: method("Refuse", false),
    Never: method("Never", false),
    Echo: method("Echo", true),
    Hold: method("Hold", true),
  },
  {
    Reverse: (call: Call, answer: Answer) => answer(null, Buffer.from(call.request).reverse()),
    Refuse: (_call: Call, answer: Answer) => answer({ code: grpc.status.NOT_FOUND, details: "50 % of ü" }),
    Never: () => {},
    Echo: (call: Stream) => {
      const metadata = new grpc.Metadata();
      metadata.set("trackingid", String(call.metadata.get("trackingid")[0]));
      call.sendMetadata(metadata);
      call.on("data", (message: Uint8Array) => call.write(message));
      call.on("end", () => call.end());
    },
    Hold: (call: Stream) => {
      call.on("cancelled", () => console.log("cancelled"));
      call.write(Buffer.from([1]));
    },
  },
);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(port);
});
for await (const _ of Deno.stdin.readable);
server.forceShutdown();
