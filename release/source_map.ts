/** Where a package's files lie in a `node_modules` that Deno laid out: `.deno/name@version/node_modules/name/path`. */
const PACKAGE = /\/\.deno\/[^/]*?@(\d[^/_]*)[^/]*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/;

/**
 * Takes the places of the machine that built it out of a source map (ECMA-426): our files are named
 * `byova-gateway:path` from the repository's `root`, those of packages `npm:name@version/path`. `at`: where the map lies.
 * Throws for any other file.
 */
export function neutralMap(text: string, at: URL, root: URL): string {
  const map = JSON.parse(text) as { sources: string[] };
  map.sources = map.sources.map((source) => {
    const { pathname } = new URL(source, at);
    const [, version, name, path] = PACKAGE.exec(pathname) ?? [];
    if (name !== undefined) return `npm:${name}@${version}/${path}`;
    if (pathname.startsWith(root.pathname)) return `byova-gateway:${pathname.slice(root.pathname.length)}`;
    throw new Error(`Cannot name ${source} in the source map: a file of ours or npm's expected`);
  });
  return JSON.stringify(map);
}
