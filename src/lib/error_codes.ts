/**
 * Every code that the gateway prints beside an error: short, and easy to say over the telephone. Each has a paragraph in
 * docs/troubleshooting.md that says what it means and what to do; a test holds the two together.
 */
export const ERROR_CODES = [
  // The configuration.
  "CFG-UNREADABLE",
  "CFG-YAML",
  "CFG-UNKNOWN-KEY",
  "CFG-VALUE",
  "CFG-VARIABLE",
  "CFG-CONNECTOR",
  "CFG-EXPOSED",
  "CFG-NOTE",
  // Starting.
  "PERMISSION-MISSING",
  "PORT-TAKEN",
  "PORT-DENIED",
  "PORT-ADDRESS",
  "START-FAILED",
  // The machine.
  "DISK-READ-ONLY",
  "DISK-FULL",
  "DISK-LOW",
  "CLOCK-SKEW",
  "CLOCK-UNKNOWN",
  "DNS-NO-NAME",
  // The public address.
  "URL-DIFFERS",
  "URL-INVALID",
  "TLS-EXPIRED",
  "TLS-EXPIRES-SOON",
  "TLS-WRONG-NAME",
  "TLS-UNTRUSTED",
  "TLS-NO-H2",
  "TLS-UNREACHABLE",
  "TLS-FILE",
  // Issuers, and the tokens that calls bring.
  "JWKS-UNREACHABLE",
  "JWS-MISSING",
  "JWS-TOO-LONG",
  "JWS-MALFORMED",
  "JWS-ALGORITHM",
  "JWS-ISSUER",
  "JWS-EXPIRED",
  "JWS-NOT-YET-VALID",
  "JWS-CLAIM",
  "JWS-DATA-SOURCE-URL",
  "JWS-SCHEMA",
  "JWS-AUDIENCE",
  "JWS-SUBJECT",
  "JWS-KEY",
  "JWS-SIGNATURE",
  "JWS-ORGANIZATION",
  "JWS-KEYS-UNAVAILABLE",
  "JWS-BUSY",
  // The registration with Webex.
  "BYODS-UNREACHABLE",
  "BYODS-TIMEOUT",
  "BYODS-NO-PERMISSION",
  "BYODS-UNAUTHORIZED",
  "BYODS-FORBIDDEN",
  "BYODS-NOT-FOUND",
  "BYODS-CONFLICT",
  "BYODS-RATE-LIMITED",
  "BYODS-SERVER-ERROR",
  "BYODS-REJECTED",
  "BYODS-MALFORMED",
  "BYODS-SEVERAL",
  "BYODS-UNREGISTERED",
  "BYODS-INACTIVE",
  "BYODS-AT-RISK",
  "BYODS-LAPSED",
  "BYODS-CLOCK",
  "BYODS-GRANT-REFUSED",
  "BYODS-CLIENT-REFUSED",
  "BYODS-NO-REFRESH-TOKEN",
  "BYODS-STORE",
  "BYODS-BUSY",
  "BYODS-FAILED",
  // Connectors.
  "AGENT-NONE",
  "AGENT-CREDENTIALS",
  "AGENT-ERROR",
  "AGENT-TIMEOUT",
  "LEX-THROTTLED",
  "LEX-BUSY-SESSION",
  "LEX-CREDENTIALS-EXPIRED",
  "LEX-UNREACHABLE",
  "LEX-UNAVAILABLE",
  "LEX-LAMBDA-FAILED",
  "LEX-TIMEOUT",
  "LEX-ANSWER-LOST",
  "LEX-STREAM-LOST",
  "LEX-ACCESS-DENIED",
  "LEX-NOT-FOUND",
  "LEX-REJECTED",
  "LEX-BOT-GONE",
  "PROMPT-UNREADABLE",
  "RECORDING-STOPPED",
  // Alerts.
  "ALERT-FIRING",
  "ALERT-UNDELIVERED",
  // Calls.
  "CALL-TRIAL",
  // Connections that were cut off: the error codes of HTTP/2 (RFC 9113 section 7).
  "H2-NO-ERROR",
  "H2-PROTOCOL-ERROR",
  "H2-INTERNAL-ERROR",
  "H2-FLOW-CONTROL-ERROR",
  "H2-SETTINGS-TIMEOUT",
  "H2-STREAM-CLOSED",
  "H2-FRAME-SIZE-ERROR",
  "H2-REFUSED-STREAM",
  "H2-CANCEL",
  "H2-COMPRESSION-ERROR",
  "H2-CONNECT-ERROR",
  "H2-ENHANCE-YOUR-CALM",
  "H2-INADEQUATE-SECURITY",
  "H2-HTTP-1-1-REQUIRED",
  // The doctor's own.
  "CHECK-LATE",
  "CHECK-FAILED",
] as const;

export type ErrorCode = typeof ERROR_CODES[number];

type Dashed<Word extends string> = Word extends `${infer Head}_${infer Tail}` ? `${Head}-${Dashed<Tail>}` : Word;

/** The code of a reason that a room names in its own words: `jws_not_yet_valid` is JWS-NOT-YET-VALID. */
export function codeOf<const Word extends string>(word: Word): Uppercase<Dashed<Word>> {
  return word.toUpperCase().replaceAll("_", "-") as Uppercase<Dashed<Word>>;
}
