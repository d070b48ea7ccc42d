import type { Clock } from "../../lib/clock.ts";
import { FileLock } from "../../lib/file_lock.ts";
import type { Log } from "../../lib/log.ts";
import { PrivateFile } from "../../lib/private_file.ts";
import { openAccess } from "./access.ts";
import type { DataSourceOptions } from "./config.ts";
import { DataSourceLifecycle } from "./lifecycle.ts";
import { Registrar } from "./registrar.ts";
import { WebexApi } from "./webex_api.ts";

/** What a registration needs from outside. */
export interface ByodsDeps {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Log;
  /** A number from 0 up to 1, so that instances do not act all at once. */
  readonly random: () => number;
}

/** Opens the way to the gateway's registration with Webex. */
export function openRegistrar(options: DataSourceOptions, deps: ByodsDeps) {
  const { clock, log } = deps;
  const api = new WebexApi(options.apiBaseUrl, deps);
  const access = openAccess(options.auth, { api, clock, log, store: new PrivateFile(options.tokenStore) });
  const lock = new FileLock(`${options.tokenStore}.lock`);
  return { registrar: new Registrar(options, { api, access, lock, clock }), access };
}

/** What keeps the gateway registered, once it is started. */
export function openLifecycle(options: DataSourceOptions, deps: ByodsDeps): DataSourceLifecycle {
  const { registrar, access } = openRegistrar(options, deps);
  return new DataSourceLifecycle(options, { ...deps, registrar, trouble: () => access.trouble });
}
