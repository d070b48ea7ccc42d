import * as z from "zod";
import { byteSize, flag, number, someText } from "../lib/scalars.ts";

/** The `recordings` section, as the file says it. */
export const recordingsConfig = z.strictObject({
  enabled: flag().default(false),
  folder: someText().default("data/recordings"),
  max_age_days: number(0, 36_500).default(30),
  max_bytes: byteSize().prefault("10GB"),
  max_file_size: byteSize().prefault("100MB"),
});

/** Whether and how calls are recorded. */
export interface RecordingOptions {
  readonly enabled: boolean;
  /** Where the files are. */
  readonly folder: string;
  /** How old a file gets; Infinity for any age. */
  readonly maxAgeMs: number;
  /** How much all files may take, and one of them. */
  readonly maxBytes: number;
  readonly maxFileBytes: number;
}

/** The section in the program's terms. */
export function readRecordings(section: z.output<typeof recordingsConfig>): RecordingOptions {
  return {
    enabled: section.enabled,
    folder: section.folder,
    maxAgeMs: section.max_age_days * 86_400_000 || Infinity,
    maxBytes: section.max_bytes,
    maxFileBytes: section.max_file_size,
  };
}
