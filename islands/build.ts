/** Puts together what the browser loads: `deno task gen`. The result is deterministic. */
import * as esbuild from "esbuild";

const FOLDER = new URL("./", import.meta.url);
/** What is loaded under another name than the one that it is imported by. */
const BROWSERS_OWN: Readonly<Record<string, string>> = { uplot: "uplot/dist/uPlot.esm.js" };

/** Finds packages where Deno keeps them: esbuild itself only looks into node_modules. */
const packages: esbuild.Plugin = {
  name: "packages",
  setup(build) {
    build.onResolve({ filter: /^[a-z@]/ }, ({ path, kind }) => {
      if (kind === "entry-point") return undefined;
      return { path: decodeURIComponent(new URL(import.meta.resolve(BROWSERS_OWN[path] ?? path)).pathname) };
    });
  },
};

/**
 * Returns the browser's program, the script that sets the theme before the first paint, the audio thread's, and the style
 * sheet, as texts.
 */
export async function build(): Promise<Readonly<Record<string, string>>> {
  try {
    const { outputFiles } = await esbuild.build({
      absWorkingDir: decodeURIComponent(FOLDER.pathname),
      entryPoints: {
        client: "client.ts",
        theme: "theme.ts",
        microphone: "microphone_worklet.ts",
        style: "style/style.css",
      },
      outdir: "gen",
      bundle: true,
      write: false,
      minify: true,
      format: "iife",
      target: "es2022",
      charset: "utf8",
      legalComments: "none",
      jsx: "automatic",
      jsxImportSource: "preact",
      plugins: [packages],
    });
    const text = (name: string) => outputFiles.find(({ path }) => path.endsWith(`/${name}`))!.text;
    return {
      "client.js": text("client.js"),
      "theme.js": text("theme.js"),
      "microphone.js": text("microphone.js"),
      "client.css": text("style.css"),
    };
  } finally {
    await esbuild.stop();
  }
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(await build())) {
    await Deno.writeTextFile(new URL(`gen/${name}`, FOLDER), text);
  }
}
