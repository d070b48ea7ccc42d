import { WEBEX_ISSUERS } from "../validation_config.ts";

/** Where the organization of somebody who logs in is told. */
export type OrgSource =
  /** A claim of the id_token, or of what the provider tells about the user; "" for none. */
  | { readonly claim: string }
  /** A member of the JSON at an address, which is asked with the access token. */
  | { readonly url: string; readonly member: string };

/** A provider of OpenID Connect. */
export interface Provider {
  /** What the log-in page calls it. */
  readonly name: string;
  /** The address of its metadata (OpenID Connect Discovery 1.0 section 4). */
  readonly discovery: string;
  /** Who may sign id_tokens for it. */
  readonly issuers: readonly string[];
  readonly org: OrgSource;
  /** What it has to be asked for so that it tells the organization. */
  readonly scopes: readonly string[];
}

/**
 * Login with Webex (developer.webex.com/docs/login-with-webex). Its metadata names one issuer, and an id_token comes
 * from that of the user's own region. No claim of it names the organization, so that the API is asked who the user is.
 */
export const WEBEX: Provider = {
  name: "Webex",
  discovery: "https://webexapis.com/v1/.well-known/openid-configuration",
  issuers: WEBEX_ISSUERS,
  org: { url: "https://webexapis.com/v1/people/me", member: "orgId" },
  scopes: ["spark:people_read"],
};

/** Any other provider: everything is found by its issuer (OpenID Connect Discovery 1.0 section 4). */
export function providerAt(issuer: string, orgClaim: string): Provider {
  return {
    name: new URL(issuer).host,
    discovery: `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
    issuers: [issuer],
    org: { claim: orgClaim },
    scopes: [],
  };
}
