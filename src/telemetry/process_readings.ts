import type { Reading } from "./reading.ts";

/** What the gateway knows of itself. */
export interface ProcessNumbers {
  readonly version: string;
  /** In ms since 1970. */
  readonly startedAt: number;
  /** In bytes, as `Deno.memoryUsage` tells it. */
  memory(): { readonly rss: number; readonly heapTotal: number; readonly heapUsed: number };
  liveCalls(): number;
  droppedEvents(): number;
  lostLogLines(): number;
}

/** The numbers of the gateway as a whole. */
export function processReadings(own: ProcessNumbers): readonly Reading[] {
  return [
    {
      name: "byova_build_info",
      help: "Always 1; the label tells the version.",
      type: "gauge",
      labels: ["version"],
      read: () => [[[own.version], 1]],
    },
    {
      name: "process_start_time_seconds",
      help: "When the gateway started, in seconds since 1970.",
      type: "gauge",
      read: () => own.startedAt / 1000,
    },
    {
      name: "process_resident_memory_bytes",
      help: "Memory of the process that is in RAM.",
      type: "gauge",
      read: () => own.memory().rss,
    },
    {
      name: "byova_heap_bytes",
      help: "Heap of the JavaScript engine.",
      type: "gauge",
      labels: ["state"],
      read: () => {
        const { heapTotal, heapUsed } = own.memory();
        return [[["total"], heapTotal], [["used"], heapUsed]];
      },
    },
    { name: "byova_calls_live", help: "Calls that are going on.", type: "gauge", read: () => own.liveCalls() },
    {
      name: "byova_events_dropped",
      help:
        "Events of calls that were lost since too many came at once: numbers and pages are short of them, calls are not.",
      type: "counter",
      read: () => own.droppedEvents(),
    },
    {
      name: "byova_log_lines_lost",
      help: "Log lines that could not be written.",
      type: "counter",
      read: () => own.lostLogLines(),
    },
  ];
}
