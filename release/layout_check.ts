import type { Need } from "../src/permissions/need.ts";
import { compileTo } from "./compile.ts";
import { checkPayload } from "./layout.ts";
import { readPayload } from "./payload.ts";
import { needsFor } from "./profile.ts";
import { DIST, megabytes, sha256 } from "./tool.ts";

/**
 * Compiles onto the `deno` command in denort's place, which gives the very payload that denort would get in a file that
 * cannot run it, looks at the payload, and takes the file away. Returns what was found, in a line.
 */
export async function checkLayout(program: URL, needs: readonly Need[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const output = `${folder}/not-to-be-run`;
    const env = { DENORT_BIN: Deno.execPath() };
    await compileTo(output, { program, needs, target: Deno.build.target, env });
    const payload = readPayload(await Deno.readFile(output));
    await checkPayload(payload, program, needs);
    const digest = (await sha256(await Deno.readFile(program))).slice(0, 16);
    return `layout checked, not executed: ${payload.files.size} files, ${
      megabytes(payload.size)
    }, bundle ${digest}…, ` +
      "permissions as listed";
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) console.log(await checkLayout(new URL("byova-gateway.js", DIST), await needsFor(undefined)));
