/** Builds the store's worker into one file that the program carries as text: `deno task gen`. */
import * as esbuild from "esbuild";

const ROOM = new URL("./", import.meta.url);

/** Returns the worker as one module. Throws with what the builder says. */
export async function buildWorker(): Promise<string> {
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [new URL("worker.ts", ROOM).pathname],
      bundle: true,
      write: false,
      format: "esm",
      platform: "neutral",
      target: "esnext",
      external: ["node:*"],
      charset: "utf8",
      logLevel: "silent",
      legalComments: "none",
      absWorkingDir: ROOM.pathname,
    });
    return `// Built from src/store/worker.ts by deno task gen.\n${outputFiles[0]!.text}`;
  } finally {
    await esbuild.stop();
  }
}

if (import.meta.main) await Deno.writeTextFile(new URL("gen/worker.js", ROOM), await buildWorker());
