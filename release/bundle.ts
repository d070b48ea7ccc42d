import { placeLockedEsbuild } from "./esbuild.ts";
import { neutralMap } from "./source_map.ts";
import { stampBundle, stampOf } from "./stamp.ts";
import { deno, DIST, report, ROOT } from "./tool.ts";

/** The most that the program may take, in bytes: the bar of its start-up time. */
const MOST_BYTES = 3_000_000;
const NAME = "byova-gateway.js";
/** What packages of CommonJS ask of a program of one module: a way to Deno's own modules. */
const PRELUDE = `import{createRequire}from"node:module";const require=createRequire(import.meta.url);\n`;

/** Writes dist/byova-gateway.js, the whole program, and its source map. Returns the program's path. */
export async function bundle(): Promise<URL> {
  const program = new URL(NAME, DIST);
  const map = new URL(`${NAME}.map`, DIST);
  await placeLockedEsbuild();
  await deno([
    "bundle",
    ...["--platform", "deno", "--minify", "--keep-names", "--sourcemap=linked"],
    ...["--output", program.pathname, "main.ts"],
  ]);
  const code = stampBundle(await Deno.readTextFile(program), await stampOf(Deno.env.get("SOURCE_DATE_EPOCH")));
  const bytes = new TextEncoder().encode(PRELUDE + code);
  await Deno.writeFile(program, bytes);
  await Deno.writeTextFile(map, neutralMap(await Deno.readTextFile(map), { at: map, root: ROOT, linesAbove: 1 }));
  await report(`dist/${NAME}`, bytes, MOST_BYTES);
  return program;
}

if (import.meta.main) await bundle();
