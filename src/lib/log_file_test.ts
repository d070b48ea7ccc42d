import { strict as assert } from "node:assert";
import { RotatingFile } from "./log_file.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The files of a folder and what they hold. */
async function contents(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name } of Deno.readDir(folder)) found[name] = await Deno.readTextFile(`${folder}/${name}`);
  return found;
}

Deno.test("a log file makes its folder and goes on where it stopped", () =>
  inFolder(async (folder) => {
    const options = { path: `${folder}/logs/deep/g.log`, maxBytes: 100, backups: 1 };
    for (const line of ["one\n", "two\n"]) {
      const file = new RotatingFile(options);
      assert.equal(await file.write(bytes(line)), 4);
      file.close();
    }
    assert.deepEqual(await contents(`${folder}/logs/deep`), { "g.log": "one\ntwo\n" });
  }));

Deno.test("a full log file is set aside, and the oldest goes", () =>
  inFolder(async (folder) => {
    const file = new RotatingFile({ path: `${folder}/g.log`, maxBytes: 10, backups: 2 });
    for (const line of ["aaaa\n", "bbbb\n", "cccc\n", "dddd\n", "eeee\n", "ffff\n", "gggg\n"]) {
      await file.write(bytes(line));
    }
    file.close();
    assert.deepEqual(await contents(folder), {
      "g.log": "gggg\n",
      "g.log.1": "eeee\nffff\n",
      "g.log.2": "cccc\ndddd\n",
    });
  }));

Deno.test("without backups a full log file starts again, and a file that is full at the start too", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/g.log`, "x".repeat(50));
    const file = new RotatingFile({ path: `${folder}/g.log`, maxBytes: 10, backups: 0 });
    await file.write(bytes("aaaaaa\n"));
    await file.write(bytes("bbbbbb\n"));
    file.close();
    assert.deepEqual(await contents(folder), { "g.log": "bbbbbb\n" });
  }));

Deno.test("a symbolic link is not followed", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/victim`, "untouched");
    await Deno.symlink(`${folder}/victim`, `${folder}/g.log`);
    const file = new RotatingFile({ path: `${folder}/g.log`, maxBytes: 10, backups: 1 });
    await assert.rejects(file.write(bytes("a\n")), /expected a plain file: received a symbolic link$/);
    assert.equal(await Deno.readTextFile(`${folder}/victim`), "untouched");
  }));

Deno.test("after a failure the next write starts afresh", () =>
  inFolder(async (folder) => {
    const file = new RotatingFile({ path: `${folder}/g.log`, maxBytes: 100, backups: 1 });
    await Deno.mkdir(`${folder}/g.log`);
    await assert.rejects(file.write(bytes("a\n")), /received a folder$/);
    await Deno.remove(`${folder}/g.log`);
    await file.write(bytes("b\n"));
    file.close();
    assert.deepEqual(await contents(folder), { "g.log": "b\n" });
  }));
