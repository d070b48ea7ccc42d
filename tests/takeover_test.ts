import { strict as assert } from "node:assert";
import type { CallRow } from "../islands/facts.ts";
import { callUnary, GrpcChannel } from "../src/grpc/client.ts";
import { Status } from "../src/grpc/status.ts";
import { decodeHealthCheckResponse, encodeHealthCheckRequest, Health } from "../src/protocols/gen/health.ts";
import { Authority } from "./certificates.ts";
import { Line } from "./gateway_harness.ts";
import { GatewayProcess, type ProcessOptions } from "./gateway_process.ts";
import { until } from "./until.ts";

/** A new process takes the ports over while the one before it drains. */

const SHARED = "gateway:\n  reuse_port: true\n";

/** A gateway on the ports of another. */
function beside({ port, page }: GatewayProcess, yaml = SHARED, options?: ProcessOptions): Promise<GatewayProcess> {
  return GatewayProcess.start(["--port", String(port), "--http-port", new URL(page).port], yaml, options);
}

/** Somebody who calls again and again on one connection, as Webex does, and connects anew when it is told to. */
async function callAgainAndAgain(port: number, name: string, over: () => boolean): Promise<string[]> {
  const heard: string[] = [];
  let channel = await GrpcChannel.connect({ hostname: "127.0.0.1", port });
  const line = async () => {
    if (!channel.closed) return new Line(channel);
    await channel[Symbol.asyncDispose]();
    return new Line(channel = await GrpcChannel.connect({ hostname: "127.0.0.1", port }));
  };
  for (let calls = 0; !over(); calls++) {
    const about = { conversationId: `${name}-${calls}`, customerOrgId: "org-1" };
    const welcome = await (await line()).call(about).start();
    const begun = await (await line()).call(about).event("START_OF_DTMF");
    const answer = await (await line()).call(about).keys("5");
    const came = [welcome.status, begun.status, answer.status, answer.responses[0]?.outputEvents[0]?.name];
    heard.push(came.join(" "));
  }
  await channel[Symbol.asyncDispose]();
  return heard;
}

/** Somebody who connects anew for every question, and once more where a connection is lost before anything is asked. */
async function connectAgainAndAgain(port: number, over: () => boolean, onReset: () => void): Promise<string[]> {
  const heard: string[] = [];
  const question = encodeHealthCheckRequest({ service: "" });
  const connect = () => GrpcChannel.connect({ hostname: "127.0.0.1", port });
  const again = () => {
    onReset();
    return connect();
  };
  while (!over()) {
    await using channel = await connect().catch(again);
    heard.push(String(decodeHealthCheckResponse(await callUnary(channel, Health.Check, question)).status));
  }
  return heard;
}

/** Whether the system hands those who wait at a door that closes to whoever shares the port (Linux 5.14). */
function migrates(): boolean {
  try {
    return Deno.readTextFileSync("/proc/sys/net/ipv4/tcp_migrate_req").trim() === "1";
  } catch {
    return false;
  }
}

Deno.test("a takeover under load: no call is lost, and calls under way end where they began", async () => {
  await using before = await GatewayProcess.start([], SHARED);
  let over = false;
  const isOver = () => over;
  const callers = Promise.all(
    Array.from({ length: 8 }, (_, at) => callAgainAndAgain(before.port, `caller-${at}`, isOver)),
  );
  let resets = 0;
  const visitors = Promise.all(
    Array.from({ length: 4 }, () => connectAgainAndAgain(before.port, isOver, () => resets++)),
  );
  for (const load of [callers, visitors]) load.catch(() => {}); // told by whoever awaits it, below
  const kept = before.call({ conversationId: "kept", customerOrgId: "org-1" });
  await kept.start();

  await using after = await beside(before);
  before.signal("SIGTERM");
  await said(before, "another gateway has taken over: new calls are handed on to it");
  const handedOn = before.call({ conversationId: "handed-on", customerOrgId: "org-1" });
  assert.equal((await handedOn.start()).status, Status.OK);
  await said(after, "stream opened", "handed-on");
  const answer = await kept.press("5");
  assert.equal(answer.responses[0]!.outputEvents[0]!.name, "transfer_requested");
  assert.equal((await before.exit).code, 0);
  // The call that was handed on lives in the new process, where its next connection leads.
  await using channel = await GrpcChannel.connect({ hostname: "127.0.0.1", port: before.port });
  const goesOn = await new Line(channel).call({ conversationId: "handed-on", customerOrgId: "org-1" }).press("5");
  assert.equal(goesOn.responses[0]!.outputEvents[0]!.name, "transfer_requested");
  over = true;
  const calls = (await callers).flat();
  assert.deepEqual(calls.filter((heard) => heard !== "0 0 0 transfer_requested"), []);
  const connections = (await visitors).flat();
  assert.deepEqual(connections.filter((heard) => heard !== "1"), []);
  assert.ok(resets === 0 || !migrates(), `${resets} connections were reset`);
  console.log(`${calls.length} calls, ${connections.length} connections, ${resets} of them opened twice`);
});

Deno.test("a takeover where net.ipv4.tcp_migrate_req is 1: no connection is reset either", async () => {
  const test = `"${Deno.execPath()}" test -A --filter "under load" "${import.meta.filename}"`;
  const inside = `ip link set lo up && echo 1 > /proc/sys/net/ipv4/tcp_migrate_req && ${test}`;
  const { code, stdout } = await new Deno.Command("unshare", { args: ["-rn", "sh", "-c", inside] }).output()
    .catch(() => ({ code: 0, stdout: new Uint8Array() }));
  const said = new TextDecoder().decode(stdout);
  if (said === "") return console.log("SKIP: this machine has no network namespaces for us");
  assert.equal(code, 0, said);
});

Deno.test("a takeover of a port that speaks TLS hands new calls on too", async () => {
  const authority = await Authority.create("Takeover");
  const { cert, key } = await authority.issue({ commonName: "gateway", names: ["gateway.test"] });
  const folder = await Deno.makeTempDir();
  await using _files = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  await Deno.writeTextFile(`${folder}/chain.pem`, cert + authority.cert);
  await Deno.writeTextFile(`${folder}/key.pem`, key);
  const files = `server_cert_chain_file: ${folder}/chain.pem, server_private_key_file: ${folder}/key.pem`;
  const yaml = `${SHARED}  tls: { enabled: true, ${files} }\n`;
  const tls = { caCerts: [authority.cert], serverName: "gateway.test" };

  await using before = await GatewayProcess.start([], yaml, { tls });
  const kept = before.call({ conversationId: "kept" });
  await kept.start();
  await using after = await beside(before, yaml, { tls });
  before.signal("SIGTERM");
  await said(before, "another gateway has taken over: new calls are handed on to it");
  const handedOn = before.call({ conversationId: "handed-on" });
  assert.equal((await handedOn.start()).status, Status.OK);
  await said(after, "stream opened", "handed-on");
  assert.equal((await handedOn.press("5")).responses[0]!.outputEvents[0]!.name, "transfer_requested");
  assert.equal((await kept.press("5")).responses[0]!.outputEvents[0]!.name, "transfer_requested");
  assert.equal((await before.exit).code, 0);
});

Deno.test("a takeover leaves one memory: what either gateway lived to see stands in it", async () => {
  const home = await Deno.makeTempDir();
  await using _memory = { [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }) };
  const yaml = `${SHARED}store: { enabled: true }\n`;
  await using before = await GatewayProcess.start([], yaml, { home });
  await before.call({ conversationId: "kept" }).start();
  await using after = await beside(before, yaml, { home });
  before.signal("SIGTERM");
  await said(before, "another gateway has taken over: new calls are handed on to it");
  await before.call({ conversationId: "handed-on" }).start();
  for (const id of ["handed-on", "kept"]) await before.call({ conversationId: id }).event("SESSION_END");
  assert.equal((await before.exit).code, 0);
  const remembered = async () => {
    const { calls }: { calls: CallRow[] } = await (await fetch(new URL("/api/calls", after.page))).json();
    return calls.map(({ call_id, state, outcome }) => `${call_id} ${state} ${outcome}`).sort();
  };
  const expected = ["handed-on ended caller_hung_up", "kept ended caller_hung_up"];
  await until(async () => `${await remembered()}` === `${expected}`);
});

Deno.test("without gateway.reuse_port in both, a port that is taken stays taken", async () => {
  {
    await using shared = await GatewayProcess.start([], SHARED);
    await assert.rejects(beside(shared, ""), /PORT-TAKEN/);
  }
  await using plain = await GatewayProcess.start();
  await assert.rejects(beside(plain), /PORT-TAKEN/);
});

Deno.test("a gateway that shares its ports and that nobody takes over from stops as any other", async () => {
  await using house = await GatewayProcess.start([], SHARED);
  const call = house.call();
  await call.start();
  house.signal("SIGTERM");
  await said(house, "nobody takes new calls");
  assert.equal((await house.call().start()).status, Status.UNAVAILABLE);
  assert.equal((await call.press("5")).status, Status.OK);
  assert.equal((await house.exit).code, 0);
});

/** Resolves once a gateway has logged this, of this call if one is named. */
async function said({ log }: GatewayProcess, message: string, call?: string): Promise<void> {
  await until(() => log.some((line) => line.msg === message && (call === undefined || line.call === call)));
}
