import assert from "node:assert/strict";
import { GrpcServer, unary } from "../../src/grpc/server.ts";
import { Status } from "../../src/grpc/status.ts";
import { Health } from "../../src/protocols/gen/health.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { runs } from "./peer_process.ts";

const TLS = new URL("../fixtures/tls/", import.meta.url);
const installed = runs("h2spec", "--version");
const lacks = installed ? "" : " (not installed: go install github.com/summerwind/h2spec/cmd/h2spec@latest)";

Deno.test({
  name: `h2spec: every case of HTTP/2, HPACK and the generic ones passes, in one strict run${lacks}`,
  ignore: !installed,
  async fn() {
    await using house = await GatewayProcess.start();
    await passesAll(house.port, ["--path", Health.Check]);
    assert.equal((await house.call().start()).status, Status.OK);
  },
});

Deno.test({
  name: `h2spec: the same over TLS${lacks}`,
  ignore: !installed,
  async fn() {
    const [cert, key] = await Promise.all(
      ["server.pem", "server.key"].map((name) => Deno.readTextFile(new URL(name, TLS))),
    );
    const echo = unary((bytes) => bytes.slice(), (bytes: Uint8Array) => bytes, (request) => request);
    await using server = GrpcServer.listen({
      hostname: "127.0.0.1",
      port: 0,
      tls: { cert: cert!, key: key! },
      methods: new Map([["/t/Echo", echo]]),
    });
    await passesAll(server.port, ["--path", "/t/Echo", "--tls", "--insecure"]);
  },
});

async function passesAll(port: number, options: readonly string[]): Promise<void> {
  const { stdout } = await new Deno.Command("h2spec", {
    args: ["--host", "127.0.0.1", "--port", String(port), "--timeout", "1", "--strict", ...options],
  }).output();
  const report = new TextDecoder().decode(stdout);
  assert.match(report, /^146 tests, 146 passed, 0 skipped, 0 failed$/m, report.slice(report.indexOf("Failures:")));
}
