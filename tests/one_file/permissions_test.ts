import { strict as assert } from "node:assert";
import { bundle } from "../../release/bundle.ts";
import { Authority } from "../certificates.ts";
import { GrpcChannel } from "../../src/grpc/client.ts";
import { Line } from "../gateway_harness.ts";
import { join, silence, speech } from "../speech_samples.ts";
import { outcome, RunningFile } from "./running_file.ts";

const ALONE = ["run", "--no-config", "--no-lock"];

/** The program as it is shipped, under the flags that it asks for itself, with as much turned on as one machine can have. */
const CONFIG = `
gateway:
  port: 0
  tls: {enabled: true, server_cert_chain_file: tls/server.pem, server_private_key_file: tls/server.key}
monitoring: {port: 0}
logging:
  gateway: {file: logs/gateway.log, max_size: 2000, backup_count: 2}
  web: {file: logs/web.log}
connectors:
  local:
    type: local_audio
    config: {audio_base_path: prompts, audio_files: {welcome: welcome.wav}, record_caller_audio: true}
jwt_validation: {enabled: true, enforce_validation: false, datasource_url: "https://voice.example.org"}
data_source: {auth: {client_secret_env: MY_SECRET}}
`;

Deno.test("the whole gateway runs under exactly the flags that it asks for: calls over TLS, recordings, logs, pages", async () => {
  await using stack = new AsyncDisposableStack();
  const { cwd, authority, program, config, env } = await furnished(stack);
  const asked = await outcome(Deno.execPath(), [
    ...ALONE,
    "--allow-env",
    "--allow-read",
    program,
    "permissions",
    ...config,
  ], { cwd, env });
  const flags = asked.stdout.trim().split("\n");
  assert.ok(flags.includes("--ignore-env") && flags.includes("--no-prompt"), asked.stdout + asked.stderr);

  const args = [...ALONE, ...flags, program, ...config, "--log-format", "json"];
  await using gateway = await RunningFile.start(Deno.execPath(), args, {
    cwd,
    env: { ...env, GATEWAY_FLAGS: flags.join(" ") },
  });
  const port = Number(gateway.target.split(":").at(-1));
  await using channel = await GrpcChannel.connect({ hostname: "localhost", port, tls: { caCerts: [authority.cert] } });
  const call = new Line(channel).call({ conversationId: "kept" });
  await call.start();
  await call.say(join(silence(200), speech("slt_yes"), silence(1200)));
  const answer = await call.press("5");
  assert.equal(answer.responses[0]!.outputEvents[0]!.name, "transfer_requested");
  for (const path of ["", "health", "api/status", "metrics", "proto/health.proto"]) {
    const page = await fetch(gateway.page + path);
    assert.equal(page.status, 200, path);
    await page.body?.cancel();
  }
  assert.equal(await gateway.stop(), 0);
  const loud = gateway.log.filter(({ level, msg }) => level === "error" || msg!.startsWith("more is allowed"));
  assert.deepEqual(loud, []);
  const logs = [...Deno.readDirSync(`${cwd}/logs`)].map(({ name }) => name);
  assert.ok(logs.includes("gateway.log.1") && logs.some((name) => name.endsWith(".wav")), logs.join(" "));
});

Deno.test("under these flags nothing else can be had: files, hosts, programs, libraries, the system, code", async () => {
  await using stack = new AsyncDisposableStack();
  const { cwd, program } = await furnished(stack);
  const here = { cwd, env: { HOME: cwd } };
  const probe = async (...flags: string[]) => {
    const probes = new URL("probes.ts", import.meta.url).pathname;
    const ran = await outcome(Deno.execPath(), [...ALONE, ...flags, probes], here);
    assert.equal(ran.code, 0, ran.stderr);
    return JSON.parse(ran.stdout) as { tried: number; succeeded: string[] };
  };
  const asked = await outcome(Deno.execPath(), [...ALONE, "--allow-env", "--allow-read", program, "permissions"], here);
  assert.deepEqual(await probe(...asked.stdout.trim().split("\n")), { tried: 21, succeeded: [] });
  // The probes themselves are worth something: they succeed where they may.
  const open = ["--allow-read", "--allow-write=.", "--allow-env", "--allow-run", "--allow-sys", "--allow-ffi"];
  const { succeeded } = await probe("--no-prompt", "--deny-import", "--no-npm", "--no-remote", ...open);
  for (
    const name of [
      "read /etc/passwd",
      "write the working folder",
      "a subprocess",
      "ffi",
      "the host's name",
      "all variables",
    ]
  ) {
    assert.ok(succeeded.includes(name), name);
  }
});

/** A folder with that configuration and everything that it names, and the program. */
async function furnished(stack: AsyncDisposableStack) {
  const cwd = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(cwd, { recursive: true }));
  const authority = await Authority.create("Test Authority");
  const { cert, key } = await authority.issue({ commonName: "gateway", names: ["localhost"] });
  for (const folder of ["tls", "prompts", "program"]) await Deno.mkdir(`${cwd}/${folder}`);
  await Deno.writeTextFile(`${cwd}/tls/server.pem`, cert);
  await Deno.writeTextFile(`${cwd}/tls/server.key`, key);
  await Deno.copyFile(new URL("../../audio/welcome.wav", import.meta.url), `${cwd}/prompts/welcome.wav`);
  await Deno.writeTextFile(`${cwd}/gateway.yaml`, CONFIG);
  const program = (await bundle(new URL(`file://${cwd}/program/`))).pathname;
  return {
    cwd,
    authority,
    program,
    config: ["--config", "gateway.yaml"],
    env: { HOME: cwd, MY_SECRET: "not-for-logs" },
  };
}
