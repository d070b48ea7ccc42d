import denoConfig from "../deno.json" with { type: "json" };
import { stampOf } from "./stamp.ts";
import { ROOT, sha256 } from "./tool.ts";

/** One part of an artefact, as CycloneDX 1.6 names it (ECMA-424). */
interface Component {
  readonly type: "application" | "library" | "platform";
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: "SHA-256" | "SHA-512"; readonly content: string }[];
}

interface Lock {
  readonly npm: Readonly<Record<string, { readonly integrity: string }>>;
}

/** The packages that a bundle holds code of, by its source map, with the digests of deno.lock. Throws for one not locked. */
export async function bundledPackages(map: string): Promise<readonly Component[]> {
  const { npm: locked }: Lock = JSON.parse(await Deno.readTextFile(new URL("deno.lock", ROOT)));
  const { sources } = JSON.parse(map) as { sources: readonly string[] };
  const found = new Set(sources.flatMap((source) => /^npm:((?:@[^/]+\/)?[^/@]+@[^/]+)\//.exec(source)?.[1] ?? []));
  return [...found].sort().map((key) => {
    const [, name, version] = /^(.+)@(.+)$/.exec(key)!;
    const entry = locked[key] ?? Object.entries(locked).find(([each]) => each.startsWith(`${key}_`))?.[1];
    if (entry === undefined) throw new Error(`Cannot list ${key}: a package of deno.lock expected`);
    const digest = Uint8Array.fromBase64(entry.integrity.replace(/^sha512-/, "")).toHex();
    const purl = `pkg:npm/${name!.replace("@", "%40")}@${version}`;
    return { type: "library", name: name!, version: version!, purl, hashes: [{ alg: "SHA-512", content: digest }] };
  });
}

/** The Deno that an artefact carries. */
export async function denoComponent(bytes: Uint8Array<ArrayBuffer>): Promise<Component> {
  const version = Deno.version.deno;
  const hashes = [{ alg: "SHA-256", content: await sha256(bytes) }] as const;
  return { type: "platform", name: "deno", version, purl: `pkg:github/denoland/deno@v${version}`, hashes };
}

/** The bill of materials of an artefact, as CycloneDX 1.6 JSON; the same for the same artefact. */
export async function sbom(
  artefact: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> },
  components: readonly Component[],
): Promise<string> {
  const digest = await sha256(artefact.bytes);
  const uuid = [8, 4, 4, 4, 12].reduce<{ at: number; parts: string[] }>(({ at, parts }, length) => ({
    at: at + length,
    parts: [...parts, digest.slice(at, at + length)],
  }), { at: 0, parts: [] }).parts;
  uuid[2] = `5${uuid[2]!.slice(1)}`; // a name-based UUID (RFC 9562), as CycloneDX wants one
  uuid[3] = `8${uuid[3]!.slice(1)}`;
  const { builtAt } = await stampOf(Deno.env.get("SOURCE_DATE_EPOCH"));
  const subject: Component = {
    type: "application",
    name: artefact.name,
    version: denoConfig.version,
    hashes: [{ alg: "SHA-256", content: digest }],
  };
  return `${
    JSON.stringify(
      {
        bomFormat: "CycloneDX",
        specVersion: "1.6",
        serialNumber: `urn:uuid:${uuid.join("-")}`,
        version: 1,
        metadata: { timestamp: builtAt, component: subject },
        components,
      },
      undefined,
      1,
    )
  }\n`;
}
