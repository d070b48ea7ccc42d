import denoConfig from "../deno.json" with { type: "json" };
import { describeRelease } from "../src/lib/release.ts";
import type { Need } from "../src/permissions/need.ts";
import { bundle } from "./bundle.ts";
import { besideFiles, denoFile } from "./contents.ts";
import { cksum, packedHead } from "./launcher.ts";
import { configOption, needsFor } from "./profile.ts";
import { stampOf } from "./stamp.ts";
import { gzip, tar } from "./tar.ts";
import { DIST, report, sha256 } from "./tool.ts";

/** The most that the packed file may take, in bytes. */
const MOST_BYTES = 50_000_000;

/** `uname -sm` of the machines that a file can be packed on, and for: each carries its own machine's Deno. */
const PLATFORMS: Readonly<Record<string, { readonly uname: string; readonly loader: string }>> = {
  "linux-x86_64": { uname: "Linux x86_64", loader: "/lib64/ld-linux-x86-64.so.2" },
  "linux-aarch64": { uname: "Linux aarch64", loader: "/lib/ld-linux-aarch64.so.1" },
  "darwin-x86_64": { uname: "Darwin x86_64", loader: "" },
  "darwin-aarch64": { uname: "Darwin arm64", loader: "" },
};

/** Writes one file for this machine's platform that runs the bundle: launcher, Deno, program. Returns its path. */
export async function pack(program: URL, needs: readonly Need[], folder = DIST): Promise<URL> {
  const { os, arch } = Deno.build;
  const platform = PLATFORMS[`${os}-${arch}`];
  if (platform === undefined) throw new Error(`Cannot pack for ${os} ${arch}: Linux or macOS expected`);
  const stamp = await stampOf(Deno.env.get("SOURCE_DATE_EPOCH"));
  const deno = await denoFile();
  const running = { path: "byova-gateway.js", bytes: await Deno.readFile(program) };
  const middle = Math.ceil(deno.bytes.length / 2);
  const rest = tar([running, ...await besideFiles()], Date.parse(stamp.builtAt) / 1000);
  const parts = await Promise.all([deno.bytes.slice(0, middle), deno.bytes.slice(middle), rest].map(gzip));
  const head = packedHead(
    {
      id: (await sha256(new Uint8Array(await new Blob(parts).arrayBuffer()))).slice(0, 16),
      platform: platform.uname,
      loader: platform.loader,
      sums: [deno, running].map(({ path, bytes }) => ({ path, sum: cksum(bytes), size: bytes.length })),
      parts: [parts[0]!.length, parts[1]!.length, parts[2]!.length],
    },
    describeRelease(denoConfig.version, { ...stamp, form: "packed" }),
    needs,
  );
  const file = new URL(`byova-gateway-${os}-${arch}`, folder);
  const bytes = new Uint8Array(await new Blob([head, ...parts]).arrayBuffer());
  await Deno.writeFile(file, bytes, { mode: 0o755 });
  await report(`dist/${file.pathname.split("/").at(-1)}`, bytes, MOST_BYTES);
  return file;
}

if (import.meta.main) await pack(await bundle(), await needsFor(configOption(Deno.args)));
