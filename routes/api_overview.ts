import { Hono } from "hono";
import * as z from "zod";
import type { House } from "./house.ts";
import { Overviews } from "./overview.ts";
import { moment, parametersOf, WrongParameter } from "./parameters.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Time zones are quarters of an hour apart, and a day is an hour longer when summer time ends. */
const ZONE_STEP_MS = 15 * MINUTE_MS;
const LONGEST_DAY_MS = 25 * 60 * MINUTE_MS;

/** What may be asked of `/api/overview`. */
export const overviewParameters = z.strictObject({
  midnight: moment().optional().describe("The last midnight where the reader is; of UTC unless given."),
});

/** No parameters at all. */
export const noParameters = z.strictObject({});

/** The gateway as a whole, its connectors and their agents. */
export function overviewRoutes(house: House): Hono {
  const app = new Hono();
  const overviews = new Overviews(house);
  app.get("/api/overview", async (c) => {
    const now = house.clock.date();
    const { midnight = now - now % DAY_MS } = parametersOf(c, overviewParameters);
    if (midnight > now || midnight < now - LONGEST_DAY_MS || midnight % ZONE_STEP_MS !== 0) {
      throw new WrongParameter("midnight", "the last midnight of a time zone", c.req.query("midnight")!);
    }
    return c.json(await overviews.overview(midnight));
  });
  app.get("/api/agents", async (c) => {
    parametersOf(c, noParameters);
    return c.json({ connectors: await overviews.connectors() });
  });
  return app;
}
