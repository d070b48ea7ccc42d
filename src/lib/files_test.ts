import { strict as assert } from "node:assert";
import { createFile } from "./files.ts";

Deno.test("createFile() makes the folders, writes where it is told, and takes no file that is there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/a/b/c.bin`;
    {
      using file = await createFile(path);
      await file.write(new Uint8Array([1, 2, 3, 4]), 0);
      await file.write(new Uint8Array([9]), 1);
    }
    assert.deepEqual(await Deno.readFile(path), new Uint8Array([1, 9, 3, 4]));
    await assert.rejects(createFile(path), Deno.errors.AlreadyExists);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("createFile() writes through no link", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.symlink(`${folder}/elsewhere`, `${folder}/link`);
    await assert.rejects(createFile(`${folder}/link`), Deno.errors.AlreadyExists);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
