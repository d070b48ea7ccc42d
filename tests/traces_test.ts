import { strict as assert } from "node:assert";
import { GatewayProcess } from "./gateway_process.ts";

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly events: readonly { readonly name: string }[];
  readonly status: { readonly code: number };
}

/** A collector of OTLP over HTTP, in JSON. */
class Collector implements AsyncDisposable {
  readonly spans: Span[] = [];
  /** Everything that was sent to it. */
  text = "";
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const text = await request.text();
    this.text += text;
    if (new URL(request.url).pathname === "/v1/traces") {
      for (const { scopeSpans } of JSON.parse(text).resourceSpans) {
        for (const { scope, spans } of scopeSpans) if (scope.name === "byova-gateway") this.spans.push(...spans);
      }
    }
    return Response.json({});
  });

  get env(): Record<string, string> {
    return {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }
}

const attributesOf = ({ attributes }: Span) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
const ms = (nanos: string) => Number(BigInt(nanos) / 1_000_000n);

Deno.test("with OTEL_DENO a collector is told of each call, its turns and what the agent did, and of nothing that callers do", async () => {
  await using collector = new Collector();
  await using house = await GatewayProcess.start([], "", { env: collector.env });
  const since = Date.now();
  const call = house.call({ conversationId: "c-1", customerOrgId: "org-1", virtualAgentId: "Echo: Echo" });
  await call.start({ name: "marker-name", parameters: { account: "marker-parameter" } });
  await call.press("73591");
  await call.event("SESSION_END");
  house.signal("SIGTERM");
  assert.equal((await house.exit).code, 0);

  const [root, ...others] = collector.spans.filter(({ name }) => name === "call");
  assert.deepEqual([others.length, root!.parentSpanId, root!.kind], [0, "", 2]);
  const about = attributesOf(root!);
  assert.deepEqual(about, {
    "byova.connector": "echo",
    "byova.call_id": "c-1",
    "byova.org_id": "org-1",
    "byova.agent_id": "Echo: Echo",
    "byova.tracking_id": about["byova.tracking_id"],
    "byova.outcome": "caller_hung_up",
  });
  const turns = collector.spans.filter(({ name }) => name === "turn")
    .sort((a, b) => Number(attributesOf(a)["byova.turn"]) - Number(attributesOf(b)["byova.turn"]));
  assert.ok(turns.length >= 3);
  const answers = collector.spans.filter(({ name }) => name === "answer");
  assert.equal(answers.length, 2, "to the start and to the keys");
  for (const span of [...turns, ...answers]) {
    const parent = span.name === "turn" ? root! : turns.find(({ spanId }) => spanId === span.parentSpanId)!;
    assert.deepEqual([span.traceId, span.parentSpanId], [root!.traceId, parent.spanId]);
    assert.ok(ms(span.startTimeUnixNano) >= ms(parent.startTimeUnixNano));
    assert.ok(ms(span.endTimeUnixNano) <= ms(parent.endTimeUnixNano));
  }
  assert.deepEqual(turns.map((turn) => attributesOf(turn)["byova.input"]).filter(Boolean), ["start", "keys"]);
  assert.ok(ms(root!.startTimeUnixNano) >= since - 1000 && ms(root!.endTimeUnixNano) <= Date.now() + 1000);
  assert.doesNotMatch(collector.text, /marker|73591/);
});
