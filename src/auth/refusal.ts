/** Every reason for which a token is not taken, in words that may travel to the caller: they hold nothing of the token. */
export const REFUSALS = {
  missing: "no token in the authorization metadata",
  too_long: "the token is longer than any of Webex's",
  malformed: "what came is no JWS in compact form that holds claims",
  algorithm: "the token is not signed with RS256",
  issuer: "the token is from an issuer that is not on jwt_validation.issuers",
  expired: "the token has expired",
  not_yet_valid: "the token is not valid yet",
  claim: "the token lacks exp, aud, sub, jti or the organization",
  data_source_url: "the token's com.cisco.datasource.url is no data source of this gateway, to the letter",
  schema: "the token's com.cisco.datasource.schema.uuid is not that of the data source",
  audience: "the token's aud is not that of the data source",
  subject: "the token's sub is not that of the data source",
  key: "the token is signed with a key that its issuer does not publish",
  signature: "the token's signature does not hold",
  organization: "the token is not for the organization of the call",
  keys_unavailable: "the keys of the token's issuer cannot be fetched now",
  busy: "too many tokens are being checked now",
} as const;

/** Why a token is not taken. */
export type Refusal = keyof typeof REFUSALS;

/** Whether another try may well succeed: the token was not judged. */
export function isTemporary(reason: Refusal): boolean {
  return reason === "keys_unavailable" || reason === "busy";
}
