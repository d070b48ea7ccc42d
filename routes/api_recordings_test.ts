import { strict as assert } from "node:assert";
import { RoutedHouse } from "../tests/routed_house.ts";
import type { Recordings } from "./house.ts";

const FILE = new TextEncoder().encode("0123456789");

const recordings: Recordings = {
  describe: (file) =>
    Promise.resolve(file === "call.wav" ? { file, bytes: FILE.length, duration_ms: 1, peaks: null } : undefined),
  read: (_file, from, to) => Promise.resolve(ReadableStream.from([FILE.slice(from, to + 1)])),
};

Deno.test("a recording is handed out whole or in the part that a player asks for", async () => {
  using house = await RoutedHouse.open({ house: { recordings } });
  for (
    const [range, status, body, contentRange] of [
      [undefined, 200, "0123456789", null],
      ["bytes=2-4", 206, "234", "bytes 2-4/10"],
      ["bytes=7-", 206, "789", "bytes 7-9/10"],
      ["bytes=-3", 206, "789", "bytes 7-9/10"],
      ["bytes=-30", 206, "0123456789", "bytes 0-9/10"],
      ["bytes=0-99999999999999", 206, "0123456789", "bytes 0-9/10"],
      ["bytes=10-", 416, "", "bytes */10"],
      ["bytes=-0", 416, "", "bytes */10"],
      ["bytes=4-2", 200, "0123456789", null],
      ["bytes=0-1,3-4", 200, "0123456789", null],
      ["lines=1-2", 200, "0123456789", null],
    ] as const
  ) {
    const answer = await house.get(
      "/api/recordings/call.wav",
      range === undefined ? {} : { headers: { Range: range } },
    );
    assert.deepEqual([answer.status, await answer.text(), answer.headers.get("content-range")], [
      status,
      body,
      contentRange,
    ], range ?? "the whole");
    if (status === 416) continue;
    assert.equal(answer.headers.get("content-length"), `${body.length}`);
    assert.equal(answer.headers.get("content-type"), "audio/wav");
    assert.equal(answer.headers.get("content-disposition"), 'inline; filename="call.wav"');
  }
});

Deno.test("what is no recording is not found, with recordings and without", async () => {
  for (const more of [{ recordings }, {}]) {
    using house = await RoutedHouse.open({ house: more });
    for (const file of ["other.wav", "..%2Fconfig%2Fconfig.yaml", "%00"]) {
      assert.equal((await house.get(`/api/recordings/${file}`)).status, 404);
    }
  }
});
