import { bundle } from "./bundle.ts";
import { denoFile } from "./contents.ts";
import { debianPackage } from "./debian.ts";
import { pack } from "./pack.ts";
import { configOption, needsFor } from "./profile.ts";
import { bundledPackages, denoComponent, sbom } from "./sbom.ts";
import { DIST, sha256 } from "./tool.ts";

/**
 * Writes everything that this machine can release: bundle, packed file, Debian package on Linux, a bill of materials for
 * each, and SHA256SUMS of all of it. What `deno task compile` wrote before is taken in.
 */
async function release(): Promise<void> {
  const needs = await needsFor(configOption(Deno.args));
  const program = await bundle();
  await pack(program, needs);
  if (Deno.build.os === "linux") await debianPackage(program, needs);
  const packages = await bundledPackages(await Deno.readTextFile(new URL("byova-gateway.js.map", DIST)));
  const withDeno = [await denoComponent((await denoFile()).bytes as Uint8Array<ArrayBuffer>), ...packages];
  const sums: string[] = [];
  for (const name of artefacts()) {
    const bytes = await Deno.readFile(new URL(name, DIST));
    const bill = await sbom({ name, bytes }, name.endsWith(".js") ? packages : withDeno);
    await Deno.writeTextFile(new URL(`${name}.cdx.json`, DIST), bill);
    sums.push(`${await sha256(bytes)}  ${name}`);
    sums.push(`${await sha256(new TextEncoder().encode(bill))}  ${name}.cdx.json`);
  }
  await Deno.writeTextFile(new URL("SHA256SUMS", DIST), `${sums.sort().join("\n")}\n`);
  console.log(`${sums.length} files in dist/SHA256SUMS`);
}

/** The names of the files in dist/ that somebody may download. */
function artefacts(): readonly string[] {
  return [...Deno.readDirSync(DIST)].map(({ name }) => name)
    .filter((name) => name.startsWith("byova-gateway") && !/\.(map|cdx\.json)$/.test(name)).sort();
}

if (import.meta.main) await release();
