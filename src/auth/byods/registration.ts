import type { DataSourceOptions } from "./config.ts";

/** A data source as Webex tells of it. What Webex leaves out is read from its token's claims. */
export interface DataSource {
  readonly id: string;
  readonly url: string;
  readonly schemaId: string;
  readonly audience: string;
  readonly subject: string;
  /** `active` or `disabled`. */
  readonly status: string;
  readonly orgId: string;
  /** When its token ends, in ms since 1970; undefined when Webex does not say. */
  readonly expiresAt: number | undefined;
}

type Said = Readonly<Record<string, unknown>>;

/**
 * Reads a data source from the API's JSON, or undefined when it is none. The claims are those that Webex puts into the
 * token (`com.cisco.datasource.schema.uuid`, aud, sub, exp); the signature is not checked, since the API itself
 * handed the token over.
 */
export function readRegistration(value: unknown): DataSource | undefined {
  if (!isObject(value) || typeof value.id !== "string" || value.id === "") return undefined;
  const claims = claimsOf(value.jwsToken ?? value.jwtToken);
  const said = (...candidates: unknown[]) =>
    candidates.find((candidate): candidate is string => typeof candidate === "string" && candidate !== "") ?? "";
  return {
    id: value.id,
    url: said(value.url, claims["com.cisco.datasource.url"]),
    schemaId: said(value.schemaId, claims["com.cisco.datasource.schema.uuid"]),
    audience: said(value.audience, Array.isArray(claims.aud) ? claims.aud[0] : claims.aud),
    subject: said(value.subject, claims.sub),
    status: said(value.status, "active").toLowerCase(),
    orgId: said(value.orgId, claims["com.cisco.org.uuid"]),
    expiresAt: timeOf(value.tokenExpiryTime) ??
      (typeof claims.exp === "number" && Number.isFinite(claims.exp) ? claims.exp * 1000 : undefined),
  };
}

type Wanted = Pick<DataSourceOptions, "url" | "schemaId" | "audience" | "subject">;

/** Whether it is for this gateway's address and schema. */
export function sameEndpoint(source: DataSource, { url, schemaId }: Wanted): boolean {
  return source.url === url && source.schemaId === schemaId;
}

/** Whether it says everything that the configuration says. */
export function sameRegistration(source: DataSource, wanted: Wanted): boolean {
  return sameEndpoint(source, wanted) && source.audience === wanted.audience && source.subject === wanted.subject;
}

/** What is sent to register (POST) or, with a status, to change and renew (PUT): always the whole registration. */
export function payload(
  { schemaId, url, audience, subject, tokenLifetimeMinutes }: DataSourceOptions,
  nonce: string,
  status?: "active",
) {
  return { schemaId, url, audience, subject, nonce, tokenLifetimeMinutes, ...(status && { status }) };
}

/** A time as Webex writes it (ISO 8601, UTC when it names no zone), in ms since 1970. */
function timeOf(value: unknown): number | undefined {
  const written = typeof value === "string"
    ? /^(\d{4}-\d\d-\d\d)T([\d:.]+)(Z|[+-]\d\d:?\d\d)?$/i.exec(value.trim())
    : null;
  if (!written) return undefined;
  const at = Date.parse(`${written[1]}T${written[2]}${written[3] ?? "Z"}`);
  return Number.isNaN(at) ? undefined : at;
}

/** The claims of a JWS in compact form (RFC 7515 7.1), or none when it is not one. */
function claimsOf(token: unknown): Said {
  if (typeof token !== "string") return {};
  try {
    const bytes = Uint8Array.fromBase64(token.split(".")[1] ?? "", { alphabet: "base64url" });
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return isObject(claims) ? claims : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Said {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
