import { parseArgs } from "node:util";
import type { Need } from "../src/permissions/need.ts";
import { compileFlags } from "../src/permissions/profiles.ts";
import { bundle } from "./bundle.ts";
import { checkPayload } from "./layout.ts";
import { readPayload } from "./payload.ts";
import { needsFor } from "./profile.ts";
import { deno, DIST, report, run } from "./tool.ts";

/** The most that a compiled file may take, in bytes, the largest base included. */
const MOST_BYTES = 130_000_000;

/** By Deno's name of the platform, the name of the file. */
export const TARGETS: Readonly<Record<string, string>> = {
  "x86_64-unknown-linux-gnu": "byova-gateway-compiled-linux-x86_64",
  "aarch64-unknown-linux-gnu": "byova-gateway-compiled-linux-aarch64",
  "x86_64-apple-darwin": "byova-gateway-compiled-darwin-x86_64",
  "aarch64-apple-darwin": "byova-gateway-compiled-darwin-aarch64",
  "x86_64-pc-windows-msvc": "byova-gateway-compiled-windows-x86_64.exe",
};

const NO_BASE = `Cannot compile for this platform: its denort, the base of every compiled file, cannot be had.
Deno fetches it from dl.deno.land. Without that, do one of these:
  - set DENORT_BIN to the denort of Deno ${Deno.version.deno} for this machine
  - put denort-TARGET.zip into $DENO_DIR/dl/release/v${Deno.version.deno}/
  - use deno task pack, which carries this machine's Deno instead`;

/** Runs `deno compile` on the bundle with the permissions of the one list. `env`: such as DENORT_BIN. */
export async function compileTo(
  output: string,
  { program, needs, target, env = {} }: {
    readonly program: URL;
    readonly needs: readonly Need[];
    readonly target: string;
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const included = ["--include", "proto", "--include", "audio"];
  const flags = ["--no-config", ...compileFlags(needs), "--target", target, ...included];
  await deno(["compile", ...flags, "--output", output, program.pathname], env);
}

/**
 * Writes the compiled file for one platform, or throws a sentence that says what to do. What has the wrong base, such as
 * the `deno` command itself, is taken away again and never gets its name.
 */
export async function compile(program: URL, needs: readonly Need[], target: string, folder = DIST): Promise<URL> {
  const here = Deno.build.target === target;
  if (!here && Deno.env.get("DENORT_BIN")) {
    throw new Error(`Cannot compile for ${target}: DENORT_BIN is a program for ${Deno.build.target}: unset it`);
  }
  const work = await Deno.makeTempDir({ dir: folder.pathname, prefix: ".compiling-" });
  const draft = `${work}/byova-gateway${target.includes("windows") ? ".exe" : ""}`;
  try {
    await compileTo(draft, { program, needs, target }).catch((error) => {
      const unreachable = /dl\.deno\.land|denort/.test(String(error));
      throw unreachable ? new Error(NO_BASE) : error;
    });
    const bytes = await Deno.readFile(draft);
    await checkPayload(readPayload(bytes), program, needs);
    if (here && !(await run(draft, ["--version"])).startsWith("byova-gateway ")) {
      throw new Error(
        `${NO_BASE}\nWhat DENORT_BIN or the seeded folder holds is not denort: it does not run the program.`,
      );
    }
    const file = new URL(TARGETS[target]!, folder);
    await Deno.rename(draft, file);
    await report(TARGETS[target]!, bytes, MOST_BYTES);
    return file;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

if (import.meta.main) {
  const { config, target = [Deno.build.target] } = parseArgs({
    options: { config: { type: "string" }, target: { type: "string", multiple: true } },
  }).values;
  const targets = target.includes("all") ? Object.keys(TARGETS) : target;
  const unknown = targets.find((each) => TARGETS[each] === undefined);
  try {
    if (unknown) throw new Error(`Cannot compile for ${unknown}: all, ${Object.keys(TARGETS).join(", ")} expected`);
    const program = await bundle();
    for (const each of targets) await compile(program, await needsFor(config), each);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
