import type { Clock } from "../lib/clock.ts";
import { FILTERS, STORE_OPTIONS, type StoreAction } from "./command_options.ts";
import { EXPORT_FORMATS, type ExportFormat } from "./store.ts";
import { makeFile } from "./new_file.ts";
import { StoredFile } from "./stored_file.ts";
import { tellExamination } from "./examination.ts";
import { type Trouble, troubleOf } from "./trouble.ts";

/** What the command needs from outside. */
export interface StoreCommandDeps {
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
  /** Where an export goes that has no file. */
  readonly out: WritableStream<Uint8Array>;
  readonly clock: Clock;
  /** Tells calls as text. `format`: how; `given`: the filters, by name. Throws for those that it does not know. */
  readonly exportCalls: (
    source: { readonly store: Pick<StoredFile, "calls" | "state">; readonly clock: Clock },
    format: ExportFormat,
    given: Readonly<Record<string, string>>,
  ) => Promise<ReadableStream<Uint8Array>>;
}

/** What the command line says, by the names of the options. */
export type StoreFlags = Readonly<Record<string, string | boolean | undefined>>;

const DOING: Readonly<Record<StoreAction, string>> = {
  export: "export calls",
  backup: "make a copy",
  check: "check the store",
};

/** The command line asks for something that cannot be. */
export class StoreUsageError extends Error {
  override readonly name = "StoreUsageError";
}

/**
 * Does one thing with a database, which a gateway may be writing to meanwhile. `configured`: its path, if the store is on.
 * Returns the exit code: 0 when all is well, 1 when it failed or `check` found something. Throws a StoreUsageError, and what
 * `exportCalls` throws for the filters.
 */
export async function runStoreCommand(
  action: StoreAction,
  configured: string | undefined,
  flags: StoreFlags,
  deps: StoreCommandDeps,
): Promise<number> {
  refuseForeign(action, flags);
  const path = textOf(flags.file) ?? configured;
  const out = textOf(flags.out);
  if (path === undefined) throw new StoreUsageError("store.enabled is false: name a database with --file");
  if (action === "backup" && out === undefined) throw new StoreUsageError("store backup needs --out FILE");
  const show = (data: Record<string, unknown>, lines: readonly string[]) =>
    flags.json === true
      ? deps.print(JSON.stringify({ action, file: path, ...data }, undefined, 2))
      : lines.forEach((line) => deps.print(line));
  const write = (fill: (draft: string) => Promise<void>) => writeOut(out!, flags.force === true, fill);
  try {
    using stored = StoredFile.open(path, deps.clock);
    switch (action) {
      case "check": {
        const found = stored.examine();
        const ok = found.problems.length === 0;
        show({ ok, ...tellExamination(found).data }, tellExamination(found).lines(path));
        return ok ? 0 : 1;
      }
      case "backup": {
        await write((draft) => stored.copy(draft));
        const { size: bytes } = await Deno.stat(out!);
        show({ ok: true, out, bytes }, [`${path} was copied to ${out}: ${bytes} bytes, every page looked at`]);
        return 0;
      }
      case "export": {
        const calls = await deps.exportCalls({ store: stored, clock: deps.clock }, formatOf(flags), filtersOf(flags));
        if (out === undefined) {
          await calls.pipeTo(deps.out);
          return 0;
        }
        await write(async (draft) => {
          using file = await Deno.open(draft, { write: true });
          await calls.pipeTo(file.writable);
        });
        deps.print(`The calls were written to ${out}`);
        return 0;
      }
    }
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return 0; // whoever reads has enough
    const fault = error instanceof OutputFault ? error : databaseFault(path, error);
    if (fault === undefined) throw error;
    const message = `Cannot ${DOING[action]}: ${fault.message}`;
    if (flags.json === true) show({ ok: false, error: { code: fault.code, message } }, []);
    else deps.printError(`${message} [${fault.code}]`);
    return 1;
  }
}

/** What is to be written could not be. */
class OutputFault extends Error {
  constructor(message: string, readonly code: Trouble["code"] = "STORE-OUTPUT") {
    super(message);
  }
}

/** Makes a file. Throws an OutputFault when that is what failed, and otherwise what `fill` throws. */
async function writeOut(path: string, replace: boolean, fill: (draft: string) => Promise<void>): Promise<void> {
  try {
    await makeFile(path, { replace }, fill);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new OutputFault(`${path} is there already: --force replaces it`);
    }
    if (error instanceof Deno.errors.NotFound) throw new OutputFault(`there is no folder for ${path}`);
    if (error instanceof Deno.errors.NotCapable) {
      throw new OutputFault(
        `${path} may not be written: the start command needs --allow-read and --allow-write for it`,
      );
    }
    const trouble = troubleOf(error);
    if (trouble?.code === "STORE-FULL") throw new OutputFault(`${path} ${trouble.why}`, trouble.code);
    if (trouble?.code === "STORE-CORRUPT") throw error;
    throw new OutputFault(`${path} cannot be written: ${error instanceof Error ? error.message : error}`);
  }
}

/** What an error says of the database; undefined for one that says nothing of it. */
function databaseFault(path: string, error: unknown): Pick<OutputFault, "code" | "message"> | undefined {
  if (error instanceof Deno.errors.NotFound) return { code: "STORE-MISSING", message: `there is no database ${path}` };
  const trouble = troubleOf(error);
  return trouble && { code: trouble.code, message: `the database ${path} ${trouble.why}` };
}

function refuseForeign(action: StoreAction, flags: StoreFlags): void {
  const foreign = STORE_OPTIONS.find(({ name, of }) => flags[name] !== undefined && !of.includes(action));
  if (foreign) throw new StoreUsageError(`--${foreign.name} is for store ${foreign.of.join(" and store ")}`);
}

function formatOf({ format = "csv" }: StoreFlags): ExportFormat {
  const known = EXPORT_FORMATS.find((each) => each === format);
  if (known === undefined) {
    throw new StoreUsageError(`--format: expected ${EXPORT_FORMATS.join(", ")}: received "${format}"`);
  }
  return known;
}

function filtersOf(flags: StoreFlags): Readonly<Record<string, string>> {
  return Object.fromEntries(
    FILTERS.flatMap((name) => {
      const value = textOf(flags[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function textOf(value: string | boolean | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
