import { Hono } from "hono";
import * as z from "zod";
import type { CallPage } from "../islands/facts.ts";
import { callRow } from "./call_facts.ts";
import { EXPORT_FORMATS } from "../src/store/store.ts";
import { exportCalls, MOST_EXPORTED } from "./call_export.ts";
import { listCalls } from "./call_list.ts";
import { callExportParameters, callListParameters, callQuery, columnsOf } from "./call_query.ts";
import { findCall, findLines } from "./call_search.ts";
import type { House } from "./house.ts";
import { moment, parametersOf, words } from "./parameters.ts";

/** Which of the calls of an id is meant. */
export const callParameters = z.strictObject({
  org: words(20_000).optional().describe("Its organization's id; any unless given."),
  started: moment().optional().describe("When it started; the newest unless given."),
});

/** Calls: the table, one of them, and both as files. */
export function callRoutes(house: House): Hono {
  const app = new Hono();
  app.get("/api/calls", async (c) => {
    const { offset, limit, ...asked } = parametersOf(c, callListParameters);
    const { calls, total } = await listCalls(house, callQuery(asked, { offset, limit }));
    const now = house.clock.date();
    return c.json<CallPage>({ calls: calls.map((call) => callRow(call, now)), total, offset, limit });
  });
  for (const format of EXPORT_FORMATS) {
    app.get(`/api/calls.${format}`, async (c) => {
      const { columns, ...asked } = parametersOf(c, callExportParameters);
      const wanted = { format, asked, columns: columnsOf(columns), most: MOST_EXPORTED };
      const { type, body } = await exportCalls(house, wanted);
      c.header("Content-Type", type);
      c.header("Content-Disposition", `attachment; filename="calls.${format}"`);
      return c.body(body);
    });
  }
  app.get("/api/calls/:call_id", async (c) => {
    const found = await findCall(house, c.req.param("call_id"), parametersOf(c, callParameters));
    return found ? c.json(found) : c.json({ error: UNKNOWN }, 404);
  });
  app.get("/api/calls/:call_id/download", async (c) => {
    const id = c.req.param("call_id");
    const found = await findCall(house, id, parametersOf(c, callParameters));
    if (!found) return c.json({ error: UNKNOWN }, 404);
    c.header("Content-Disposition", `attachment; filename="call.json"`);
    return c.json({ ...found, log: await findLines(house, found.call) });
  });
  return app;
}

const UNKNOWN = "Cannot find the call: none of this id is known, or it is older than what is kept";
