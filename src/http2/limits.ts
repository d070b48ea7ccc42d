/** Everything that bounds what peers may ask of one end. Times are in ms, sizes in bytes. */
export interface Http2Limits {
  /** Connections at once. A full server closes one that never greeted, or that has no stream, before it refuses another. */
  readonly maxConnections: number;
  /** Connections at once from one address; a load balancer's address may bring everybody. */
  readonly maxConnectionsPerPeer: number;
  /** Connections at once that have not greeted yet, which takes a round trip or two; the oldest goes for a newcomer. */
  readonly maxStrangers: number;
  /** Connections at once that have greeted and asked for nothing yet; the oldest goes for a newcomer. */
  readonly maxUnused: number;
  /** Streams that the peer may have open at once on one connection. */
  readonly maxConcurrentStreams: number;
  /** Streams at once on all connections. A full server closes a connection whose streams bring nothing before it refuses one. */
  readonly maxStreams: number;
  /** Largest header list taken, counted as in RFC 9113 §6.5.2. */
  readonly maxHeaderListBytes: number;
  /** Largest header block taken as it travels, in HEADERS and CONTINUATIONs; more is a flood (CVE-2024-27316). */
  readonly maxHeaderBlockBytes: number;
  /** CONTINUATIONs of one header block. */
  readonly maxContinuations: number;
  /** Parameters of one SETTINGS frame. */
  readonly maxSettings: number;
  /** Tokens that one address has for frames that carry no work (`Cost` in budget.ts) … */
  readonly controlBurst: number;
  /** … and how many it gets back in a second. */
  readonly controlPerSecond: number;
  /** Bytes of waiting DATA above which `Http2Stream.send` returns false. */
  readonly highWaterBytes: number;
  /** The same, in pieces given to `send` that wait. */
  readonly highWaterMessages: number;
  /** Time for TLS, the preface and SETTINGS. */
  readonly handshakeTimeoutMs: number;
  /**
   * A peer that takes none of what waits for it for this long is cut off: a stream or the connection. So is one that has
   * begun a frame or a header block and brings no whole frame for this long.
   */
  readonly stallTimeoutMs: number;
  /** A connection that was silent for this long is asked for a sign of life by PING; Infinity for never. */
  readonly keepaliveMs: number;
  /** Time for that sign of life: any frame counts. */
  readonly keepaliveTimeoutMs: number;
  /** Age at which a connection takes no new streams, give or take a tenth, so that not all go at once; Infinity for none. */
  readonly maxAgeMs: number;
  /** Time that streams then have to finish. */
  readonly maxAgeGraceMs: number;
}

/** What Webex Contact Center, Envoy and load balancers never meet. */
export const HTTP2_LIMITS: Http2Limits = {
  maxConnections: 12_000,
  maxConnectionsPerPeer: 12_000,
  maxStrangers: 1000,
  maxUnused: 2000,
  maxConcurrentStreams: 1000,
  maxStreams: 20_000,
  maxHeaderListBytes: 16_384,
  maxHeaderBlockBytes: 32_768,
  maxContinuations: 8,
  maxSettings: 32,
  controlBurst: 4000,
  controlPerSecond: 400,
  highWaterBytes: 65_536,
  highWaterMessages: Infinity,
  handshakeTimeoutMs: 5000,
  stallTimeoutMs: 15_000,
  keepaliveMs: 30_000,
  keepaliveTimeoutMs: 20_000,
  maxAgeMs: Infinity,
  maxAgeGraceMs: 600_000,
};
