import { strict as assert } from "node:assert";
import { GrpcChannel } from "../src/grpc/client.ts";
import { Status } from "../src/grpc/status.ts";
import { decodeHealthCheckResponse, encodeHealthCheckRequest, Health } from "../src/protocols/gen/health.ts";
import { GatewayProcess } from "./gateway_process.ts";
import { silence } from "./speech_samples.ts";
import { until } from "./until.ts";

/** The gateway as a process: how it starts and how it stops. */

Deno.test("SIGTERM: health turns, new calls are refused, the open call finishes, and the exit code is 0", async () => {
  await using house = await GatewayProcess.start();
  const call = house.call();
  await call.start();
  const health: number[] = [];
  const turned = Promise.withResolvers<void>();
  house.channel.open(Health.Watch, [], {
    message(bytes) {
      if (health.push(decodeHealthCheckResponse(bytes).status) === 2) turned.resolve();
    },
    finished: () => turned.resolve(),
  }).send(encodeHealthCheckRequest({ service: "" }));
  await until(() => health.length > 0);
  house.signal("SIGTERM");
  await turned.promise;
  assert.deepEqual(health, [1, 2]);
  assert.equal((await house.call().start()).status, Status.UNAVAILABLE);
  const answer = await call.press("5");
  assert.equal(answer.status, Status.OK);
  assert.equal(answer.responses[0]!.outputEvents[0]!.name, "transfer_requested");
  assert.deepEqual(await house.exit.then(({ code, signal }) => [code, signal]), [0, null]);
});

Deno.test("SIGINT with a call that does not end: it is handed to a human when the drain time is over", async () => {
  await using house = await GatewayProcess.start([], "gateway:\n  drain_seconds: 0.3\n");
  const call = house.call();
  await call.start();
  const stream = call.open();
  stream.speak(silence(100));
  const since = performance.now();
  house.signal("SIGINT");
  const { status, responses } = await stream.ended();
  assert.ok(performance.now() - since > 250);
  assert.equal(status, Status.OK);
  assert.deepEqual(responses.map(({ outputEvents }) => outputEvents[0]?.metadata), [{ reason: "gateway_stopped" }]);
  assert.equal((await house.exit).code, 0);
});

Deno.test("a second signal does not wait for anybody", async () => {
  await using house = await GatewayProcess.start();
  await house.call().start();
  house.signal("SIGTERM");
  while (!house.log.some(({ msg }) => msg!.startsWith("stopping"))) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  house.signal("SIGTERM");
  assert.equal((await house.exit).code, 0);
});

Deno.test("a port that is taken is a sentence and exit code 1, and nothing is left open", async () => {
  await using house = await GatewayProcess.start();
  await assert.rejects(GatewayProcess.start(["--port", String(house.port)]), /is taken by another program/);
});

Deno.test("kill -9 and a new start: a call goes on where Webex takes it up again", async () => {
  const about = { conversationId: "kept", customerOrgId: "o" };
  let port: number;
  {
    await using house = await GatewayProcess.start();
    await house.call(about).start();
    port = house.port;
    house.signal("SIGKILL");
    await house.exit;
  }
  await using house = await GatewayProcess.start(["--port", String(port)]);
  const answer = await house.call(about).press("5");
  assert.equal(answer.responses[0]!.outputEvents[0]!.name, "transfer_requested");
});

Deno.test("nothing listens beyond loopback unless it is said to", async () => {
  await using house = await GatewayProcess.start();
  const addresses = Deno.networkInterfaces().filter(({ family, address }) =>
    family === "IPv4" && !address.startsWith("127.")
  );
  for (const { address } of addresses) {
    await assert.rejects(GrpcChannel.connect({ hostname: address, port: house.port, connectTimeoutMs: 500 }));
  }
  await assert.rejects(GatewayProcess.start(["--host", "0.0.0.0"]), /did not start/);
});

Deno.test("deno task call follows a plan, and checks it, with no more permissions than the task gives", async () => {
  await using house = await GatewayProcess.start();
  const folder = await Deno.makeTempDir();
  try {
    const voice = new URL("./speech/slt_yes.wav", import.meta.url).pathname;
    await Deno.writeTextFile(
      `${folder}/plan.yaml`,
      `steps:\n  - say: ${voice}\n    expect: { event: answer }\n  - press: "5"\n    expect: { event: transfer }\n`,
    );
    const args = ["--target", `127.0.0.1:${house.port}`, "--speed", "15", "--plan", `${folder}/plan.yaml`];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "call", ...args, "--save", `${folder}/heard.wav`],
      cwd: new URL("../", import.meta.url),
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.equal(code, 0, said);
    assert.match(said, /TRANSFER_TO_AGENT/);
    assert.ok((await Deno.stat(`${folder}/heard.wav`)).size > 8000);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
