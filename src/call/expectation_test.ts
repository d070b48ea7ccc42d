import { strict as assert } from "node:assert";
import { expectationConfig, readExpectation } from "./expectation.ts";
import { ANY_INPUT } from "./output.ts";

const read = (written: unknown) => readExpectation(expectationConfig.parse(written));
const refusal = (written: unknown) => expectationConfig.safeParse(written).error?.issues.map(({ message }) => message);

Deno.test("readExpectation() says what was written and nothing of what was left out", () => {
  assert.deepEqual(read({}), {});
  assert.deepEqual(readExpectation(undefined), {});
  assert.deepEqual(read({ mode: undefined, dtmf_length: 4 }), { keyCount: 4 });
  assert.deepEqual(read({ no_input_timeout_ms: 0, terminator: "" }), { noInputMs: 0, terminator: "" });
});

Deno.test("every key of the configuration is a key of the expectation", () => {
  const written = {
    mode: "voice_dtmf",
    dtmf_length: 1,
    inter_digit_timeout_ms: 3000,
    terminator: "#",
    no_input_timeout_ms: 10_000,
    complete_timeout_ms: 5000,
    incomplete_timeout_ms: 5000,
    max_speech_timeout_ms: 60_000,
    sensitive: false,
  };
  assert.deepEqual(read(written), ANY_INPUT);
  assert.deepEqual(Object.keys(expectationConfig.shape), Object.keys(written));
});

for (
  const [written, expected] of [
    [{ mode: "voice" }, { voice: true, keys: false }],
    [{ mode: "dtmf" }, { voice: false, keys: true }],
    [{ mode: " VOICE_DTMF " }, { voice: true, keys: true }],
    [{ terminator: "d" }, { terminator: "D" }],
    [{ terminator: 5 }, { terminator: "5" }],
    [{ dtmf_length: "32" }, { keyCount: 32 }],
    [{ complete_timeout_ms: 600_000, incomplete_timeout_ms: "0" }, { completeMs: 600_000, incompleteMs: 0 }],
  ] as const
) {
  Deno.test(`${JSON.stringify(written)} is taken`, () => assert.deepEqual(read(written), expected));
}

for (
  const [written, words] of [
    [{ mode: "keys" }, 'expected one of "voice_dtmf", "voice", "dtmf"'],
    [{ dtmf_length: 0 }, "expected a whole number from 1 to 32"],
    [{ dtmf_length: 1.5 }, "expected a whole number from 1 to 32"],
    [{ max_speech_timeout_ms: 600_001 }, "expected a whole number from 0 to 600000"],
    [{ inter_digit_timeout_ms: "soon" }, "expected a whole number from 0 to 600000"],
    [{ terminator: "E" }, 'expected one of 0 to 9, *, #, A to D, or ""'],
    [{ terminator: "##" }, 'expected one of 0 to 9, *, #, A to D, or ""'],
  ] as const
) {
  Deno.test(`${JSON.stringify(written)} is refused`, () => assert.deepEqual(refusal(written), [words]));
}

Deno.test("a key that nobody knows is refused", () => {
  assert.match(refusal({ lenght: 4 })!.join(), /lenght/);
});
