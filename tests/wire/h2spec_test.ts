import assert from "node:assert/strict";
import { Status } from "../../src/grpc/status.ts";
import { Health } from "../../src/protocols/gen/health.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { runs } from "./peer_process.ts";

const installed = runs("h2spec", "--version");

Deno.test({
  name: installed
    ? "h2spec: every case of HTTP/2, HPACK and the generic ones passes, in one strict run"
    : "h2spec is not installed: go install github.com/summerwind/h2spec/cmd/h2spec@latest",
  ignore: !installed,
  async fn() {
    await using house = await GatewayProcess.start();
    const args = ["--host", "127.0.0.1", "--port", String(house.port), "--path", Health.Check, "--timeout", "1"];
    const { stdout } = await new Deno.Command("h2spec", { args: [...args, "--strict"] }).output();
    const report = new TextDecoder().decode(stdout);
    assert.match(report, /^146 tests, 146 passed, 0 skipped, 0 failed$/m, report.slice(report.indexOf("Failures:")));
    assert.equal((await house.call().start()).status, Status.OK);
  },
});
