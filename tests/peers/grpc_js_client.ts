// grpc-js as a client of the server on port Deno.args[0]; prints what it got as one line of JSON.
import * as grpc from "@grpc/grpc-js";

const bytes = (value: Uint8Array) => Buffer.from(value);
const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
  path: `/peer.Test/${name}`,
  requestStream,
  responseStream,
  requestSerialize: bytes,
  requestDeserialize: bytes,
  responseSerialize: bytes,
  responseDeserialize: bytes,
});
const Client = grpc.makeGenericClientConstructor(
  {
    Reverse: method("Reverse", false, false),
    Echo: method("Echo", true, true),
    Refuse: method("Refuse", false, false),
    None: method("None", false, false),
    Hold: method("Hold", true, true),
  },
  "Test",
);
// deno-lint-ignore no-explicit-any -- a generic client's methods have no types
const client: any = new Client(`127.0.0.1:${Deno.args[0]}`, grpc.credentials.createInsecure());

function unary(name: string, request: Uint8Array, options: object = {}): Promise<unknown> {
  return new Promise((resolve) => {
    client[name](
      Buffer.from(request),
      new grpc.Metadata(),
      options,
      (error: grpc.ServiceError | null, answer: Uint8Array) =>
        resolve(error === null ? answer.length : [error.code, error.details]),
    );
  });
}

function echo(): Promise<unknown> {
  return new Promise((resolve) => {
    const metadata = new grpc.Metadata();
    metadata.set("trackingid", "call-1");
    metadata.set("token-bin", Buffer.from([0, 1, 255]));
    const call = client.Echo(metadata);
    let count = 0;
    let tracking: unknown;
    call.on("metadata", (initial: grpc.Metadata) => tracking = initial.get("trackingid")[0]);
    call.on("data", (message: Uint8Array) => {
      if (++count < 100) call.write(Buffer.from(message));
      else call.end();
    });
    call.on("status", (status: grpc.StatusObject) => resolve([count, tracking, status.code]));
    call.write(Buffer.alloc(200));
  });
}

function cancel(): Promise<unknown> {
  return new Promise((resolve) => {
    const call = client.Hold();
    call.on("data", () => call.cancel());
    call.on("error", (error: grpc.ServiceError) => resolve(error.code));
    call.write(Buffer.from([1]));
  });
}

const result = {
  unary: await unary("Reverse", new Uint8Array(3)),
  megabyte: await unary("Reverse", new Uint8Array(1_000_000)),
  echo: await echo(),
  refused: await unary("Refuse", new Uint8Array(1)),
  unknown: (await unary("None", new Uint8Array(1)) as unknown[])[0],
  cancelled: await cancel(),
  deadline: (await unary("Refuse", new Uint8Array(0), { deadline: Date.now() + 100 }) as unknown[])[0],
};
console.log(JSON.stringify(result));
client.close();
