// grpc-js as a client whose server ends its connections for their age: aging_js_client.ts PORT SECONDS PROTO. Prints what
// its RPCs came to as one line of JSON. For Node: on Deno its transport crashes the process at such an end.
import process from "node:process";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const [port, seconds, proto = ""] = process.argv.slice(2);
// deno-lint-ignore no-explicit-any -- what proto-loader makes has no types
const { Interop } = grpc.loadPackageDefinition(loadSync(proto, { keepCase: true, defaults: true })).wire as any;
const client = new Interop(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
const until = performance.now() + Number(seconds) * 1000;
const outcomes: Record<string, number> = {};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const count = (outcome: string) => outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;

async function brief(): Promise<void> {
  while (performance.now() < until) {
    await new Promise<void>((resolve) =>
      client.Unary({ answer_bytes: 100 }, (error: grpc.ServiceError | null, answer?: { body: Uint8Array }) => {
        count(error === null && answer?.body.length === 100 ? "ok" : `brief: ${error?.code} ${error?.details}`);
        resolve();
      })
    );
    await pause(5);
  }
}

/** RPCs of two seconds: older than their connection may grow. */
async function long(): Promise<void> {
  while (performance.now() < until) {
    let answers = 0;
    const call = client.Duplex();
    const ended = new Promise<grpc.StatusObject>((resolve) => call.on("status", resolve));
    call.on("data", () => answers++);
    call.on("error", () => {});
    for (let sent = 0; sent < 20; sent++) {
      call.write({ answer_bytes: 1000 });
      await pause(100);
    }
    call.end();
    const { code, details } = await ended;
    count(code === 0 && answers === 20 ? "ok" : `long: ${code} ${details} after ${answers}`);
  }
}

await Promise.all([brief(), brief(), long(), long()]);
console.log(JSON.stringify(outcomes));
process.exit(0);
