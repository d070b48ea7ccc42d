import type * as z from "zod";
import { dataSourceProblems } from "./auth/byods/config.ts";
import { loginProblems } from "./auth/login/config.ts";
import { chooseConnectors } from "./config/connectors.ts";
import { type ConfigDocument, type Path, type Problem, readDocument } from "./config/document.ts";
import { fetchIndirect, type Outside, reason, substitute } from "./config/environment.ts";
import { type Setting, settingsOf } from "./config/effective.ts";
import { exposed, guardsOf, nobodyLogsIn, unvalidated } from "./config/exposure.ts";
import { type Origin, originsOf, type Overridden, override } from "./config/origins.ts";
import { expectation, type Finding, findings } from "./config/problems.ts";
import { reservations } from "./config/reservations.ts";
import { fileSchema } from "./config/schema.ts";
import { type Config, toConfig } from "./config/settings.ts";
import { valueAt } from "./config/tree.ts";
import type { ErrorCode } from "./lib/error_codes.ts";

export type { Origin } from "./config/origins.ts";
export type { Config, ConnectorConfig, TlsFiles } from "./config/settings.ts";
export { type Override, OVERRIDES } from "./config/overrides.ts";

/** Read when nothing names another file; need not exist. */
const USUAL_FILE = "config/config.yaml";

/** Everything that is wrong with a configuration, one line each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  /** `codes`: that of each problem, in the same order. */
  constructor(readonly problems: readonly string[], readonly codes: readonly ErrorCode[]) {
    super(problems.join("\n"));
  }
}

/** What was looked at, or may be, to put a configuration together. */
export interface Asked {
  readonly kind: "env" | "read";
  /** The name of a variable, or the path of a file. */
  readonly target: string;
  readonly why: string;
}

/** A configuration that can be used. */
export interface LoadedConfig {
  readonly config: Config;
  /** What the operator should know, one line each. */
  readonly warnings: readonly string[];
  /** Where each value came from, by dotted key as the file spells it, such as `gateway.port`. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Every value with where it came from, secrets masked. */
  readonly settings: readonly Setting[];
  /** The files and variables that it comes from, also those that were not there. */
  readonly asked: readonly Asked[];
}

/** What `loadConfig` needs from outside. */
export interface ConfigSources extends Outside {
  /** The file to read; without it GATEWAY_CONFIG, then config/config.yaml if there is one. */
  readonly file?: string;
  /** What the command line says, by dotted key (see `OVERRIDES`). */
  readonly overrides?: Readonly<Record<string, string | boolean>>;
  /** The schema of every connector that the program carries, by kind; each refuses keys it does not know. */
  readonly kinds: ReadonlyMap<string, z.ZodType>;
  /** Whether the `data_source` section must be fit for use although it is not enabled. */
  readonly needsDataSource?: boolean;
}

/**
 * Puts the configuration together: the command line over the environment over the file over the defaults. `${NAME}`
 * in a text of the file is an environment variable, `$${` a plain `${`.
 *
 * Throws a ConfigError that lists every problem of the file, or of its YAML if that cannot be parsed.
 */
export async function loadConfig(sources: ConfigSources): Promise<LoadedConfig> {
  const { kinds, overrides = {}, needsDataSource = false } = sources;
  const asked: Asked[] = [];
  const asking = (why: string): Outside => ({
    env: (name) => {
      asked.push({ kind: "env", target: name, why });
      return sources.env(name);
    },
    readTextFile: (path) => {
      asked.push({ kind: "read", target: path, why });
      return sources.readTextFile(path);
    },
  });
  const { name, text, warnings } = await readFile(sources.file, asking("the configuration"));
  const read = readDocument(name, text);
  if ("problems" in read) throw refusal(read.problems);
  const { document } = read;

  const found: Finding[] = [];
  const report = (finding: Finding) => void found.push(finding);
  const reportAs = (code: ErrorCode) => (finding: Finding) => report({ code, ...finding });
  const chosen = chooseConnectors(document.written.connectors, kinds);
  chosen.problems.forEach(reportAs("CFG-CONNECTOR"));
  const schema = fileSchema(Object.fromEntries([...chosen.kinds].map(([id, kind]) => [id, kinds.get(kind)!])));
  const tree = substitute(
    { ...document.written, connectors: chosen.entries },
    asking("${NAME} in the configuration").env,
    reportAs("CFG-VARIABLE"),
  ) as Record<
    string,
    unknown
  >;
  const fetched = await fetchIndirect(
    schema,
    tree,
    asking("a value or secret of the configuration"),
    reportAs("CFG-VARIABLE"),
  );
  const overridden = override(tree, asking("wins over the configuration").env, overrides);

  const result = schema.safeParse(tree, { error: expectation });
  if (!result.success) {
    const blamed = new Set(found.map(({ path }) => path.join(".").replace(/_(env|file)$/, "")));
    const written = (path: Path) => valueAt(overridden.set.has(path.join(".")) ? tree : document.written, path);
    findings(result.error.issues, schema, written).filter(({ path }) => !blamed.has(path.join("."))).forEach(report);
  }
  if (result.success && (result.data.data_source.enabled || needsDataSource)) {
    const { data_source: section, jwt_validation: expected } = result.data;
    dataSourceProblems(section, expected).forEach(({ path, message }) =>
      report({ path: ["data_source", ...path], message })
    );
  }
  if (result.success) {
    loginProblems(result.data.authentication).forEach(({ path, message }) =>
      report({ path: ["authentication", ...path], message })
    );
  }
  const reach = reachOf(schema, tree);
  const open = reach
    ? [
      ...exposed(reach, guardsOf(reach)),
      ...unvalidated(reach.jwt_validation),
      ...nobodyLogsIn(reach.authentication),
    ]
    : [];
  if (!reach?.insecure) {
    open.forEach(({ path, message, remedy }) =>
      report({ code: "CFG-EXPOSED", path, message: `${message}: ${remedy}` })
    );
  }
  if (found.length > 0 || !result.success) {
    throw refusal(found.map((finding) => locate(finding, name, document, overridden)));
  }
  const origins = originsOf(schema, { name, document }, overridden, fetched);
  return {
    config: toConfig(result.data, chosen.kinds),
    warnings: [
      ...warnings,
      ...chosen.warnings,
      ...reservations(result.data),
      ...open.map(({ path, message }) => `${path.join(".")}: ${message}, as insecure: true allows`),
    ],
    origins,
    settings: settingsOf(schema, result.data, origins),
    asked,
  };
}

/** The configuration as anybody may see it: plain JSON values, secrets as dots. */
export function maskedConfig(config: Config): Record<string, unknown> {
  return JSON.parse(JSON.stringify(config));
}

async function readFile(file: string | undefined, { env, readTextFile }: Outside) {
  const named = file ?? (env("GATEWAY_CONFIG") || undefined);
  const name = named ?? USUAL_FILE;
  try {
    return { name, text: await readTextFile(name), warnings: [] };
  } catch (error) {
    if (named === undefined && error instanceof Deno.errors.NotFound) {
      return { name, text: "", warnings: [`There is no ${name}: every value that nothing else gives is the default`] };
    }
    throw new ConfigError([`${name}: cannot be read: ${reason(error)}`], ["CFG-UNREADABLE"]);
  }
}

/** What decides about exposure, if those sections can be read, whatever the others hold. */
function reachOf(
  schema: ReturnType<typeof fileSchema>,
  { insecure, gateway, monitoring, jwt_validation, authentication }: Record<string, unknown>,
) {
  const part = schema.pick({
    insecure: true,
    gateway: true,
    monitoring: true,
    jwt_validation: true,
    authentication: true,
  });
  return part.safeParse({ insecure, gateway, monitoring, jwt_validation, authentication }).data;
}

/** Gives a finding its place: the flag, the variable, or the line and column of the file. */
function locate(
  { code = "CFG-VALUE", path, message }: Finding,
  name: string,
  document: ConfigDocument,
  { set }: Overridden,
): Problem {
  const key = path.map((step) => typeof step === "number" ? `[${step}]` : `.${step}`).join("").slice(1);
  const setter = set.get(key);
  if (setter) return { code, offset: -1, text: `${setter.name} ${key}: ${message}` };
  const { line, column, offset } = document.place(path);
  const place = document.has(path.slice(0, 1)) ? `${name}:${line}:${column}` : name;
  return { code, offset, text: `${place} ${key}: ${message}` };
}

function refusal(problems: readonly Problem[]): ConfigError {
  const sorted = [...problems].sort((a, b) => a.offset - b.offset);
  const byText = new Map(sorted.map(({ text, code }) => [text, code]));
  return new ConfigError([...byText.keys()], [...byText.values()]);
}
