import * as esbuild from "esbuild";
import { layOutPackages } from "./packages.ts";
import { neutralMap } from "./source_map.ts";
import { stampBundle, stampOf } from "./stamp.ts";
import { DIST, report, ROOT } from "./tool.ts";

/** The most that the program may take, in bytes: the bar of its start-up time. */
const MOST_BYTES = 3_000_000;
const NAME = "byova-gateway.js";
/** What packages of CommonJS ask of a program of one module: a way to Deno's own modules. */
const PRELUDE = `import{createRequire}from"node:module";const require=createRequire(import.meta.url);`;
const LOADERS: Readonly<Record<string, esbuild.Loader>> = { text: "text", bytes: "binary" };

/** Takes what is imported `with { type: "text" }` or `"bytes"`, as Deno does, for what it is. */
const attributes: esbuild.Plugin = {
  name: "import attributes",
  setup(build) {
    build.onLoad(
      { filter: /\.(wav|wasm|proto|yaml|css)$|\/gen\/[^/]+\.js$/ },
      async ({ path, with: { type = "" } }) => {
        const loader = LOADERS[type];
        return loader && { contents: await Deno.readFile(path), loader };
      },
    );
  },
};

/** Writes the whole program as one file into a folder, and its source map. Returns the program's path. */
export async function bundle(folder = DIST): Promise<URL> {
  const program = new URL(NAME, folder);
  const map = new URL(`${NAME}.map`, folder);
  const { outputFiles } = await esbuild.build({
    absWorkingDir: ROOT.pathname,
    entryPoints: ["main.ts"],
    outfile: program.pathname,
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "esnext",
    conditions: ["deno"],
    nodePaths: [await layOutPackages()],
    minify: true,
    keepNames: true,
    charset: "ascii",
    legalComments: "eof",
    jsx: "automatic",
    jsxImportSource: "preact",
    sourcemap: "linked",
    banner: { js: PRELUDE },
    plugins: [attributes],
  }).finally(() => esbuild.stop());
  const built = (name: URL) => outputFiles.find(({ path }) => path === name.pathname)!.text;
  const code = stampBundle(built(program), await stampOf(Deno.env.get("SOURCE_DATE_EPOCH")));
  const bytes = new TextEncoder().encode(code);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(program, bytes);
  await Deno.writeTextFile(map, neutralMap(built(map), map, ROOT));
  await report(program.pathname.split("/").at(-1)!, bytes, MOST_BYTES);
  return program;
}

if (import.meta.main) await bundle();
