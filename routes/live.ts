import { Hono } from "hono";
import * as z from "zod";
import type { LiveStream } from "./live_stream.ts";
import { parametersOf, words, WrongParameter } from "./parameters.ts";

const TOPICS = ["overview", "calls", "call", "logs", "alerts"] as const;
/** When one who found no place may try again, in seconds. */
const RETRY_SECONDS = "5";

/** What may be asked of `/api/live`. */
export const liveParameters = z.strictObject({
  topics: words(100).default("overview").describe(
    `What to hear of: some of ${TOPICS.join(", ")}, with commas between.`,
  ),
  call: words(20_000).optional().describe("With the topic call: the call's id."),
  org: words(20_000).optional().describe("With the topic call: its organization's id."),
  last: words(100).optional().describe("The last id that was heard, for who cannot send Last-Event-ID."),
});

/** The event stream: see `LiveEvents` of islands/facts.ts. */
export function live(stream: LiveStream): Hono {
  const app = new Hono<{ Bindings: Partial<Deno.ServeHandlerInfo> }>();
  app.get("/api/live", async (c) => {
    const { topics, call, org, last = "" } = parametersOf(c, liveParameters);
    const wanted = new Set(
      topics.split(",").map((topic) => {
        const known = TOPICS.find((each) => each === topic.trim());
        if (known === undefined) throw new WrongParameter("topics", `some of ${TOPICS.join(", ")}`, topic);
        return known;
      }),
    );
    if (wanted.has("call") && (call === undefined || org === undefined)) {
      throw new WrongParameter(call === undefined ? "call" : "org", "an id, as the topic call asks for one", "");
    }
    c.header("Content-Type", "text/event-stream; charset=utf-8");
    c.header("X-Accel-Buffering", "no"); // nginx would gather events before it passes them on
    if (c.req.raw.method === "HEAD") return c.body(null);
    const listening = {
      topics: wanted,
      ...(call !== undefined && org !== undefined && { call: { orgId: org, callId: call } }),
    };
    const body = await stream.open(listening, c.req.header("Last-Event-ID") ?? last, c.env?.completed);
    if (body) return c.body(body);
    c.header("Retry-After", RETRY_SECONDS);
    return c.json({ error: "Cannot open another stream: as many dashboards are open as there may be" }, 503);
  });
  return app as unknown as Hono;
}
