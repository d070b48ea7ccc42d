import { type Context, Hono } from "hono";
import * as z from "zod";
import { noParameters } from "./api_overview.ts";
import { iso } from "./call_facts.ts";
import type { House } from "./house.ts";
import { alertFact } from "./overview.ts";
import { count, moment, parametersOf, word, words } from "./parameters.ts";
import { logFact } from "./store_tail.ts";

/** What may be asked of `/api/logs`. */
export const logParameters = z.strictObject({
  level: word(["debug", "info", "warn", "error"]).optional().describe("From this level up."),
  logger: words().optional().describe("This logger and those below it."),
  call: words(20_000).optional().describe("The id of a call."),
  text: words().optional().describe("Found in the line."),
  from: moment().optional().describe("Written at or after."),
  to: moment().optional().describe("Written before."),
  before: count(0, Number.MAX_SAFE_INTEGER).optional().describe("Lines before the one of this id."),
  after: count(0, Number.MAX_SAFE_INTEGER).optional().describe("Lines after the one of this id."),
  limit: count(1, 1000).prefault("200").describe("Lines of an answer."),
});

const page = {
  offset: count(0, 1_000_000).prefault("0").describe("How many to leave out from the newest on."),
  limit: count(1, 500).prefault("50").describe("How many of them."),
};

/** What may be asked of `/api/alerts`. */
export const alertParameters = z.strictObject({
  state: word(["firing", "resolved"]).optional().describe("How the alert stands."),
  ...page,
});

/** What may be asked of `/api/audit`. */
export const auditParameters = z.strictObject(page);

/** What is on record beside calls: log lines, alerts, who did what, and the configuration. */
export function recordRoutes(house: House): Hono {
  const app = new Hono();
  app.get("/api/logs", async (c) => {
    const { call, ...asked } = given(parametersOf(c, logParameters));
    const lines = await house.store.logs({ ...asked, ...(call !== undefined && { callId: call }) });
    return c.json({ lines: lines.map(logFact).toSorted((a, b) => b.id - a.id) });
  });
  app.get("/api/alerts", async (c) => {
    const alerts = await house.store.alerts(given(parametersOf(c, alertParameters)));
    return c.json({ alerts: alerts.map(alertFact) });
  });
  app.get("/api/audit", async (c) => {
    const deeds = await house.store.deeds(parametersOf(c, auditParameters));
    return c.json({ deeds: deeds.map(({ at, ...deed }) => ({ at: iso(at), ...deed })) });
  });
  app.get("/api/configuration", (c) => configuration(c, house));
  return app;
}

function configuration(c: Context, { settings, warnings }: House) {
  parametersOf(c, noParameters);
  return c.json({ settings, warnings });
}

/** Without the members that ask for nothing. */
function given<T extends object>(asked: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as never;
}
