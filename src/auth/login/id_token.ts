import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import type { VerificationKey } from "../key_fetch.ts";
import { LoginFault } from "./fault.ts";

/** How far the clocks of the provider and this machine may be apart, in seconds. */
const SKEW_S = 30;
const LONGEST_TOKEN = 16_384;

/** What an id_token has to be. */
export interface ExpectedIdToken {
  readonly issuers: readonly string[];
  /** Our client id. */
  readonly audience: string;
  /** What was sent with this attempt. */
  readonly nonce: string;
  /** In ms since 1970. */
  readonly now: number;
}

/**
 * Verifies an id_token (OpenID Connect Core 1.0 section 3.1.3.7) with RS256 only, by the key that its `kid` names.
 * Returns its claims. Throws LoginFault, whose problem is what does not hold.
 */
export async function checkIdToken(
  token: string,
  keys: ReadonlyMap<string, VerificationKey>,
  { issuers, audience, nonce, now }: ExpectedIdToken,
): Promise<JWTPayload> {
  if (token.length > LONGEST_TOKEN) throw new LoginFault("LOGIN-TOKEN", "the id_token is too long");
  try {
    const { kid } = decodeProtectedHeader(token);
    const key = keys.get(kid ?? "");
    if (key === undefined) {
      throw new LoginFault("LOGIN-TOKEN", "the id_token is signed with a key that is not published");
    }
    const { payload } = await jwtVerify(token, key.key, {
      algorithms: ["RS256"],
      issuer: [...issuers],
      audience,
      clockTolerance: SKEW_S,
      currentDate: new Date(now),
      requiredClaims: ["sub", "exp", "iat"],
    });
    if (payload.nonce !== nonce) throw new LoginFault("LOGIN-TOKEN", "the id_token's nonce is of another attempt");
    const { aud, azp, iat } = payload;
    if (Array.isArray(aud) && aud.length > 1 && azp !== audience) {
      throw new LoginFault("LOGIN-TOKEN", "the id_token is for several audiences, and its azp is another");
    }
    if (iat! > now / 1000 + SKEW_S) throw new LoginFault("LOGIN-TOKEN", "the id_token is from the future");
    return payload;
  } catch (error) {
    if (error instanceof LoginFault) throw error;
    if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
      throw new LoginFault("LOGIN-TOKEN", `the id_token's ${error.claim} does not hold`);
    }
    const { code = "ERR_UNKNOWN" } = error as { code?: string };
    throw new LoginFault("LOGIN-TOKEN", `the id_token cannot be verified: ${code}`);
  }
}
