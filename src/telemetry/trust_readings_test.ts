import { strict as assert } from "node:assert";
import { trustReadings } from "./trust_readings.ts";

const NOW = 1_000_000;

function told(numbers: Partial<Parameters<typeof trustReadings>[0]>): Record<string, unknown> {
  const readings = trustReadings({
    callers: undefined,
    certificates: () => [],
    registration: () => undefined,
    now: () => NOW,
    ...numbers,
  });
  return Object.fromEntries(readings.map(({ name, read }) => [name, read()]));
}

Deno.test("what is off tells nothing that could be taken for a number of its own", () => {
  assert.deepEqual(told({}), {
    byova_tokens_admitted: 0,
    byova_tokens_refused: [],
    byova_tokens_tolerated: [],
    byova_certificate_expiry_seconds: [],
    byova_registration_expiry_seconds: [],
    byova_registration_failures: 0,
  });
});

Deno.test("tokens, certificates and the registration are told with what is left of them", () => {
  const all = told({
    callers: { admitted: 7, refused: { expired: 2 }, tolerated: { missing: 1 } },
    certificates: () => [{ on: "grpc", daysLeft: 14 }],
    registration: () => ({ state: "lapsed", expiresAt: NOW - 5000, failures: 3 }),
  });
  assert.deepEqual(all, {
    byova_tokens_admitted: 7,
    byova_tokens_refused: [[["expired"], 2]],
    byova_tokens_tolerated: [[["missing"], 1]],
    byova_certificate_expiry_seconds: [[["grpc"], 1_209_600]],
    byova_registration_expiry_seconds: [[["lapsed"], -5]],
    byova_registration_failures: 3,
  });
});
