import assert from "node:assert/strict";
import { Status } from "../../src/grpc/status.ts";
import { Health } from "../../src/protocols/gen/health.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { runs } from "./peer_process.ts";

/** Each group meets a gateway of its own: what the cases do wrong counts against their address as a whole. */
const GROUPS = [
  ["generic"],
  ["http2/3", "http2/4", "http2/5"],
  ["http2/6"],
  ["http2/7", "http2/8"],
  ["hpack"],
];
const installed = runs("h2spec", "--version");

Deno.test({
  name: installed
    ? "h2spec: every case of HTTP/2, HPACK and the generic ones passes"
    : "h2spec is not installed: go install github.com/summerwind/h2spec/cmd/h2spec@latest",
  ignore: !installed,
  async fn() {
    let passed = 0;
    for (const sections of GROUPS) {
      await using house = await GatewayProcess.start();
      const report = await h2spec(house.port, sections);
      const counts = /tests, (\d+) passed, \d+ skipped, (\d+) failed/.exec(report);
      assert.ok(counts !== null, report);
      assert.equal(Number(counts[2]), 0, report.slice(report.indexOf("Failures:")));
      passed += Number(counts[1]);
      assert.equal((await house.call().start()).status, Status.OK);
    }
    assert.equal(passed, 146);
  },
});

async function h2spec(port: number, sections: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command("h2spec", {
    args: [
      ...["--host", "127.0.0.1", "--port", String(port), "--path", Health.Check, "--timeout", "1", "--strict"],
      ...sections,
    ],
  }).output();
  return new TextDecoder().decode(stdout);
}
