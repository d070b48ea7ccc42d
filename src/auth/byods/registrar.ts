import { type Clock, sleep } from "../../lib/clock.ts";
import type { FileLock } from "../../lib/file_lock.ts";
import type { Access } from "./access.ts";
import type { DataSourceOptions } from "./config.ts";
import { DataSources } from "./data_sources.ts";
import { ByodsError } from "./faults.ts";
import { storeFault } from "./grant.ts";
import { type DataSource, payload, sameEndpoint, sameRegistration } from "./registration.ts";
import type { WebexApi } from "./webex_api.ts";

/** How long another gateway or command may hold the lock, in ms, and how often it is tried. */
const BUSY_MS = 30_000;
const TRY_MS = 100;

/** What the registrar needs from outside. */
export interface RegistrarDeps {
  readonly api: WebexApi;
  readonly access: Access;
  /** Held through everything that is done: instances that share it never act at the same time. */
  readonly lock: FileLock;
  readonly clock: Clock;
}

/** What became of the registration. */
export interface Settled {
  readonly source: DataSource;
  /** `found`: it was as it should be, and nothing was changed. */
  readonly did: "found" | "registered" | "updated" | "renewed";
}

/** Finds, makes, mends and renews the one registration that is the gateway's. Everything throws ByodsError. */
export class Registrar {
  readonly #options: DataSourceOptions;
  readonly #deps: RegistrarDeps;
  /** The registration in use, once it is known. */
  #id: string;

  constructor(options: DataSourceOptions, deps: RegistrarDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#id = options.id;
  }

  /** Every data source that the access token may see. */
  list(signal?: AbortSignal): Promise<readonly DataSource[]> {
    return this.#act((sources) => sources.list(), signal);
  }

  /** The gateway's registration as it is, or undefined when there is none. */
  locate(signal?: AbortSignal): Promise<DataSource | undefined> {
    return this.#act((sources) => this.#find(sources), signal);
  }

  /**
   * Makes the registration what it should be: found or registered, as configured, active, and its token renewed if its
   * end is near or unknown. Whatever another instance has done in the meantime is found and left alone.
   */
  settle(signal?: AbortSignal): Promise<Settled> {
    return this.#act(async (sources) => {
      const found = await this.#find(sources);
      try {
        return found ? await this.#mend(sources, found) : await this.#register(sources);
      } catch (error) {
        if (error instanceof ByodsError && found?.status !== "active") error.unregistered = true;
        throw error;
      }
    }, signal);
  }

  /** Renews the token now. */
  renew(signal?: AbortSignal): Promise<Settled> {
    return this.#act(async (sources) => {
      const found = await this.#find(sources);
      if (!found) throw new ByodsError("BYODS-UNREGISTERED", "renew the data source", "there is none for this gateway");
      return { source: await this.#update(sources, found.id), did: "renewed" };
    }, signal);
  }

  async #find(sources: DataSources): Promise<DataSource | undefined> {
    try {
      if (this.#id !== "") return await sources.get(this.#id);
    } catch (error) {
      if (!(error instanceof ByodsError) || error.code !== "BYODS-NOT-FOUND") throw error;
      error.unregistered = true; // somebody deleted it
      if (this.#id === this.#options.id) throw error;
      this.#id = "";
    }
    const all = await sources.list();
    const id = this.#choose(all)?.id;
    if (id === undefined) return undefined;
    this.#id = id;
    return await sources.get(id);
  }

  #choose(all: readonly DataSource[]): DataSource | undefined {
    for (const fits of [sameRegistration, sameEndpoint]) {
      const matches = all.filter((source) => fits(source, this.#options));
      if (matches.length > 1) {
        const found = `${matches.length} have this address and schema`;
        throw new ByodsError("BYODS-SEVERAL", "choose a data source", found);
      }
      if (matches.length === 1) return matches[0];
    }
    return undefined;
  }

  async #register(sources: DataSources): Promise<Settled> {
    try {
      const source = await sources.register(payload(this.#options, crypto.randomUUID()));
      this.#id = source.id;
      return { source, did: "registered" };
    } catch (error) {
      if (!(error instanceof ByodsError) || error.code !== "BYODS-CONFLICT") throw error;
      const faster = await this.#find(sources); // what another instance has registered meanwhile
      if (!faster) throw error;
      return await this.#mend(sources, faster);
    }
  }

  async #mend(sources: DataSources, found: DataSource): Promise<Settled> {
    if (!sameRegistration(found, this.#options) || found.status !== "active") {
      return { source: await this.#update(sources, found.id), did: "updated" };
    }
    const left = (found.expiresAt ?? -Infinity) - this.#deps.clock.date();
    if (left > this.#options.renewalLeadMs) return { source: found, did: "found" };
    return { source: await this.#update(sources, found.id), did: "renewed" };
  }

  async #update(sources: DataSources, id: string): Promise<DataSource> {
    return await sources.update(id, payload(this.#options, crypto.randomUUID(), "active"));
  }

  /** Acts under the lock, with an access token; with another one if Webex refuses the first. */
  async #act<T>(act: (sources: DataSources) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { api, access } = this.#deps;
    using _lock = await this.#takeLock(signal);
    const token = await access.token(signal);
    signal?.throwIfAborted();
    try {
      return await act(new DataSources(api, token, signal));
    } catch (error) {
      const again = error instanceof ByodsError && error.code === "BYODS-UNAUTHORIZED" && access.refused(token);
      if (!again) throw error;
      return await act(new DataSources(api, await access.token(signal), signal));
    }
  }

  async #takeLock(signal?: AbortSignal): Promise<Disposable> {
    const { lock, clock } = this.#deps;
    const until = clock.now() + BUSY_MS;
    while (true) {
      const taken = await lock.tryTake().catch((error) => {
        throw storeFault(error);
      });
      if (taken) return taken;
      if (clock.now() >= until) throw new ByodsError("BYODS-BUSY", "look after the data source", "the lock is taken");
      await sleep(clock, TRY_MS, signal);
      signal?.throwIfAborted();
    }
  }
}
