import { strict as assert } from "node:assert";
import { lexFailure } from "./failure.ts";

function thrown(name: string, message = "", status?: number): Error {
  const error = Object.assign(
    new Error(message),
    status === undefined ? {} : { $metadata: { httpStatusCode: status } },
  );
  error.name = name;
  return error;
}

for (
  const [error, code, untaken, passes] of [
    [thrown("ThrottlingException", "", 429), "lex_throttled", true, true],
    [thrown("ConflictException", "", 409), "lex_busy_session", true, true],
    [thrown("ExpiredTokenException", "", 403), "lex_credentials_expired", true, true],
    [thrown("AccessDeniedException", "", 403), "lex_access_denied", false, false],
    [thrown("ResourceNotFoundException", "", 404), "lex_not_found", false, false],
    [thrown("ValidationException", "", 400), "lex_rejected", false, false],
    [thrown("DependencyFailedException", "", 424), "lex_lambda_failed", false, true],
    [thrown("BadGatewayException", "", 502), "lex_unavailable", false, true],
    [thrown("InternalServerException", "", 500), "lex_unavailable", false, true],
    [thrown("SomethingNew", "", 429), "lex_throttled", true, true],
    [thrown("SomethingNew", "", 403), "lex_access_denied", false, false],
    [thrown("SomethingNew", "", 418), "lex_rejected", false, false],
    [thrown("SomethingNew", "", 599), "lex_unavailable", false, true],
    [
      thrown("TypeError", "client error (Connect): tcp connect error: Connection refused"),
      "lex_unreachable",
      true,
      true,
    ],
    [thrown("TypeError", "client error (Connect): dns error: failed to lookup address"), "lex_unreachable", true, true],
    [thrown("NotCapable", "Requires net access to ..."), "lex_unreachable", true, true],
    [thrown("TypeError", "error reading a body from connection"), "lex_stream_lost", false, true],
    ["a string", "lex_stream_lost", false, true],
  ] as const
) {
  const name = error instanceof Error ? `${error.name} ${error.message}` : "what is no error";
  Deno.test(`${name} is ${code}: ${untaken ? "not taken" : "perhaps taken"}, ${passes ? "passes" : "stays"}`, () => {
    const failure = lexFailure(error, "lex_stream_lost");
    assert.deepEqual([failure.code, failure.untaken, failure.passes], [code, untaken, passes]);
    assert.equal(lexFailure(failure, "lex_timeout"), failure);
  });
}

Deno.test("a failure's message holds nothing that AWS quotes of the caller", () => {
  const { message } = lexFailure(
    thrown("ValidationException", "text 'my card is 4111' is too long", 400),
    "lex_rejected",
  );
  assert.equal(message, "Cannot get an answer from Lex: ValidationException");
});
