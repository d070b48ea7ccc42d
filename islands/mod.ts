import { Agents } from "./Agents.tsx";
import { Alerts } from "./Alerts.tsx";
import { Call } from "./Call.tsx";
import { Calls } from "./Calls.tsx";
import { Configuration } from "./Configuration.tsx";
import { Logs } from "./Logs.tsx";
import { Overview } from "./Overview.tsx";
import type { AnyPage } from "./page.ts";
import { Phone } from "./Phone.tsx";

/** The pages that there are, by name, in the order of the navigation. To add one, add a line. */
export const pages: Readonly<Record<string, AnyPage>> = {
  Overview,
  Calls,
  Call,
  Agents,
  Phone,
  Logs,
  Configuration,
  Alerts,
};
