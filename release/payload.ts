/**
 * What `deno compile` adds to its base, as the runtime of Deno 2.9 reads it (denoland/deno, cli/lib/standalone/binary.rs):
 * the mark, the metadata as JSON, npm's snapshot, remote modules, the tree of embedded files as JSON, their bytes, the
 * mark. Each part but the remote modules is preceded by its length, 64 bits, little-endian.
 */
export interface Payload {
  readonly entry: string;
  readonly permissions: Readonly<Record<string, readonly string[] | boolean | null>>;
  readonly v8Flags: readonly string[];
  readonly unstable: readonly string[];
  /** The embedded files by path. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Everything between the marks, in bytes. */
  readonly size: number;
}

const MARK = "d3n0l4nd";
/** A table of remote modules that has none: three counts of 32 bits. */
const NO_MODULES = 12;

type Entry =
  | { readonly File: { readonly n: string; readonly o: readonly [offset: number, length: number] } }
  | { readonly Dir: { readonly n: string; readonly e: readonly Entry[] } };

/** Reads the payload of a compiled file. Throws for a file that has none, or one that brings code from elsewhere. */
export function readPayload(compiled: Uint8Array<ArrayBuffer>): Payload {
  const start = find(compiled, new TextEncoder().encode(`${MARK}`));
  const view = new DataView(compiled.buffer, compiled.byteOffset);
  let at = start;
  const part = () => {
    const length = Number(view.getBigUint64(at, true));
    const bytes = compiled.subarray(at + 8, at + 8 + length);
    at += 8 + length;
    return bytes;
  };
  const json = () => JSON.parse(new TextDecoder().decode(part()));
  const { entrypoint_key: entry, permissions, v8_flags: v8Flags, unstable_config } = json();
  const packages = part();
  const modules = compiled.subarray(at, at += NO_MODULES);
  if (packages.length > 0 || modules.some((byte) => byte !== 0)) {
    throw new Error("Cannot use the compiled file: no modules beside the bundle expected in it");
  }
  const tree = json() as readonly Entry[];
  const contents = part();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const walk = (entries: readonly Entry[], folder: string) => {
    for (const each of entries) {
      if ("Dir" in each) walk(each.Dir.e, `${folder}${each.Dir.n}/`);
      else files.set(folder + each.File.n, contents.slice(each.File.o[0], each.File.o[0] + each.File.o[1]));
    }
  };
  walk(tree, "");
  return { entry, permissions, v8Flags, unstable: unstable_config.features, files, size: at - start };
}

/** Where the metadata begins: behind a mark that a length and an opening brace follow. */
function find(bytes: Uint8Array, mark: Uint8Array): number {
  for (let at = bytes.indexOf(mark[0]!); at >= 0; at = bytes.indexOf(mark[0]!, at + 1)) {
    const behind = at + mark.length;
    if (mark.every((byte, index) => bytes[at + index] === byte) && bytes[behind + 8] === 0x7b) return behind;
  }
  throw new Error("Cannot find the payload: a file that deno compile wrote expected");
}
