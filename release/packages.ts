import denoConfig from "../deno.json" with { type: "json" };
import { deno, ROOT } from "./tool.ts";

/** Where the packages are laid out for the bundler; git ignores it. */
const FOLDER = new URL(".cache/bundle/", ROOT);

/**
 * Lays out every package of deno.lock, checked against it, as a folder `node_modules`, which is where esbuild looks for
 * packages by the rules that Deno goes by too. Returns that folder's path.
 */
export async function layOutPackages(): Promise<string> {
  const { imports } = denoConfig;
  await Deno.mkdir(FOLDER, { recursive: true });
  const config = { imports, nodeModulesDir: "auto", lock: { frozen: true } };
  await Deno.writeTextFile(new URL("deno.json", FOLDER), JSON.stringify(config));
  await Deno.copyFile(new URL("deno.lock", ROOT), new URL("deno.lock", FOLDER));
  await deno(["install", "--config", new URL("deno.json", FOLDER).pathname]);
  return new URL("node_modules", FOLDER).pathname;
}
