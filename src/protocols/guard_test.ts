import { strict as assert } from "node:assert";
import { callUnary, GrpcChannel } from "../grpc/client.ts";
import { GrpcServer, unary } from "../grpc/server.ts";
import { GrpcError, Status } from "../grpc/status.ts";
import { type Caller, checkOrg, type Gate, Guard, type Refused } from "./guard.ts";

const HOST = "127.0.0.1";
const anybody: Caller = { refusalFor: () => undefined };
const refused: Refused = { reason: "expired", message: "the token has expired", temporary: false };

/** A server whose one method, behind `gate`, answers with what it was asked. */
async function serve(gate: Gate, orgId?: string) {
  const stack = new AsyncDisposableStack();
  const guard = new Guard(gate);
  const opened = { count: 0 };
  const echo = guard.method((rpc, caller) => {
    opened.count++;
    return unary((bytes) => bytes.slice(), (bytes: Uint8Array) => bytes, (bytes) => {
      if (orgId !== undefined) checkOrg(caller, orgId);
      return bytes;
    })(rpc);
  });
  const server = stack.use(GrpcServer.listen({
    hostname: HOST,
    port: 0,
    methods: new Map([["/t/Echo", echo]]),
    maxConcurrentStreams: 5000,
    onError: (error) => assert.fail(String(error)),
  }));
  const channel = stack.use(await GrpcChannel.connect({ hostname: HOST, port: server.port }));
  const ask = (value = "x", options: { timeoutMs?: number } = {}) =>
    callUnary(channel, "/t/Echo", Uint8Array.of(7), [["authorization", value]], options);
  return { stack, opened, ask };
}

const ended = (asked: Promise<unknown>) =>
  asked.then(() => "OK", (error) => error instanceof GrpcError ? `${error.status} ${error.message}` : String(error));

Deno.test("who is known passes at once, who is refused never reaches the method", async () => {
  const seen: (string | undefined)[] = [];
  const { stack, opened, ask } = await serve({
    admit(authorization) {
      seen.push(authorization);
      return authorization === "good" ? anybody : refused;
    },
  });
  await using _ = stack;
  assert.deepEqual(await ask("good"), Uint8Array.of(7));
  assert.equal(await ended(ask("bad")), `${Status.UNAUTHENTICATED} expired: the token has expired`);
  assert.deepEqual([seen, opened.count], [["good", "bad"], 1]);
});

Deno.test("what a caller has sent waits for the decision, whichever it is", async () => {
  const decisions: PromiseWithResolvers<Caller | Refused>[] = [];
  const fourth = Promise.withResolvers<void>();
  const { stack, opened, ask } = await serve({
    admit() {
      if (decisions.push(Promise.withResolvers()) === 4) fourth.resolve();
      return decisions.at(-1)!.promise;
    },
  });
  await using _ = stack;
  const [first, second, third] = [ended(ask()), ended(ask()), ended(ask("x", { timeoutMs: 50 }))];
  assert.equal(await third, `${Status.DEADLINE_EXCEEDED} deadline exceeded`);
  // By the time that a later RPC is here, the server knows that the third is over.
  const last = ended(ask());
  await fourth.promise;
  assert.equal(opened.count, 0);
  decisions[3]!.resolve(refused);
  decisions[0]!.resolve(anybody);
  decisions[1]!.resolve({ ...refused, reason: "keys_unavailable", message: "later", temporary: true });
  decisions[2]!.resolve(anybody);
  assert.deepEqual(await Promise.all([first, second]), ["OK", `${Status.UNAVAILABLE} keys_unavailable: later`]);
  assert.match(await last, /expired/);
  assert.equal(opened.count, 1, "an RPC that is over was handed to its method");
});

Deno.test("no more than 2,000 callers wait, and those who left make room", async () => {
  const decision = Promise.withResolvers<Caller | Refused>();
  const { stack, ask } = await serve({ admit: () => decision.promise });
  await using _ = stack;
  const waiting = Array.from({ length: 2000 }, (_, at) => ended(ask("x", at < 10 ? { timeoutMs: 300 } : {})));
  assert.equal(await ended(ask()), `${Status.UNAVAILABLE} too many callers wait to be let in`);
  await Promise.all(waiting.slice(0, 10));
  const late = Array.from({ length: 10 }, () => ended(ask()));
  assert.equal(await ended(ask()), `${Status.UNAVAILABLE} too many callers wait to be let in`);
  decision.resolve(anybody);
  const outcomes = await Promise.all([...waiting.slice(10), ...late]);
  assert.ok(outcomes.every((outcome) => outcome === "OK"));
});

Deno.test("a caller may be let in for some organizations only", async () => {
  const caller: Caller = {
    refusalFor: (orgId) => orgId === "mine" ? undefined : { ...refused, reason: "organization" },
  };
  for (
    const [org, status] of [["mine", "OK"], ["yours", `${Status.UNAUTHENTICATED} organization: the token has expired`]]
  ) {
    const { stack, ask } = await serve({ admit: () => Promise.resolve(caller) }, org);
    await using _ = stack;
    assert.equal(await ended(ask()), status);
  }
});
