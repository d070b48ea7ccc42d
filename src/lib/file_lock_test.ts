import { strict as assert } from "node:assert";
import { FileLock } from "./file_lock.ts";

async function withFolder(act: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("FileLock is held by one at a time, and given back", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/new/lock`;
    const taken = await new FileLock(path).tryTake();
    assert.ok(taken);
    assert.equal(await new FileLock(path).tryTake(), undefined);
    taken[Symbol.dispose]();
    using again = await new FileLock(path).tryTake();
    assert.ok(again);
  });
});

Deno.test("FileLock is free again when the process that held it was killed", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/lock`;
    const holder = new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `const file = await Deno.open(${JSON.stringify(path)}, { write: true, create: true });
         await file.lock(true);
         console.log("held");
         setInterval(() => {}, 1000);`,
      ],
      stdout: "piped",
    }).spawn();
    const reader = holder.stdout.getReader();
    await reader.read();
    assert.equal(await new FileLock(path).tryTake(), undefined);
    holder.kill("SIGKILL");
    await holder.status;
    await reader.cancel();
    using taken = await new FileLock(path).tryTake();
    assert.ok(taken);
  });
});

Deno.test("FileLock refuses a link and a folder", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/real`, "");
    await Deno.symlink(`${folder}/real`, `${folder}/link`);
    await assert.rejects(new FileLock(`${folder}/link`).tryTake(), /expected a plain file/);
    await Deno.mkdir(`${folder}/sub`);
    await Deno.symlink(`${folder}/sub`, `${folder}/way`);
    await assert.rejects(new FileLock(`${folder}/way/lock`).tryTake(), /expected a folder: received a symbolic link/);
    assert.deepEqual([...Deno.readDirSync(`${folder}/sub`)], []);
    await assert.rejects(new FileLock(`${folder}/sub`).tryTake(), /expected a plain file/);
  });
});
