import { strict as assert } from "node:assert";
import { type Family, parseOpenMetrics } from "./exposition.ts";
import { TestGateway } from "./gateway_harness.ts";

const OPEN_METRICS = "application/openmetrics-text";

async function scrape(gateway: TestGateway): Promise<Map<string, Family>> {
  const answer = await fetch(`${gateway.url}/metrics`, { headers: { Accept: OPEN_METRICS } });
  assert.equal(answer.headers.get("content-type"), `${OPEN_METRICS}; version=1.0.0; charset=utf-8`);
  return parseOpenMetrics(await answer.text());
}

/** The value of the one sample of a family that has these labels; undefined when there is none. */
function value(families: Map<string, Family>, family: string, labels: Record<string, string> = {}) {
  return families.get(family)?.samples.find((sample) =>
    !sample.name.endsWith("_bucket") && !sample.name.endsWith("_sum") &&
    Object.entries(labels).every(([name, value]) => sample.labels[name] === value)
  )?.value;
}

Deno.test("/metrics counts a call over the wire while it goes on and after it has ended", async () => {
  await using gateway = await TestGateway.open();
  const call = gateway.call({ virtualAgentId: "Echo: Echo" });
  await call.start();
  const during = await scrape(gateway);
  assert.equal(value(during, "byova_calls_live"), 1);
  const connector = during.get("byova_calls_started")!.samples[0]!.labels.connector!;
  assert.equal(value(during, "byova_latency_seconds", { connector, stage: "first_answer" }), 1);

  const stream = call.open();
  stream.speak({ format: { encoding: "mulaw", sampleRate: 8000 }, data: new Uint8Array(1600).fill(0xff) });
  await stream.finish();
  await call.press("0");
  const after = await scrape(gateway);
  assert.equal(value(after, "byova_calls_live"), 0);
  assert.equal(value(after, "byova_calls_started", { connector }), 1);
  assert.equal(value(after, "byova_calls_ended", { connector, outcome: "transferred" }), 1);
  assert.equal(value(after, "byova_turns", { connector, kind: "start" }), 1);
  assert.equal(value(after, "byova_turns", { connector, kind: "keys" }), 1);
  assert.equal(value(after, "byova_frames_heard", { connector }), 10);
  assert.equal(value(after, "byova_latency_seconds", { connector, stage: "keys_to_answer" }), 1);
  const method = "/com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent/ProcessCallerInput";
  assert.equal(value(after, "byova_rpcs", { method, status: "OK" }), 4);
  assert.equal(value(after, "byova_wire_streams_opened"), 4);
  assert.equal(value(after, "byova_wire_streams_open"), 0);
  assert.equal(value(after, "byova_wire_connections_open"), 1);
  assert.ok(value(after, "byova_wire_received_bytes")! > 1600);
  assert.equal(value(after, "byova_build_info", { version: "0.0.0-test" }), 1);
  assert.ok(value(after, "process_resident_memory_bytes")! > 1e7);
});

Deno.test("/metrics holds nothing that comes from the caller's side", async () => {
  await using gateway = await TestGateway.open();
  const marker = "marker-7391";
  const call = gateway.call({
    conversationId: `${marker}-call`,
    customerOrgId: `${marker}-org`,
    virtualAgentId: "Echo: Echo",
    vendorSpecificConfig: `${marker}-vendor`,
  });
  await call.start({ name: `${marker}-start`, parameters: { key: `${marker}-parameter` } });
  await call.event("CUSTOM_EVENT", { name: `${marker}-event`, parameters: { key: `${marker}-value` } });
  await call.press("7391");
  await call.event("SESSION_END", { name: `${marker}-end` });
  const stray = gateway.call({ conversationId: `${marker}-stray`, virtualAgentId: `${marker}-agent` });
  await stray.start();
  for (const accept of [OPEN_METRICS, "*/*"]) {
    const text = await (await fetch(`${gateway.url}/metrics`, { headers: { accept } })).text();
    assert.match(text, /^byova_turns_total\{connector="[^"]+",kind="keys"\} 1$/m);
    assert.match(text, /status="NOT_FOUND"\} 1$/m);
    assert.doesNotMatch(text, /7391|marker/);
  }
});

Deno.test("/metrics is Prometheus text for who does not ask for OpenMetrics, after an OpenMetrics scrape too", async () => {
  await using gateway = await TestGateway.open();
  await gateway.call({ virtualAgentId: "Echo: Echo" }).start();
  await scrape(gateway);
  const prometheus = "text/plain; version=0.0.4; charset=utf-8";
  for (
    const accept of ["*/*", "text/plain", "application/json", `${OPEN_METRICS};q=0`, `${OPEN_METRICS};q=0.1,text/plain`]
  ) {
    const answer = await fetch(`${gateway.url}/metrics`, { headers: { accept } });
    assert.equal(answer.headers.get("content-type"), prometheus, accept);
    const text = await answer.text();
    assert.match(text, /^# TYPE byova_calls_started_total counter\nbyova_calls_started_total\{connector="[^"]+"\} 1$/m);
    assert.match(text, /^# HELP byova_calls_started_total /m);
    assert.doesNotMatch(text, /# EOF/);
  }
  const asked = `${OPEN_METRICS};version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1`;
  const answer = await fetch(`${gateway.url}/metrics`, { headers: { accept: asked } });
  parseOpenMetrics(await answer.text());
});

Deno.test("docs/metrics.md lists exactly the metrics that there are", async () => {
  await using gateway = await TestGateway.open();
  await gateway.call({ virtualAgentId: "Echo: Echo" }).start();
  const page = await Deno.readTextFile(new URL("../docs/metrics.md", import.meta.url));
  const listed = new Map(
    [...page.matchAll(/^\| `(\w+)` +\| (\w+) +\| ([^|]+?) +\| ([^|]+?) +\| ([^|]+?) +\|$/gm)].map((
      [, name, type, unit, labels, help],
    ) => [name!, { type, unit: unit!, labels: [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label!), help }]),
  );
  const told = await scrape(gateway);
  assert.deepEqual(
    [...listed].map(([name, { type, help }]) => [name, type, help]).sort(),
    [...told.values()].map(({ name, type, help }) => [type === "counter" ? `${name}_total` : name, type, help]).sort(),
  );
  for (const { name, type, samples } of told.values()) {
    const { labels, unit } = listed.get(type === "counter" ? `${name}_total` : name)!;
    for (const sample of samples) {
      assert.deepEqual(Object.keys(sample.labels).filter((label) => label !== "le").sort(), labels.toSorted(), name);
    }
    assert.equal(/_(seconds|bytes)$/.exec(name)?.[1] ?? "1", unit, name);
  }
});
