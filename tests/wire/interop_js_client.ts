// grpc-js as a client of the interop service on port Deno.args[0]; prints what each case came to as one line of JSON.
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

interface Outcome {
  readonly status: number;
  readonly message: string;
  readonly bodies: readonly number[];
  readonly echo: readonly unknown[];
}
interface Talk {
  readonly timeoutMs?: number;
  readonly cancelAfter?: number;
  readonly afterFirst?: () => Promise<unknown>;
}

const definition = loadSync(new URL("interop.proto", import.meta.url).pathname, { keepCase: true, defaults: true });
// deno-lint-ignore no-explicit-any -- what proto-loader makes has no types
const { Interop, Nowhere } = grpc.loadPackageDefinition(definition).wire as any;
const address = `127.0.0.1:${Deno.args[0]}`;
const client = new Interop(address, grpc.credentials.createInsecure());
const nowhere = new Nowhere(address, grpc.credentials.createInsecure());
const SIZES = [31_415, 9, 2653, 58_979];

function metadata(): grpc.Metadata {
  const metadata = new grpc.Metadata();
  metadata.set("echo", "one value, two words");
  metadata.set("echo-bin", Buffer.from("abab00ff", "hex"));
  return metadata;
}

function echoed(initial: grpc.Metadata): unknown[] {
  return [initial.get("echo")[0], (initial.get("echo-bin")[0] as Buffer | undefined)?.toString("hex")];
}

function one(ask: object, method = "Unary", of = client): Promise<Outcome> {
  return new Promise((resolve) => {
    const bodies: number[] = [];
    let echo: unknown[] = [];
    const call = of[method](
      ask,
      metadata(),
      (_: unknown, answer?: { body: Uint8Array }) => answer && bodies.push(answer.body.length),
    );
    call.on("metadata", (initial: grpc.Metadata) => echo = echoed(initial));
    call.on("status", ({ code, details }: grpc.StatusObject) => {
      setTimeout(() => resolve({ status: code, message: details, bodies, echo }));
    });
  });
}

function many(asks: readonly object[], { timeoutMs, cancelAfter, afterFirst }: Talk = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const bodies: number[] = [];
    let echo: unknown[] = [];
    let sent = 0;
    const call = client.Duplex(metadata(), timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs });
    const step = () => {
      if (bodies.length === cancelAfter) call.cancel();
      else if (sent < asks.length) call.write(asks[sent++]);
      else call.end();
    };
    call.on("metadata", (initial: grpc.Metadata) => echo = echoed(initial));
    call.on("data", ({ body }: { body: Uint8Array }) => {
      bodies.push(body.length);
      if (bodies.length === 1 && afterFirst !== undefined) afterFirst().then(step);
      else step();
    });
    call.on("error", () => {});
    call.on(
      "status",
      ({ code, details }: grpc.StatusObject) => resolve({ status: code, message: details, bodies, echo }),
    );
    step();
  });
}

function collect(bodies: readonly number[], cancelled = false): Promise<unknown> {
  return new Promise((resolve) => {
    const call = client.Collect((error: grpc.ServiceError | null, answer?: { body: Uint8Array }) => {
      resolve(error === null ? [0, [answer!.body.length]] : [error.code, []]);
    });
    if (cancelled) return call.cancel();
    for (const length of bodies) call.write({ body: Buffer.alloc(length) });
    call.end();
  });
}

const told = ({ status, bodies }: Outcome) => [status, bodies];
const said = ({ status, message }: Outcome) => [status, message];

async function orderlyShutdown(): Promise<unknown> {
  const asks = [{ answer_bytes: 1 }, { answer_bytes: 2 }, { answer_bytes: 3 }];
  const { status, bodies } = await many(asks, { afterFirst: () => one({}, "Leave") });
  let refused = 0;
  while (refused === 0) refused = (await one({})).status;
  return [status, bodies, refused];
}

const ends = { status: 10, message: "so it ends" };
const results = {
  empty_unary: told(await one({})),
  large_unary: told(await one({ answer_bytes: 314_159, body: Buffer.alloc(271_828) })),
  client_streaming: await collect(SIZES),
  ping_pong: told(await many(SIZES.map((answer_bytes) => ({ answer_bytes, body: Buffer.alloc(27_182) })))),
  empty_stream: told(await many([])),
  cancel_after_begin: await collect([], true),
  cancel_after_first_response: told(await many([{ answer_bytes: SIZES[0] }, {}], { cancelAfter: 1 })),
  timeout_on_sleeping_server: told(await many([{ answer_bytes: -1 }], { timeoutMs: 100 })),
  special_status_message: said(await one({ status: 2, message: "\t\ntwo  spaces\r\n50 % of ☺ and 😈\t\n" })),
  status_code_and_message: [said(await one(ends)), said(await many([ends]))],
  unimplemented_method: (await one({}, "Undone")).status,
  unimplemented_service: (await one({}, "Unary", nowhere)).status,
  custom_metadata: [(await one({})).echo, (await many([{}])).echo],
  orderly_shutdown: await orderlyShutdown(),
};
console.log(JSON.stringify(results));
Deno.exit(0);
