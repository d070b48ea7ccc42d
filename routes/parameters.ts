import type { Context } from "hono";
import * as z from "zod";

/** Characters of a parameter that are quoted when it is refused. */
const MOST_QUOTED = 60;

/** A question that cannot be read: which parameter, and what was expected of it. */
export class WrongParameter extends Error {
  override name = "WrongParameter";

  constructor(readonly parameter: string, readonly expected: string, received: string) {
    const quoted = JSON.stringify(received.slice(0, MOST_QUOTED));
    super(`Cannot read the parameter "${parameter}": expected ${expected}: received ${quoted}`);
  }
}

/** Reads the parameters of an address. Throws WrongParameter for the first that is unknown, given twice, or not as it should be. */
export function parametersOf<S extends z.ZodObject>(c: Context, schema: S): z.output<S> {
  const given: Record<string, string> = {};
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (!Object.hasOwn(schema.shape, name)) {
      const known = Object.keys(schema.shape).join(", ");
      throw new WrongParameter(name.slice(0, MOST_QUOTED), known === "" ? "no parameters" : `one of ${known}`, name);
    }
    if (values.length > 1) throw new WrongParameter(name, "it once", values.join(" and "));
    // An empty field of a form asks for nothing.
    if (values[0] !== "") given[name] = values[0]!;
  }
  return readParameters(given, schema);
}

/** Reads parameters, wherever they come from. Throws WrongParameter for the first that is not as it should be. */
export function readParameters<S extends z.ZodObject>(given: Readonly<Record<string, string>>, schema: S): z.output<S> {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0]!;
  const name = String(path[0]);
  throw new WrongParameter(name, message, given[name] ?? "");
}

/** A moment, in ms since 1970. */
export function moment() {
  const expected = "a time in ISO 8601 with its offset, such as 2026-01-31T08:00:00Z";
  return z.string()
    .refine((text) => /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/i.test(text) && !isNaN(Date.parse(text)), expected)
    .transform((text) => Date.parse(text))
    .meta({ format: "date-time" });
}

/** A whole number from `least` to `most`. */
export function count(least: number, most: number) {
  const expected = `a whole number from ${least} to ${most}`;
  return z.string()
    .refine((text) => /^\d{1,15}$/.test(text) && Number(text) >= least && Number(text) <= most, expected)
    .transform(Number)
    .meta({ type: "integer", minimum: least, maximum: most });
}

/** One of a few words. */
export function word<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, `one of ${words.join(", ")}`);
}

/** A text of at most `most` characters. */
export function words(most = 500) {
  return z.string().max(most, `at most ${most} characters`);
}
