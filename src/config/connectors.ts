import * as z from "zod";
import { nearest } from "../lib/suggest.ts";
import type { Finding } from "./problems.ts";
import { isMapping } from "./tree.ts";

/** Python class names of the sample's configuration, and the kinds that stand for them here. */
const CLASSES: ReadonlyMap<string, string> = new Map([
  ["LocalAudioConnector", "local_audio"],
  ["AWSLexConnector", "aws_lex"],
  ["GECXConnector", "gecx"],
  ["DialogflowCXConnector", "dialogflow_cx"],
]);
/** The sample's spelling of a type: our kind with this at its end. */
const SUFFIX = "_connector";
/** Ids become metric labels and parts of keys. */
const ID = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** The connectors that run when the file names none. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  local_audio_connector: { type: "local_audio" },
  echo: { type: "echo" },
};

/** What the file asks for, sorted out. */
export interface ChosenConnectors {
  /** The entries to run, by id, each with a `config`. */
  readonly entries: Record<string, Record<string, unknown>>;
  /** The kind of each, by id. */
  readonly kinds: ReadonlyMap<string, string>;
  readonly problems: readonly Finding[];
  readonly warnings: readonly string[];
}

/**
 * Finds the kind of every entry under `connectors:`, in our spelling or the sample's. A kind that is known but not in
 * `carried` is left out with a warning; a name that nobody knows is a problem. Entries of a wrong form pass unchanged,
 * for the schema to refuse.
 */
export function chooseConnectors(written: unknown, carried: ReadonlyMap<string, z.ZodType>): ChosenConnectors {
  const entries: Record<string, Record<string, unknown>> = {};
  const kinds = new Map<string, string>();
  const problems: Finding[] = [];
  const warnings: string[] = [];
  const named = isMapping(written) && Object.keys(written).length > 0 ? written : DEFAULTS;
  if (written !== undefined && written !== null && !isMapping(written)) {
    problems.push({ path: ["connectors"], message: "expected a mapping of connectors by id" });
  }

  for (const [id, entry] of Object.entries(named)) {
    const path = ["connectors", id];
    if (!ID.test(id)) {
      problems.push({ path, message: "expected an id of letters, digits, _ and -, starting with a letter, up to 64" });
      continue;
    }
    if (!isMapping(entry)) {
      problems.push({ path, message: 'expected a mapping with a type, such as {type: "echo"}' });
      continue;
    }
    const kind = kindOf(entry, carried);
    if (typeof kind !== "string") {
      problems.push({ path: [...path, ...kind.path], message: kind.message });
    } else if (!carried.has(kind)) {
      warnings.push(`connectors.${id}: this version carries no ${kind} connector: it is left out`);
    } else {
      entries[id] = { ...entry, config: entry.config ?? {} };
      kinds.set(id, kind);
    }
  }
  return { entries, kinds, problems, warnings };
}

/** The kind an entry asks for. The class decides where there is one, as in the sample. */
function kindOf(entry: Readonly<Record<string, unknown>>, carried: ReadonlyMap<string, z.ZodType>): string | Finding {
  const known = new Set([...CLASSES.values(), ...carried.keys()]);
  if (typeof entry.class === "string" && entry.class !== "") {
    return CLASSES.get(entry.class) ?? unknown("class", entry.class, CLASSES.keys());
  }
  if (typeof entry.type === "string" && entry.type !== "") {
    const kind = known.has(entry.type) ? entry.type : entry.type.replace(/_connector$/, "");
    return known.has(kind) ? kind : unknown("type", entry.type, [...known, ...[...known].map((name) => name + SUFFIX)]);
  }
  return { path: [], message: `expected a type: one of ${[...carried.keys()].join(", ")}` };
}

function unknown(key: string, value: string, known: Iterable<string>): Finding {
  const names = [...known];
  const meant = nearest(value, names);
  const hint = meant === undefined ? `expected one of ${names.join(", ")}` : `did you mean "${meant}"?`;
  return { path: [key], message: `unknown connector ${key} ${JSON.stringify(value.slice(0, 64))}: ${hint}` };
}
