/** The bytes of one connection. `Deno.TcpConn` and `Deno.TlsConn` are transports. */
export interface Transport {
  /** Reads up to `into.length` bytes; resolves with their number, or with null at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes some of `bytes`; resolves with how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Tells the peer that no more bytes come. */
  closeWrite(): Promise<void>;
  /** Ends both directions; pending reads and writes reject or resolve with null. */
  close(): void;
}
