/** Compiles the detector: `deno task gen`. Its source is AssemblyScript, which npm carries; the result is deterministic. */
import asc from "assemblyscript/asc";

/** The memory of one module, in pages of 64 KiB: about 5,000 streams. Pages that no stream has used yet cost nothing. */
const PAGES = 64;
const FOLDER = new URL("./", import.meta.url);

/** Returns the module of `entry`, a file of this folder, or of `source` in its place. Throws with what the compiler says. */
export async function compile(entry: string, source?: string): Promise<Uint8Array> {
  let module: Uint8Array | undefined;
  const { error, stderr } = await asc.main([
    ...[entry, "--outFile", "out.wasm", "--runtime", "stub", "--use", "abort="],
    ...["-O3", "--converge", "--enable", "simd"],
    ...["--initialMemory", String(PAGES), "--maximumMemory", String(PAGES)],
  ], {
    // The compiler looks for .ts; ours are .as, since they are not TypeScript.
    readFile: (name: string) =>
      name === entry && source !== undefined
        ? source
        : Deno.readTextFile(new URL(name.replace(/\.ts$/, ".as"), FOLDER)).catch(() => null),
    writeFile: (_name: string, contents: string | Uint8Array) => {
      if (typeof contents !== "string") module = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || module === undefined) throw new Error(`Cannot compile "${entry}": ${error}\n${stderr}`);
  return module;
}

if (import.meta.main) await Deno.writeFile(new URL("detector.wasm", FOLDER), await compile("detector.ts"));
