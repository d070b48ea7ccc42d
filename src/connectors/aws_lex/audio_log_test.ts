import { strict as assert } from "node:assert";
import { callInfo, readBlock, testDeps } from "../../../tests/connector_suite.ts";
import { MemoryDisk } from "../../../tests/memory_disk.ts";
import { TELEPHONY } from "../../audio/format.ts";
import { readWav } from "../../audio/wav.ts";
import { AudioLog } from "./audio_log.ts";
import { awsLex } from "./mod.ts";

Deno.test("what is sensitive is silent in the files of both sides, and as long as it was", async () => {
  const disk = new MemoryDisk();
  const { config } = await readBlock(awsLex, "region_name: us-east-1, audio_logging: {enabled: true}");
  let sensitive = false;
  const call = Object.defineProperty(callInfo(), "sensitive", { get: () => sensitive });
  const log = new AudioLog(call, config!, testDeps({ createFile: disk.createFile }));
  for (const value of [1, 2, 3]) {
    sensitive = value === 2;
    const audio = { format: TELEPHONY, data: new Uint8Array(80).fill(value) };
    log.heard(audio);
    log.spoken({ type: "say", audio, bargeIn: true });
  }
  await log.finish();
  assert.equal(disk.files.size, 2);
  for (const file of disk.files.values()) {
    const { data } = readWav(file);
    assert.deepEqual([data.length, data[0], data[80], data[160]], [240, 1, 0xff, 3]);
  }
});
