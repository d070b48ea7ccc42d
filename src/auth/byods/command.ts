import { humanDuration } from "../../lib/duration.ts";
import type { ErrorCode } from "../../lib/error_codes.ts";
import type { DataSourceOptions } from "./config.ts";
import { asFault, ByodsError } from "./faults.ts";
import { type ByodsDeps, openRegistrar } from "./mod.ts";
import { type DataSource, sameEndpoint } from "./registration.ts";
import { MEANING, wordFor } from "./state.ts";

/** What `byods` can be asked to do. */
export const BYODS_ACTIONS = ["list", "register", "renew", "status"] as const;
export type ByodsAction = typeof BYODS_ACTIONS[number];

/** What the command needs from outside. */
export interface ByodsCommandDeps extends ByodsDeps {
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
}

/**
 * Does one thing with the registration and says what came of it, as JSON when `json` is set. Returns the exit code: 0
 * when all is well, 1 when it failed or when `status` finds a registration that is not good.
 */
export async function runByodsCommand(
  action: ByodsAction,
  options: DataSourceOptions,
  json: boolean,
  deps: ByodsCommandDeps,
): Promise<number> {
  const now = () => deps.clock.date();
  const show = (data: Record<string, unknown>, lines: readonly string[]) =>
    json ? deps.print(JSON.stringify({ action, ...data }, undefined, 2)) : lines.forEach((line) => deps.print(line));
  const { registrar } = openRegistrar(options, deps);
  try {
    switch (action) {
      case "list": {
        const all = await registrar.list();
        const rows = all.map((source) => ({ ...shown(source, now()), ours: sameEndpoint(source, options) }));
        const lines = all.map((source) => `${sameEndpoint(source, options) ? "*" : " "} ${line(source, now())}`);
        show({ ok: true, data_sources: rows }, [
          ...lines,
          all.length === 0 ? "No data source is registered" : `* is for ${options.url}`,
        ]);
        return 0;
      }
      case "register":
      case "renew": {
        const { source, did } = action === "register" ? await registrar.settle() : await registrar.renew();
        show({ ok: true, did, data_source: shown(source, now()) }, [
          `The data source was ${did}`,
          `  ${line(source, now())}`,
        ]);
        return 0;
      }
      case "status": {
        const source = await registrar.locate();
        if (!source) {
          throw new ByodsError("BYODS-UNREGISTERED", "show the data source", "there is none for this gateway");
        }
        const { ok, state, why } = judge(source, options, now());
        show({ ok, state, message: why, data_source: shown(source, now()) }, [
          `${state}: ${why}`,
          `  ${line(source, now())}`,
        ]);
        return ok ? 0 : 1;
      }
    }
  } catch (error) {
    const { code, message } = asFault(error);
    if (json) deps.print(JSON.stringify({ action, ok: false, error: { code, message } }, undefined, 2));
    else deps.printError(`${message} [${code satisfies ErrorCode}]`);
    return 1;
  }
}

function judge(source: DataSource, { alertLeadMs }: DataSourceOptions, now: number) {
  if (source.status !== "active") {
    return { ok: false, state: source.status, why: "Webex does not use this data source: run byods register" };
  }
  if (source.expiresAt === undefined) {
    return { ok: false, state: "unknown", why: "Webex does not say when the token ends: run byods renew" };
  }
  const state = wordFor({ id: source.id, expiresAt: source.expiresAt }, true, alertLeadMs, now);
  return { ok: state === "active", state, why: MEANING[state] };
}

function shown({ id, status, url, schemaId, audience, subject, orgId, expiresAt }: DataSource, now: number) {
  return {
    id,
    status,
    url,
    schema_id: schemaId,
    audience,
    subject,
    org_id: orgId,
    expires_at: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
    seconds_left: expiresAt === undefined ? null : Math.round((expiresAt - now) / 1000),
  };
}

function line({ id, status, url, audience, subject, expiresAt }: DataSource, now: number): string {
  const left = expiresAt === undefined
    ? "end unknown"
    : expiresAt > now
    ? `${humanDuration(expiresAt - now)} left`
    : `ended ${humanDuration(now - expiresAt)} ago`;
  return `${id}  ${status}, ${left}  ${url}  audience ${audience}, subject ${subject}`;
}
