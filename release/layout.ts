import { strict as assert } from "node:assert";
import type { Need } from "../src/permissions/need.ts";
import { allowedBy } from "../src/permissions/flags.ts";
import { KINDS } from "../src/permissions/need.ts";
import { compileFlags } from "../src/permissions/profiles.ts";
import type { Payload } from "./payload.ts";
import { sha256 } from "./tool.ts";

/** The most that the program and its files may add to the base, in bytes. */
const MOST_BYTES = 5_000_000;
/** What a compiled gateway must never have, whatever its configuration. */
const NEVER = ["run", "ffi", "sys"] as const;

/**
 * Throws unless a compiled file holds this very bundle, proto and audio, no other program, and exactly the permissions of
 * the one list.
 */
export async function checkPayload(payload: Payload, program: URL, needs: readonly Need[]): Promise<void> {
  const { permissions, files } = payload;
  const bundled = [...files].filter(([path]) => path.endsWith(".js"));
  assert.equal(bundled.length, 1, "one program expected");
  const [[path, code]] = bundled as [[string, Uint8Array<ArrayBuffer>]];
  assert.ok(path.endsWith(payload.entry), `the program is ${path}, and ${payload.entry} is run`);
  assert.equal(await sha256(code), await sha256(await Deno.readFile(program)), "another bundle than the one given");
  const names = [...files.keys()];
  for (const kind of [/\.proto$/, /\.wav$/]) assert.ok(names.some((name) => kind.test(name)), `no ${kind} in it`);
  assert.ok(payload.size <= MOST_BYTES, `the payload has ${payload.size} bytes`);

  const command = compileFlags(needs).join(" ");
  for (const kind of KINDS) {
    const wanted = allowedBy(command, kind);
    assert.deepEqual(permissions[`allow_${kind}`] ?? [], wanted, `--allow-${kind}`);
  }
  for (const kind of NEVER) assert.equal(permissions[`allow_${kind}`], null, `--allow-${kind}`);
  assert.equal(permissions.prompt, false, "a prompt");
  assert.deepEqual(permissions.deny_import, [], "code from elsewhere");
  assert.deepEqual(permissions.ignore_env, [], "other variables");
}
