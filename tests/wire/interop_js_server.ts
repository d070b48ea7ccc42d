// grpc-js as the interop service on a free port, which it prints; it ends with its standard input. Deno.args[0]: the
// age in ms at which it ends connections.
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

interface Ask {
  readonly answer_bytes: number;
  readonly body: Uint8Array;
  readonly status: number;
  readonly message: string;
}
interface Answer {
  readonly body: Uint8Array;
}

const definition = loadSync(new URL("interop.proto", import.meta.url).pathname, { keepCase: true, defaults: true });
// deno-lint-ignore no-explicit-any -- what proto-loader makes has no types
const { Interop } = grpc.loadPackageDefinition(definition).wire as any;
const age = Deno.args[0];
const server = new grpc.Server(age === undefined ? {} : { "grpc.max_connection_age_ms": Number(age) });

function echoMetadata(call: grpc.ServerUnaryCall<Ask, Answer> | grpc.ServerDuplexStream<Ask, Answer>): void {
  const echo = new grpc.Metadata();
  for (const name of ["echo", "echo-bin"]) {
    for (const value of call.metadata.get(name)) echo.add(name, value);
  }
  call.sendMetadata(echo);
}

server.addService(Interop.service, {
  Unary(call: grpc.ServerUnaryCall<Ask, Answer>, respond: grpc.sendUnaryData<Answer>) {
    echoMetadata(call);
    const { status, message, answer_bytes } = call.request;
    if (status !== 0) respond({ code: status, details: message });
    else respond(null, { body: Buffer.alloc(answer_bytes) });
  },
  Collect(call: grpc.ServerReadableStream<Ask, Answer>, respond: grpc.sendUnaryData<Answer>) {
    let sum = 0;
    call.on("data", ({ body }: Ask) => sum += body.length);
    call.on("end", () => respond(null, { body: Buffer.alloc(sum) }));
  },
  Duplex(call: grpc.ServerDuplexStream<Ask, Answer>) {
    echoMetadata(call);
    call.on("data", ({ status, message, answer_bytes }: Ask) => {
      if (status !== 0) call.emit("error", { code: status, details: message });
      else if (answer_bytes >= 0) call.write({ body: Buffer.alloc(answer_bytes) });
    });
    call.on("end", () => call.end());
  },
  Leave(_call: grpc.ServerUnaryCall<Ask, Answer>, respond: grpc.sendUnaryData<Answer>) {
    respond(null, { body: Buffer.alloc(0) });
    server.tryShutdown(() => {});
  },
  // Undone is left out: grpc-js answers UNIMPLEMENTED for it.
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(port);
});
for await (const _ of Deno.stdin.readable);
Deno.exit(0);
