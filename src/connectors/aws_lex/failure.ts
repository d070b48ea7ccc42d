import { AgentFailure } from "../../call/connector.ts";

/** Why Lex did not answer: the codes under which events, meters and log lines count it. */
export type LexFailureCode =
  | "lex_throttled"
  | "lex_busy_session"
  | "lex_access_denied"
  | "lex_credentials_expired"
  | "lex_not_found"
  | "lex_rejected"
  | "lex_lambda_failed"
  | "lex_unavailable"
  | "lex_unreachable"
  | "lex_timeout"
  | "lex_answer_lost"
  | "lex_stream_lost"
  | "lex_stream_silent"
  | "lex_stream_corrupt"
  | "lex_bot_gone";

/** What there is to be done about a failure, whatever its code. */
interface Remedy {
  /** Lex has surely not taken what was said, so it can be said again unheard by the caller. */
  readonly untaken: boolean;
  /** It may pass by itself: the caller can be asked once more. */
  readonly passes: boolean;
}

const REMEDIES: { readonly [C in LexFailureCode]: Remedy } = {
  lex_throttled: { untaken: true, passes: true },
  lex_busy_session: { untaken: true, passes: true },
  lex_access_denied: { untaken: false, passes: false },
  lex_credentials_expired: { untaken: true, passes: true },
  lex_not_found: { untaken: false, passes: false },
  lex_rejected: { untaken: false, passes: false },
  lex_lambda_failed: { untaken: false, passes: true },
  lex_unavailable: { untaken: false, passes: true },
  lex_unreachable: { untaken: true, passes: true },
  lex_timeout: { untaken: false, passes: true },
  lex_answer_lost: { untaken: false, passes: true },
  lex_stream_lost: { untaken: false, passes: true },
  lex_stream_silent: { untaken: false, passes: true },
  lex_stream_corrupt: { untaken: false, passes: true },
  lex_bot_gone: { untaken: false, passes: false },
};

/** Every code of a failure. */
export const LEX_FAILURES: readonly string[] = Object.keys(REMEDIES);

/** Exceptions by name: those of the Lex runtime's API reference, and those that every service of AWS may give (common errors). */
const CODES: ReadonlyMap<string, LexFailureCode> = new Map([
  ["ThrottlingException", "lex_throttled"],
  ["TooManyRequestsException", "lex_throttled"],
  ["RequestLimitExceeded", "lex_throttled"],
  ["ConflictException", "lex_busy_session"],
  ["AccessDeniedException", "lex_access_denied"],
  ["UnrecognizedClientException", "lex_access_denied"],
  ["InvalidSignatureException", "lex_access_denied"],
  ["CredentialsProviderError", "lex_access_denied"],
  ["ExpiredTokenException", "lex_credentials_expired"],
  ["ResourceNotFoundException", "lex_not_found"],
  ["ValidationException", "lex_rejected"],
  ["DependencyFailedException", "lex_lambda_failed"],
  ["BadGatewayException", "lex_unavailable"],
  ["InternalServerException", "lex_unavailable"],
  ["ServiceUnavailableException", "lex_unavailable"],
  ["TimeoutError", "lex_timeout"],
  ["StreamLost", "lex_stream_lost"],
  ["StreamSilent", "lex_stream_silent"],
  ["EventCorrupt", "lex_stream_corrupt"],
]);
/** Errors of ours whose messages say more than their names, and hold nothing of a caller's. */
const OURS = new Set(["StreamLost", "StreamSilent", "EventCorrupt", "CredentialsProviderError"]);
/** What the platform and the SDK say of a request that never left this machine. */
const NEVER_LEFT =
  /^NotCapable|ECONNREFUSED|ENOTFOUND|connection refused|dns error|failed to lookup|client error \(Connect\)|Cannot connect|Cannot open the connection/i;

/** Lex did not answer. Its message names AWS's exception, or what befell the stream, and nothing that the caller said. */
export class LexFailure extends AgentFailure implements Remedy {
  override readonly name = "LexFailure";
  readonly untaken: boolean;
  readonly passes: boolean;

  constructor(override readonly code: LexFailureCode, what: string, options?: ErrorOptions) {
    super(code, `Cannot get an answer from Lex: ${what}`, options);
    const { untaken, passes } = REMEDIES[code];
    this.untaken = untaken;
    this.passes = passes;
  }
}

/** Returns a failure as what it means to a call. `otherwise`: the code of one that says nothing of itself. */
export function lexFailure(error: unknown, otherwise: LexFailureCode): LexFailure {
  if (error instanceof LexFailure) return error;
  if (!(error instanceof Error)) return new LexFailure(otherwise, "unknown");
  const what = OURS.has(error.name) ? error.message : error.name;
  const known = CODES.get(error.name);
  if (known) return new LexFailure(known, what, { cause: error });
  if (NEVER_LEFT.test(`${error.name} ${error.message}`)) {
    return new LexFailure("lex_unreachable", what, { cause: error });
  }
  const status = statusOf(error);
  const code = status === undefined
    ? otherwise
    : status === 429
    ? "lex_throttled"
    : status >= 500
    ? "lex_unavailable"
    : status === 403
    ? "lex_access_denied"
    : "lex_rejected";
  return new LexFailure(code, what, { cause: error });
}

/** The HTTP status of an exception of the SDK, if an answer came at all. */
function statusOf(error: Error): number | undefined {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode;
}
