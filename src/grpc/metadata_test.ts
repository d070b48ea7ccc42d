import assert from "node:assert/strict";
import { binaryValue, checkedMetadata, decodeTimeout, encodeTimeout, Metadata } from "./metadata.ts";
import { decodeStatusMessage, encodeStatusMessage } from "./status.ts";

Deno.test("Metadata gives first values, bytes of binary ones, and only what may be sent on when iterated", () => {
  const metadata = new Metadata([
    [":path", "/a/b"],
    ["grpc-timeout", "1S"],
    ["x", "1"],
    ["x", "2"],
    ["y-bin", binaryValue(Uint8Array.of(0, 255))],
    ["z-bin", "!!!"],
    ["odd!", "1"],
    ["odd", "\xe9"],
  ]);
  assert.equal(metadata.get("x"), "1");
  assert.equal(metadata.get("none"), undefined);
  assert.deepEqual(metadata.bytes("y-bin"), Uint8Array.of(0, 255));
  assert.equal(metadata.bytes("z-bin"), undefined);
  assert.deepEqual([...metadata].map(([name]) => name), ["x", "x", "y-bin", "z-bin"]);
  assert.equal(checkedMetadata(metadata).length, 4);
});

Deno.test("checkedMetadata refuses reserved and malformed names, and values that are not printable", () => {
  for (const field of [["grpc-status", "0"], [":path", "/"], ["Upper", "a"], ["", "a"], ["a", "b\r\nc"]] as const) {
    assert.throws(() => checkedMetadata([field]), TypeError);
  }
});

Deno.test("timeouts survive the wire, and malformed ones are NaN", () => {
  for (const [text, ms] of [["1H", 3_600_000], ["2M", 120_000], ["3S", 3000], ["4m", 4], ["500u", 0.5]] as const) {
    assert.equal(decodeTimeout(text), ms);
  }
  assert.equal(decodeTimeout(encodeTimeout(1499.2)), 1500);
  assert.equal(decodeTimeout(encodeTimeout(10 ** 9)), 10 ** 9);
  for (const text of ["", "5", "S", "123456789S", "1.5S", "-1S"]) assert.ok(Number.isNaN(decodeTimeout(text)), text);
});

Deno.test("status messages survive the wire", () => {
  assert.equal(encodeStatusMessage("50 % of ü\n"), "50 %25 of %C3%BC%0A");
  assert.equal(decodeStatusMessage(encodeStatusMessage("50 % of ü\n")), "50 % of ü\n");
  assert.equal(decodeStatusMessage("100%"), "100%");
});
