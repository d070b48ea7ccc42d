import { createRequire } from "node:module";

/** What a source names as something to load, by whatever syntax. */
const NAMED = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["']([^"'\n]+)["']/g;

interface Dependency {
  readonly code?: { readonly specifier?: string };
}

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly Dependency[];
}

/**
 * Returns everything that a program can load, as specifiers: our modules as `deno info` knows them, types left out, and
 * from there every file of every npm package that a file names, whether it is loaded at the start, later or never.
 */
export async function reachable(entry: string, cwd: URL): Promise<Set<string>> {
  const command = new Deno.Command(Deno.execPath(), { args: ["info", "--json", entry], cwd });
  const { stdout } = await command.output();
  const { roots, modules, redirects } = JSON.parse(new TextDecoder().decode(stdout)) as {
    roots: string[];
    modules: Module[];
    redirects: Record<string, string>;
  };
  const ours = new Map(modules.map((module) => [module.specifier, module]));
  const seen = new Set<string>();
  const waiting = [...roots];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const specifier = redirects[next] ?? next;
    if (seen.has(specifier)) continue;
    seen.add(specifier);
    const module = ours.get(specifier);
    if (specifier.startsWith("npm:")) waiting.push(import.meta.resolve(next));
    else if (module) waiting.push(...(module.dependencies ?? []).flatMap(({ code }) => code?.specifier ?? []));
    else if (specifier.startsWith("file:")) waiting.push(...await namedBy(specifier));
  }
  return seen;
}

/**
 * What a file of a package names. What is not installed, or stands in a comment only, cannot be loaded and is left out.
 * Throws for a package that is there but opens to `import` alone: it would be missed.
 */
async function namedBy(file: string): Promise<string[]> {
  if (!/\.[cm]?js$/.test(file)) return [];
  const { resolve } = createRequire(file);
  const found: string[] = [];
  for (const [, name] of (await Deno.readTextFile(new URL(file))).matchAll(NAMED)) {
    try {
      const target = resolve(name!);
      found.push(target.startsWith("/") ? `file://${target}` : `node:${target.replace(/^node:/, "")}`);
    } catch (error) {
      if ((error as { code?: string }).code === "ERR_PACKAGE_PATH_NOT_EXPORTED") throw error;
    }
  }
  return found;
}
