import { openRegistrar } from "../auth/byods/mod.ts";
import type { ByodsDeps } from "../auth/byods/mod.ts";
import type { DataSourceOptions } from "../auth/byods/config.ts";
import { asFault, REMEDIES } from "../auth/byods/faults.ts";
import type { DataSource } from "../auth/byods/registration.ts";
import { MEANING, wordFor } from "../auth/byods/state.ts";
import { humanDuration } from "../lib/duration.ts";
import { type Check, fail, type Finding, pass, skipped, warn } from "./check.ts";
import { difference } from "./public_url.ts";

/** Whether Webex knows the gateway's data source, by the same text, active and with time left. Changes nothing there. */
export function dataSourceCheck(options: DataSourceOptions, deps: ByodsDeps): Check {
  return {
    title: "data source",
    async run(signal) {
      if (!options.enabled) return [skipped("data_source is off: somebody else registers the gateway and renews")];
      const { registrar } = openRegistrar(options, deps);
      try {
        const source = await registrar.locate(signal);
        if (source) return judge(source, options, deps.clock.date());
        return [notFound(await registrar.list(signal), options)];
      } catch (error) {
        const fault = asFault(error);
        return [fail(fault.code, fault.found, REMEDIES[fault.code])];
      }
    },
  };
}

function judge(source: DataSource, { url, alertLeadMs }: DataSourceOptions, now: number): readonly Finding[] {
  const found: Finding[] = [];
  if (source.url !== url) found.push(differs(source, url));
  if (source.status !== "active") {
    found.push(fail("BYODS-INACTIVE", `data source ${source.id} is ${source.status}`, "run byods register"));
  }
  const { id, expiresAt } = source;
  if (expiresAt === undefined) {
    return [...found, warn("BYODS-AT-RISK", "its token's end is not known", "run byods renew")];
  }
  const word = wordFor({ id, expiresAt }, true, alertLeadMs, now);
  if (word === "lapsed") found.push(fail("BYODS-LAPSED", MEANING.lapsed, "run byods renew, and see why nobody did"));
  else if (word === "at_risk") found.push(warn("BYODS-AT-RISK", MEANING.at_risk, "run byods renew"));
  return found.length > 0 ? found : [pass(`${id} is active, its token holds for ${humanDuration(expiresAt - now)}`)];
}

/** Of a registration that is missing: whether there is one that was meant to be it. */
function notFound(all: readonly DataSource[], { url, schemaId }: DataSourceOptions): Finding {
  const host = URL.parse(url)?.hostname;
  const meant = all.find((source) => source.schemaId === schemaId && URL.parse(source.url)?.hostname === host);
  return meant
    ? differs(meant, url)
    : fail("BYODS-UNREGISTERED", `no data source is registered for ${url}`, REMEDIES["BYODS-UNREGISTERED"]);
}

function differs(source: DataSource, url: string): Finding {
  return fail(
    "URL-DIFFERS",
    `${url}, but Webex knows ${source.url}: ${difference(url, source.url)}`,
    `write ${source.url} as data_source.url and jwt_validation.datasource_url, or run byods register`,
  );
}
