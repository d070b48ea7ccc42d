import { type Kind, KINDS, type Need } from "./need.ts";

/** What no flag can hold: Deno takes a comma for the end of a target, the launcher white space for the end of a flag. */
const UNFIT = /[\s,]/;

/** The `--allow-…` flags for these needs, one a kind. Throws for a target that no flag can hold. */
export function allowFlags(needs: readonly Need[]): readonly string[] {
  return KINDS.flatMap((kind) => {
    const targets = needs.filter((need) => need.kind === kind).map(({ target }) => plain(kind, target));
    const list = [...new Set(targets)];
    const needed = list.filter((target) => !list.some((other) => other !== target && covers(kind, other, target)));
    return needed.length === 0 ? [] : [`--allow-${kind}=${needed.join(",")}`];
  });
}

/** What a command line allows of one kind: its targets, "all", or nothing. Words may stand in single quotes. */
export function allowedBy(command: string, kind: Kind): readonly string[] | "all" {
  const words = command.split(/\s+/).map((word) => word.replace(/^'(.*)'$/, "$1"));
  const letter = { net: "-N", read: "-R", write: "-W", env: "-E" }[kind];
  if (words.some((word) => word === "-A" || word === "--allow-all")) return "all";
  const given: string[] = [];
  for (const word of words) {
    const [flag, list] = word.split(/=(.*)/s);
    if (flag !== `--allow-${kind}` && flag !== letter) continue;
    if (list === undefined) return "all";
    given.push(...list.split(","));
  }
  return given;
}

/** Whether a command line allows it. Paths are told apart by name: links are not followed. */
export function grants(command: string, { kind, target }: Need): boolean {
  const allowed = allowedBy(command, kind);
  return allowed === "all" || allowed.some((given) => covers(kind, given, target));
}

/** Whether what is given for one target is enough for another: a folder for what is in it, a host for its ports. */
export function covers(kind: Kind, given: string, target: string): boolean {
  if (kind === "env") return given.endsWith("*") ? target.startsWith(given.slice(0, -1)) : given === target;
  if (kind !== "net") {
    const [outer, inner] = [absolute(given), absolute(target)];
    return inner === outer || inner.startsWith(outer === "/" ? outer : `${outer}/`);
  }
  const [host, port] = split(given);
  const [wantedHost, wantedPort] = split(target);
  const hostFits = host.startsWith("*.") ? wantedHost.endsWith(host.slice(1)) : host === wantedHost;
  return hostFits && (port === "" || port === wantedPort);
}

function plain(kind: Kind, target: string): string {
  if (UNFIT.test(target)) {
    throw new Error(`Cannot allow ${kind} of ${JSON.stringify(target)}: a name without spaces and commas expected`);
  }
  return kind === "net" || kind === "env" ? target : target.replace(/(?<=.)\/+$/, "");
}

function split(authority: string): readonly [string, string] {
  const [, host = authority, port = ""] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(authority) ?? [];
  return [host, port];
}

function absolute(path: string): string {
  const base = new URL(`file://${Deno.cwd()}/`);
  return decodeURIComponent(new URL(path.replaceAll("%", "%25"), base).pathname).replace(/(?<=.)\/$/, "");
}
