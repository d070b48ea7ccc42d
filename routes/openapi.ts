import { Hono } from "hono";
import * as z from "zod";
import { actParameters } from "./api_acts.ts";
import { callParameters } from "./api_calls.ts";
import { noParameters, overviewParameters } from "./api_overview.ts";
import { alertParameters, auditParameters, logParameters } from "./api_records.ts";
import { callExportParameters, callListParameters } from "./call_query.ts";
import { liveParameters } from "./live.ts";
import * as sample from "./sample_schemas.ts";
import * as schemas from "./schemas.ts";

/** A route as its description tells of it. */
interface Described {
  readonly method: "get" | "post";
  /** As OpenAPI writes it: {name} for a part that varies. */
  readonly path: string;
  readonly summary: string;
  readonly parameters?: z.ZodObject;
  /** What is answered: a schema for JSON, or a media type. */
  readonly answer: z.ZodType | string;
}

const get = (path: string, summary: string, answer: Described["answer"], parameters?: z.ZodObject): Described => ({
  method: "get",
  path,
  summary,
  answer,
  ...(parameters && { parameters }),
});
const post = (...[path, summary, answer, parameters]: Parameters<typeof get>): Described => ({
  ...get(path, summary, answer, parameters),
  method: "post",
});

const trialParameters = z.strictObject({ agent: z.string().optional().describe("The id of the agent to call.") });

/** Every route that programs may use. */
export const ROUTES: readonly Described[] = [
  get("/api/overview", "The gateway as a whole", schemas.overview, overviewParameters),
  get("/api/calls", "Live and past calls, a page at a time", schemas.callPage, callListParameters),
  get("/api/calls.csv", "The same calls as CSV, at most 100,000", "text/csv", callExportParameters),
  get("/api/calls.json", "The same calls as one JSON, at most 100,000", schemas.callExport, callExportParameters),
  get("/api/calls.jsonl", "The same calls as JSON, one a line", "application/jsonl", callExportParameters),
  get("/api/calls/{call_id}", "Everything about one call", schemas.call, callParameters),
  get("/api/calls/{call_id}/download", "The same with its log lines, as a file", schemas.callDownload, callParameters),
  post("/api/calls/{call_id}/end", "Ends a call", schemas.act, actParameters),
  post("/api/calls/{call_id}/transfer", "Hands the caller to a human", schemas.act, actParameters),
  get("/api/agents", "Connectors and the agents that they offer", schemas.agents, noParameters),
  get("/api/agents/refresh", "Asks every vendor again which agents there are", sample.refreshed),
  post("/api/agents/refresh", "Asks every vendor again which agents there are", sample.refreshed),
  get("/api/logs", "Lines of the log, the newest first", schemas.logs, logParameters),
  get("/api/alerts", "Alerts, the newest first", schemas.alerts, alertParameters),
  get("/api/audit", "Who did what, the newest first", schemas.audit, auditParameters),
  get("/api/configuration", "Each value with where it came from", schemas.configuration, noParameters),
  get("/api/recordings/{file}", "A recording, whole or in part (Range)", "audio/wav"),
  get("/api/live", "Server-sent events: see LiveEvents of islands/facts.ts", "text/event-stream", liveParameters),
  get("/api/openapi.json", "This description", z.looseObject({ openapi: z.literal("3.1.0") })),
  get("/api/status", "The gateway in the sample's words", sample.status),
  get("/status", "The gateway in the sample's words", sample.status),
  get("/health", "200 while calls are taken, 503 otherwise", sample.health),
  get("/api/config", "What is configured, in the sample's words", sample.config),
  get("/api/connections", "Live and finished calls in the sample's words", sample.connections),
  get("/api/debug/sessions", "Connections and live calls in the sample's words", sample.debugSessions),
  get("/api/trust", "Who was turned away, and how long certificates last", sample.trust),
  get("/api/test/create-session", "Makes a trial call", sample.trial, trialParameters),
  post("/api/test/create-session", "Makes a trial call", sample.trial, trialParameters),
  get("/api/me", "Who asks, and what acts have to carry", schemas.me),
  get("/api/phone", "A WebSocket that carries a test call: see islands/phone_talk.ts", "application/json"),
  get("/{service}/v1/ping", "Whether calls are taken, in the words of Webex's services", sample.ping),
  get("/metrics", "What a Prometheus server is told", "text/plain"),
  get("/proto/{name}", "A protocol file", "text/plain"),
];

/** The description of the API (OpenAPI 3.1). */
export function openApi(version: string) {
  const components: Record<string, unknown> = {};
  const operations = ROUTES.map((route) => [route.path, route.method, operation(route, components)] as const);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [path, method, told] of operations) paths[path] = { ...paths[path], [method]: told };
  return {
    openapi: "3.1.0",
    info: {
      title: "byova-gateway",
      version,
      description: "Times are ISO 8601 in UTC with milliseconds, lengths are in ms. What is not known is null.",
    },
    paths,
    components: { schemas: components },
  };
}

/** The route of the description itself. */
export function openApiRoutes(version: string): Hono {
  const app = new Hono();
  let told: string | undefined;
  app.get("/api/openapi.json", (c) => {
    told ??= JSON.stringify(openApi(version));
    return c.body(told, 200, { "Content-Type": "application/json" });
  });
  return app;
}

function operation({ path, summary, parameters, answer }: Described, components: Record<string, unknown>) {
  const content = typeof answer === "string"
    ? { [answer]: {} }
    : { "application/json": { schema: schemaOf(answer, components) } };
  const problem = {
    description: "What went wrong",
    content: { "application/json": { schema: schemaOf(schemas.problem, components) } },
  };
  return {
    summary,
    parameters: [...pathParameters(path), ...queryParameters(parameters)],
    responses: { 200: { description: "What was asked for", content }, default: problem },
  };
}

function pathParameters(path: string) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters(parameters: z.ZodObject | undefined) {
  if (parameters === undefined) return [];
  const { properties = {} } = z.toJSONSchema(parameters, { io: "input" });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property as Record<string, unknown>;
    return { name, in: "query", ...(description !== undefined && { description }), schema };
  });
}

/** A whole number is one, without the bounds of JavaScript's. */
function plainWhole({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

/** A schema as JSON Schema; those that have a name go to `components` and are referred to. */
function schemaOf(schema: z.ZodType, components: Record<string, unknown>): Record<string, unknown> {
  const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { io: "output", override: plainWhole });
  const moved = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll("#/$defs/", "#/components/schemas/"));
  for (const [name, each] of Object.entries($defs)) {
    const { id: _, ...told } = each as Record<string, unknown>;
    components[name] = moved(told);
  }
  return moved(own);
}
