import { strict as assert } from "node:assert";
import { PrivateFile } from "./private_file.ts";

async function withFolder(act: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

async function save(file: PrivateFile, text: string) {
  await using draft = await file.draft();
  await draft.save(text);
}

Deno.test("PrivateFile holds what was saved last, with its folder made, for its owner only", async () => {
  await withFolder(async (folder) => {
    const file = new PrivateFile(`${folder}/a/b/tokens.json`);
    assert.equal(await file.read(), undefined);
    await save(file, "a long first text");
    await save(file, "Zoë");
    assert.equal(await file.read(), "Zoë");
    assert.equal((await Deno.stat(file.path)).mode! & 0o777, 0o600);
    assert.equal((await Deno.stat(`${folder}/a/b`)).mode! & 0o777, 0o700);
    assert.deepEqual(names(`${folder}/a/b`), ["tokens.json"]);
  });
});

Deno.test("PrivateFile takes over a file that others may read, and makes it private", async () => {
  await withFolder(async (folder) => {
    const file = new PrivateFile(`${folder}/tokens.json`);
    await Deno.writeTextFile(file.path, "old", { mode: 0o644 });
    await save(file, "new");
    assert.equal((await Deno.stat(file.path)).mode! & 0o777, 0o600);
  });
});

Deno.test("a draft that is not saved leaves the old text, and nothing else", async () => {
  await withFolder(async (folder) => {
    const file = new PrivateFile(`${folder}/tokens.json`);
    await save(file, "old");
    {
      await using draft = await file.draft();
      assert.equal((await Deno.stat(draft.path)).mode! & 0o777, 0o600);
      assert.equal(await file.read(), "old");
    }
    assert.equal(await file.read(), "old");
    assert.deepEqual(names(folder), ["tokens.json"]);
  });
});

Deno.test("a draft that a killed process left behind is no obstacle, and a link in its place is not followed", async () => {
  await withFolder(async (folder) => {
    const file = new PrivateFile(`${folder}/tokens.json`);
    await Deno.writeTextFile(`${folder}/victim`, "untouched");
    await Deno.writeTextFile(`${file.path}.new`, "half");
    await save(file, "one");
    await Deno.symlink(`${folder}/victim`, `${file.path}.new`);
    await save(file, "two");
    assert.equal(await file.read(), "two");
    assert.equal(await Deno.readTextFile(`${folder}/victim`), "untouched");
  });
});

Deno.test("PrivateFile refuses links, folders, and files that are too long or not text", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/real`, "secret");
    await Deno.symlink(`${folder}/real`, `${folder}/link`);
    await Deno.symlink(folder, `${folder}/folder`);
    for (const path of [`${folder}/link`, `${folder}/folder/real`]) {
      const file = new PrivateFile(path);
      await assert.rejects(file.read(), /expected a (plain file|folder): received a symbolic link$/);
      await assert.rejects(file.draft(), /received a symbolic link$/);
    }
    assert.equal(await Deno.readTextFile(`${folder}/real`), "secret");
    await Deno.mkdir(`${folder}/sub`);
    await assert.rejects(new PrivateFile(`${folder}/sub`).draft(), /expected a plain file: received something else/);
    await Deno.writeFile(`${folder}/long`, new Uint8Array(65_537));
    await assert.rejects(new PrivateFile(`${folder}/long`).read(), /expected at most 65536 bytes/);
    await Deno.writeFile(`${folder}/bytes`, new Uint8Array([0xff, 0xfe]));
    await assert.rejects(new PrivateFile(`${folder}/bytes`).read(), TypeError);
  });
});
