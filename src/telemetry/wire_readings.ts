import type { Reading } from "./reading.ts";

/** What the gRPC port counts. */
export interface WireNumbers {
  readonly connections: number;
  readonly counters: {
    readonly connections: number;
    readonly refusedConnections: number;
    readonly evictedConnections: number;
    readonly silentConnections: number;
    readonly failedAccepts: number;
    readonly streams: number;
    readonly refusedStreams: number;
    readonly stalledStreams: number;
    readonly openStreams: number;
    readonly bytesReceived: number;
    readonly bytesSent: number;
    readonly offences: Readonly<Record<string, number>>;
  };
  readonly tally: { counts(): Iterable<readonly [method: string, status: string, count: number]> };
}

/** The numbers of the gRPC port. */
export function wireReadings(wire: WireNumbers): readonly Reading[] {
  const { counters } = wire;
  const counter = (name: string, help: string, read: () => number): Reading => ({ name, help, type: "counter", read });
  return [
    {
      name: "byova_rpcs",
      help: "RPCs that are over, by method and status.",
      type: "counter",
      labels: ["method", "status"],
      read: () => [...wire.tally.counts()].map(([method, status, count]) => [[method, status], count]),
    },
    {
      name: "byova_wire_connections_open",
      help: "Connections that are open.",
      type: "gauge",
      read: () => wire.connections,
    },
    counter("byova_wire_connections_accepted", "Connections accepted.", () => counters.connections),
    counter(
      "byova_wire_connections_refused",
      "Connections closed as they came: too many from everybody or from one address.",
      () => counters.refusedConnections,
    ),
    counter(
      "byova_wire_connections_evicted",
      "Connections of no use that were closed to make room.",
      () => counters.evictedConnections,
    ),
    counter(
      "byova_wire_connections_silent",
      "Connections that gave no sign of life when asked for one.",
      () => counters.silentConnections,
    ),
    counter(
      "byova_wire_accepts_failed",
      "Times that no connection could be accepted: out of file descriptors, most likely.",
      () => counters.failedAccepts,
    ),
    {
      name: "byova_wire_streams_open",
      help: "Streams that are open.",
      type: "gauge",
      read: () => counters.openStreams,
    },
    counter("byova_wire_streams_opened", "Streams that peers opened.", () => counters.streams),
    counter(
      "byova_wire_streams_refused",
      "Streams refused: too many, or their connection was about to end.",
      () => counters.refusedStreams,
    ),
    counter(
      "byova_wire_streams_stalled",
      "Streams reset because their peers took nothing of what waited for them.",
      () => counters.stalledStreams,
    ),
    {
      name: "byova_wire_offences",
      help: "Connections cut off for what their peers did, by HTTP/2 error code.",
      type: "counter",
      labels: ["code"],
      read: () => Object.entries(counters.offences).map(([code, count]) => [[code], count]),
    },
    counter("byova_wire_received_bytes", "Bytes read, TLS not counted.", () => counters.bytesReceived),
    counter("byova_wire_sent_bytes", "Bytes written, TLS not counted.", () => counters.bytesSent),
  ];
}
