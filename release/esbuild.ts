import { createRequire } from "node:module";
import { deno } from "./tool.ts";

/** The version that `deno bundle` of the Deno in `.deno-version` asks for, and the folder that it looks for it in. */
const FOLDER = "esbuild-0.25.5-1";

/** As npm and `deno bundle` spell the platforms that a release is built on. */
const PLATFORMS: Readonly<Record<string, string>> = {
  "linux-x86_64": "linux-x64",
  "linux-aarch64": "linux-arm64",
  "darwin-x86_64": "darwin-x64",
  "darwin-aarch64": "darwin-arm64",
};

/**
 * Puts the esbuild that deno.lock pins where `deno bundle` looks for its own, which it would otherwise fetch past the
 * lock. Throws when another one is there already.
 */
export async function placeLockedEsbuild(): Promise<void> {
  const platform = PLATFORMS[`${Deno.build.os}-${Deno.build.arch}`];
  if (platform === undefined) throw new Error("Cannot bundle on this machine: Linux or macOS expected");
  const locked = createRequire(import.meta.resolve("esbuild")).resolve(`@esbuild/${platform}/bin/esbuild`);
  const { denoDir } = JSON.parse(await deno(["info", "--json"]));
  const folder = `${denoDir}/dl/${FOLDER}`;
  const place = `${folder}/esbuild-${platform}`;
  const bytes = await Deno.readFile(locked);
  const there = await Deno.readFile(place).catch(() => undefined);
  if (there === undefined) {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeFile(`${place}.new`, bytes, { mode: 0o755 });
    await Deno.rename(`${place}.new`, place);
  } else if (!equal(there, bytes)) {
    throw new Error(`Cannot bundle with ${place}: it is not the esbuild of deno.lock: remove it and try again`);
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
