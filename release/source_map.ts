/** What a package's files lie under in Deno's cache: the registry's host, then name, version and path. */
const PACKAGE = /\/npm\/[^/]+\/((?:@[^/]+\/)?[^/]+)\/(\d[^/]*)\/(.*)$/;

/**
 * Takes the places of the machine that built it out of a source map (ECMA-426): our files are named
 * `byova-gateway:path` from the repository's `root`, those of packages `npm:name@version/path`. `at`: where the map
 * lies; `linesAbove`: how many lines were put above the program since.
 */
export function neutralMap(
  text: string,
  { at, root, linesAbove }: { readonly at: URL; readonly root: URL; readonly linesAbove: number },
): string {
  const map = JSON.parse(text) as { sources: string[]; mappings: string };
  map.mappings = ";".repeat(linesAbove) + map.mappings;
  map.sources = map.sources.map((source) => {
    const { pathname } = new URL(source, at);
    if (pathname.startsWith(root.pathname)) return `byova-gateway:${pathname.slice(root.pathname.length)}`;
    const [, name, version, path] = PACKAGE.exec(pathname) ?? [];
    if (name === undefined) throw new Error(`Cannot name ${source} in the source map: a file of ours or npm's expected`);
    return `npm:${name}@${version}/${path}`;
  });
  return JSON.stringify(map);
}
