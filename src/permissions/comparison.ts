import { allowedBy, covers } from "./flags.ts";
import { type Kind, KINDS, type Need } from "./need.ts";

/** What a descriptor of Deno's is answered with; see `Deno.permissions.querySync`. */
export type Query = (descriptor: Deno.PermissionDescriptor) => boolean;

/** How what is allowed differs from what is needed; every entry as a flag. */
export interface Comparison {
  readonly missing: readonly { readonly flag: string; readonly why: string }[];
  readonly superfluous: readonly string[];
}

/** What is never needed, by the flag that would give it. */
const NEVER: readonly (readonly [flag: string, Deno.PermissionDescriptor])[] = [
  ["--allow-run", { name: "run" }],
  ["--allow-ffi", { name: "ffi" }],
  ["--allow-sys", { name: "sys" }],
  ["--allow-import", { name: "import" } as Deno.PermissionDescriptor],
];

/**
 * Compares the needs with what this process may do. `flags`: those it was started with, if it was told; without them only
 * what is allowed altogether can be noticed, since Deno tells nothing more.
 */
export function compareGrants(needs: readonly Need[], flags: string | undefined, query: Query = granted): Comparison {
  return {
    missing: needs.filter((need) => !query(descriptorOf(need.kind, need.target)))
      .map(({ kind, target, why }) => ({ flag: `--allow-${kind}=${target}`, why })),
    superfluous: [
      ...NEVER.filter(([, descriptor]) => query(descriptor)).map(([flag]) => flag),
      ...KINDS.flatMap((kind) =>
        query(descriptorOf(kind)) ? [`--allow-${kind} without a list`] : unneeded(kind, needs, flags ?? "")
      ),
    ],
  };
}

function unneeded(kind: Kind, needs: readonly Need[], flags: string): readonly string[] {
  const wanted = needs.filter((need) => need.kind === kind);
  const allowed = allowedBy(flags, kind);
  return (allowed === "all" ? [] : allowed)
    .filter((given) => !wanted.some(({ target }) => covers(kind, given, target)))
    .map((given) => `--allow-${kind}=${given}`);
}

function descriptorOf(kind: Kind, target?: string): Deno.PermissionDescriptor {
  if (target === undefined) return { name: kind };
  switch (kind) {
    case "net":
      return { name: kind, host: target };
    case "env":
      return { name: kind, variable: target };
    default:
      return { name: kind, path: target };
  }
}

function granted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}
