import type { Secret } from "../../lib/secret.ts";
import { ByodsError } from "./faults.ts";
import { type DataSource, type payload, readRegistration } from "./registration.ts";
import type { WebexApi } from "./webex_api.ts";

/** Pages of a list that are read. */
const MOST_PAGES = 100;

/** What is sent for a data source. */
export type Payload = ReturnType<typeof payload>;

/**
 * The data sources that an access token may see (https://developer.webex.com/docs/api/v1/data-sources). Everything
 * throws ByodsError. Nothing here deletes a registration.
 */
export class DataSources {
  constructor(readonly api: WebexApi, readonly token: Secret, readonly signal?: AbortSignal) {}

  /** All of them, page by page. */
  async list(): Promise<readonly DataSource[]> {
    const action = "list the data sources";
    const found: DataSource[] = [];
    let path: string | undefined = "/dataSources";
    for (let page = 0; path !== undefined; page++) {
      if (page === MOST_PAGES) throw new ByodsError("BYODS-MALFORMED", action, `more than ${MOST_PAGES} pages`);
      const answer = await this.api.send({ action, method: "GET", path, token: this.token }, this.signal);
      const { items } = (answer.body ?? {}) as { items?: unknown };
      if (!Array.isArray(items)) throw new ByodsError("BYODS-MALFORMED", action, "an answer without a list of items");
      for (const item of items) found.push(registrationOf(item, action));
      path = answer.next;
    }
    return found;
  }

  async get(id: string): Promise<DataSource> {
    const action = `look at data source ${quote(id)}`;
    const path = `/dataSources/${encodeURIComponent(id)}`;
    const { body } = await this.api.send({ action, method: "GET", path, token: this.token }, this.signal);
    return registrationOf(body, action, id);
  }

  /** Registers a new one. It is asked once only, so that a lost answer never makes two. */
  async register(json: Payload): Promise<DataSource> {
    const action = "register the data source";
    const request = { action, method: "POST", path: "/dataSources", token: this.token, json, once: true } as const;
    return registrationOf((await this.api.send(request, this.signal)).body, action);
  }

  /** Makes it say what `json` says; Webex signs a new token for the new nonce. */
  async update(id: string, json: Payload): Promise<DataSource> {
    const action = `renew data source ${quote(id)}`;
    const path = `/dataSources/${encodeURIComponent(id)}`;
    const { body } = await this.api.send({ action, method: "PUT", path, token: this.token, json }, this.signal);
    const source = registrationOf(body, action, id);
    if (source.status !== "active") {
      throw new ByodsError("BYODS-INACTIVE", action, `it stays ${quote(source.status)}`);
    }
    return source;
  }
}

function registrationOf(value: unknown, action: string, id?: string): DataSource {
  const source = readRegistration(value);
  if (!source) throw new ByodsError("BYODS-MALFORMED", action, "an answer that is not a data source");
  if (id !== undefined && source.id !== id) {
    throw new ByodsError("BYODS-MALFORMED", action, `an answer about data source ${quote(source.id)}`);
  }
  return source;
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}
