import * as z from "zod";
import { flag, number, oneOf, text, whole } from "../../lib/scalars.ts";
import { indirect, Secret, secret } from "../../lib/secret.ts";
import { isLoopback } from "../../lib/loopback.ts";
import { VOICE_AGENT_SCHEMA } from "../validation_config.ts";

const API = "expected the https address of Webex's API, such as https://webexapis.com/v1";

const refreshing = (id?: string, secretKey?: string, refresh?: string, access?: string) => ({
  client_id: indirect(id).default(""),
  client_secret: secret(secretKey).prefault(""),
  refresh_token: secret(refresh).prefault(""),
  access_token: secret(access).prefault(""),
});

/** The `data_source` section, as it is written. */
export const dataSourceConfig = z.strictObject({
  enabled: flag().default(false),
  fail_startup_on_error: flag().default(true),
  id: indirect("WEBEX_BYODS_DATA_SOURCE_ID").default(""),
  url: text().default(""),
  schema_id: text().default(""),
  audience: text().default("BYOVAGateway"),
  subject: text().default("callAudioData"),
  token_lifetime_minutes: whole(1, 1440).default(1440),
  renewal_lead_time_minutes: whole(1, 1440).default(60),
  alert_lead_time_minutes: whole(1, 1440).default(30),
  retry_interval_seconds: number(1, 86_400).default(60),
  api_base_url: z.string(API).refine(isApi, API).default("https://webexapis.com/v1"),
  token_store: text().default("data/byods_tokens.json"),
  auth: z.strictObject({
    type: oneOf(["oauth_refresh", "static", "service_app"]).default("oauth_refresh"),
    ...refreshing(
      "WEBEX_BYODS_CLIENT_ID",
      "WEBEX_BYODS_CLIENT_SECRET",
      "WEBEX_BYODS_REFRESH_TOKEN",
      "WEBEX_BYODS_ACCESS_TOKEN",
    ),
    app_id: indirect().default(""),
    target_org_id: indirect().default(""),
    personal_auth: z.strictObject({
      type: oneOf(["oauth_refresh", "static"]).default("oauth_refresh"),
      ...refreshing(),
    }).optional(),
  }).prefault({}),
}).refine((source) => source.renewal_lead_time_minutes < source.token_lifetime_minutes, {
  path: ["renewal_lead_time_minutes"],
  error: "expected less than token_lifetime_minutes",
});

/** The section's values after validation. */
export type DataSourceValues = z.output<typeof dataSourceConfig>;

/** What is expected of every call's token, as the `jwt_validation` section says it; "" for what it does not say. */
export interface ExpectedToken {
  readonly enabled: boolean;
  readonly datasource_url: string;
  readonly datasource_schema_uuid: string;
}

/** An access token that somebody else renews. */
export interface StaticAuth {
  readonly type: "static";
  readonly accessToken: Secret;
}

/** A refresh token that is exchanged for access tokens, and for its own successor. */
export interface RefreshAuth {
  readonly type: "oauth_refresh";
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly refreshToken: Secret;
}

/** A Service App, whose access tokens a person's or an integration's token asks for. */
export interface ServiceAppAuth {
  readonly type: "service_app";
  readonly appId: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly targetOrgId: string;
  readonly personal: StaticAuth | RefreshAuth;
}

/** How the gateway registers itself with Webex: durations in ms, except where Webex counts in minutes. */
export interface DataSourceOptions {
  readonly enabled: boolean;
  readonly failStartupOnError: boolean;
  /** The registration to use; "" finds it by what it says. */
  readonly id: string;
  readonly url: string;
  readonly schemaId: string;
  readonly audience: string;
  readonly subject: string;
  readonly tokenLifetimeMinutes: number;
  /** How long before its end a token is renewed. */
  readonly renewalLeadMs: number;
  /** How long before its end a token that was not renewed is an alert: at most half the renewal's lead. */
  readonly alertLeadMs: number;
  readonly retryMs: number;
  /** Without a slash at its end. */
  readonly apiBaseUrl: string;
  /** The file that keeps a rotated refresh token; `<file>.lock` stands beside it. */
  readonly tokenStore: string;
  readonly auth: StaticAuth | RefreshAuth | ServiceAppAuth;
}

/** Turns the section into options; the address and the schema are `jwt_validation`'s where it names none. */
export function readDataSource(values: DataSourceValues, expected: ExpectedToken): DataSourceOptions {
  const renewalLeadMs = values.renewal_lead_time_minutes * 60_000;
  return {
    enabled: values.enabled,
    failStartupOnError: values.fail_startup_on_error,
    id: values.id.trim(),
    url: values.url.trim() || expected.datasource_url.trim(),
    schemaId: values.schema_id.trim() || expected.datasource_schema_uuid.trim() || VOICE_AGENT_SCHEMA,
    audience: values.audience.trim(),
    subject: values.subject.trim(),
    tokenLifetimeMinutes: values.token_lifetime_minutes,
    renewalLeadMs,
    alertLeadMs: Math.min(values.alert_lead_time_minutes * 60_000, renewalLeadMs / 2),
    retryMs: values.retry_interval_seconds * 1000,
    apiBaseUrl: values.api_base_url.replace(/\/+$/, ""),
    tokenStore: values.token_store,
    auth: readAuth(values.auth),
  };
}

function readAuth(auth: DataSourceValues["auth"]): DataSourceOptions["auth"] {
  const { type, client_id: clientId, client_secret: clientSecret, app_id: appId, target_org_id: targetOrgId } = auth;
  if (type !== "service_app") return readRefreshOrStatic({ ...auth, type });
  const personal = readRefreshOrStatic(auth.personal_auth ?? NO_PERSONAL_AUTH);
  return { type, appId, clientId, clientSecret, targetOrgId, personal };
}

type Credentials = NonNullable<DataSourceValues["auth"]["personal_auth"]>;
const NONE = new Secret("");
const NO_PERSONAL_AUTH: Credentials = {
  type: "static",
  client_id: "",
  client_secret: NONE,
  refresh_token: NONE,
  access_token: NONE,
};

function readRefreshOrStatic(from: Credentials): StaticAuth | RefreshAuth {
  const { type, client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken } = from;
  if (type === "static") return { type, accessToken: from.access_token };
  return { type, clientId, clientSecret, refreshToken };
}

/** What keeps the section from being used, by the way to the key inside it. */
export function dataSourceProblems(
  values: DataSourceValues,
  expected: ExpectedToken,
): { readonly path: readonly string[]; readonly message: string }[] {
  const problems: { path: readonly string[]; message: string }[] = [];
  const need = (path: readonly string[], given: boolean, what: string) => {
    if (!given) problems.push({ path, message: `expected ${what}: received nothing` });
  };
  const { auth } = values;
  const url = values.url.trim() || expected.datasource_url.trim();
  need(["url"], url !== "", "the gateway's public address here or as jwt_validation.datasource_url");
  if (values.url.trim() !== "" && !["", values.url.trim()].includes(expected.datasource_url.trim())) {
    problems.push({ path: ["url"], message: "expected jwt_validation.datasource_url to the letter, or nothing" });
  }
  const schemaId = values.schema_id.trim();
  const schemaSaid = expected.datasource_schema_uuid.trim();
  const free = ["", schemaSaid].includes(schemaId) || schemaSaid === "" ||
    (schemaSaid === VOICE_AGENT_SCHEMA && !expected.enabled); // the default, which nobody goes by
  if (!free) {
    problems.push({ path: ["schema_id"], message: "expected jwt_validation.datasource_schema_uuid, or nothing" });
  }
  need(["audience"], values.audience.trim() !== "", "whom the token is for");
  need(["subject"], values.subject.trim() !== "", "what the token is about");
  need(["token_store"], values.token_store !== "", "a file to keep tokens in");
  const needCredentials = (from: Omit<Credentials, "type"> & { type: string }, path: readonly string[]) => {
    const key = (name: string) => [...path, name];
    if (from.type === "static") need(key("access_token"), !from.access_token.empty, "an access token");
    if (from.type === "static") return;
    need(key("client_id"), from.client_id !== "", "the client id");
    need(key("client_secret"), !from.client_secret.empty, "the client secret");
  };
  needCredentials(auth, ["auth"]);
  if (auth.type !== "service_app") return problems;
  need(["auth", "app_id"], auth.app_id !== "", "the Service App's id");
  need(["auth", "target_org_id"], auth.target_org_id !== "", "the id of the organization that authorized the app");
  need(["auth", "personal_auth"], auth.personal_auth !== undefined, "how to get the token that asks for the app's own");
  if (auth.personal_auth) needCredentials(auth.personal_auth, ["auth", "personal_auth"]);
  return problems;
}

/** Whether `address` can be Webex's API: https, or this machine for a rehearsal. */
function isApi(address: string): boolean {
  const url = URL.parse(address);
  if (!url || url.username !== "" || url.search !== "" || url.hash !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}
