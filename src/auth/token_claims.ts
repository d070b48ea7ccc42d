import { decodeJwt, decodeProtectedHeader, type JWTPayload } from "jose";
import type { Refusal } from "./refusal.ts";
import { type DataSource, sameOrg } from "./data_source.ts";

/** Characters of the longest token that is looked at; Webex's have about 1,000. */
export const LONGEST_TOKEN = 8192;
/** How far the clocks of Webex and this machine may be apart, in seconds. */
const SKEW_S = 30;
const URL_CLAIM = "com.cisco.datasource.url";
const SCHEMA_CLAIM = "com.cisco.datasource.schema.uuid";

/** What a token says of itself; nothing of it has been proven. */
export interface ReadToken {
  readonly issuer: string;
  readonly keyId: string;
  readonly claims: JWTPayload;
}

/** What claims are held against. */
export interface ClaimRules {
  readonly issuers: readonly string[];
  readonly sources: readonly DataSource[];
  /** The claim that names the organization; "" when none is looked at. */
  readonly orgClaim: string;
}

/** What a token allows, once its signature holds. */
export interface Grant {
  /** The organization that it is for; undefined when `ClaimRules.orgClaim` is "". */
  readonly orgId: string | undefined;
  /** When it is taken no more, in ms since 1970: its `exp` and the skew of 30 s. */
  readonly until: number;
}

/** Takes the token out of an `authorization` value: behind "Bearer" (RFC 6750 §2.1), or bare. */
export function tokenOf(authorization: string): string {
  return authorization.replace(/^Bearer +/i, "").trim();
}

/** Reads a JWS in compact form (RFC 7515 §7.1) that holds claims, without proving anything. */
export function readToken(token: string): ReadToken | Refusal {
  if (token === "") return "missing";
  if (token.length > LONGEST_TOKEN) return "too_long";
  try {
    const { alg, kid, crit } = decodeProtectedHeader(token);
    if (alg !== "RS256") return "algorithm";
    if (crit !== undefined || token.split(".").length !== 3) return "malformed";
    const claims = decodeJwt(token);
    if (typeof kid !== "string" || kid === "") return "key";
    return typeof claims.iss === "string" ? { issuer: claims.iss, keyId: kid, claims } : "issuer";
  } catch {
    return "malformed";
  }
}

/** Holds what a token says against what is expected at `now`, in ms since 1970. */
export function checkClaims({ issuer, claims }: ReadToken, rules: ClaimRules, now: number): Grant | Refusal {
  if (!rules.issuers.includes(issuer)) return "issuer";
  const { exp, nbf, iat, sub, jti } = claims;
  const seconds = now / 1000;
  if (!isTime(exp)) return "claim";
  if (seconds >= exp + SKEW_S) return "expired";
  for (const from of [nbf, iat]) {
    if (from === undefined) continue;
    if (!isTime(from)) return "claim";
    if (from > seconds + SKEW_S) return "not_yet_valid";
  }
  const audiences = [claims.aud ?? []].flat().filter(isText);
  if (audiences.length === 0 || !isText(sub) || !isText(jti)) return "claim";
  const orgId = rules.orgClaim === "" ? undefined : claims[rules.orgClaim];
  if (rules.orgClaim !== "" && !isText(orgId)) return "claim";
  const refusal = matchSource(claims, audiences, orgId as string | undefined, rules.sources);
  return refusal ?? { orgId: orgId as string | undefined, until: (exp + SKEW_S) * 1000 };
}

/** Why no data source fits; undefined when one does. The reason is that of the source that fits best. */
function matchSource(
  claims: JWTPayload,
  audiences: readonly string[],
  orgId: string | undefined,
  sources: readonly DataSource[],
): Refusal | undefined {
  let left = sources.filter(({ url }) => url === claims[URL_CLAIM]);
  if (left.length === 0) return "data_source_url";
  left = left.filter(({ schema }) => schema === claims[SCHEMA_CLAIM]);
  if (left.length === 0) return "schema";
  left = left.filter(({ audience }) => audience === "" || audiences.includes(audience));
  if (left.length === 0) return "audience";
  left = left.filter(({ subject }) => subject === "" || subject === claims.sub);
  if (left.length === 0) return "subject";
  left = left.filter(({ orgs }) => orgs.length === 0 || orgs.some((org) => sameOrg(org, orgId)));
  return left.length === 0 ? "organization" : undefined;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
