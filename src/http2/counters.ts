import { ErrorCode, nameOfError } from "./errors.ts";

/** What happened on the connections of one listener since it began; whoever measures reads it at any time. */
export class WireCounters {
  /** Connections accepted. */
  connections = 0;
  /** Connections closed as they came, because the server or their address had too many. */
  refusedConnections = 0;
  /** Connections closed to make room: they never greeted, had no stream, or brought nothing. */
  evictedConnections = 0;
  /** Connections that gave no sign of life when asked for one. */
  silentConnections = 0;
  /** Times that no connection could be accepted: out of file descriptors, most likely. */
  failedAccepts = 0;
  /** Streams opened by peers. */
  streams = 0;
  /** Streams refused because there were too many, or because the connection was about to end. */
  refusedStreams = 0;
  /** Streams reset because their peers took nothing of what waited for them. */
  stalledStreams = 0;
  /** Streams that are not over. */
  openStreams = 0;
  /** Connections cut off with ENHANCE_YOUR_CALM. */
  floods = 0;
  /** Bytes read and written, TLS not counted. */
  bytesReceived = 0;
  bytesSent = 0;
  /** Connections ended for what their peers did, by the name of the error code: "PROTOCOL_ERROR". */
  readonly offences: Record<string, number> = {};

  /** Counts a connection that ends for what its peer did. */
  offence(code: ErrorCode): void {
    const name = nameOfError(code);
    this.offences[name] = (this.offences[name] ?? 0) + 1;
    if (code === ErrorCode.ENHANCE_YOUR_CALM) this.floods++;
  }
}
