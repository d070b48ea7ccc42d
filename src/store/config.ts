import * as z from "zod";
import { byteSize, flag, number, someText, whole } from "../lib/scalars.ts";

const DAY_MS = 86_400_000;
const PATH = "expected the path of a file (to remember nothing, set enabled: false)";

/** Whether SQLite takes a text for a path, and not for a database in memory or for a URI (sqlite.org/uri.html). */
function isPath(text: string): boolean {
  return !/^(:|file:)/i.test(text);
}

/** The section `store` of the configuration. */
export const storeConfig = z.strictObject({
  enabled: flag().default(true),
  file: someText().refine(isPath, PATH).default("data/gateway.db"),
  keep_days: number(0.01, 36_500).default(60),
  max_bytes: byteSize().prefault("4GB"),
  log_lines: whole(0, 10_000_000).default(200_000),
});

/** What the gateway remembers, where and for how long. */
export interface StoreOptions {
  /** The database's path. */
  readonly file: string;
  readonly keepMs: number;
  readonly maxBytes: number;
  readonly logLines: number;
}

/** Returns what is to be remembered; undefined when nothing is. */
export function readStore(section: z.output<typeof storeConfig>): StoreOptions | undefined {
  const { enabled, file, keep_days, max_bytes: maxBytes, log_lines: logLines } = section;
  return enabled ? { file, keepMs: Math.round(keep_days * DAY_MS), maxBytes, logLines } : undefined;
}
