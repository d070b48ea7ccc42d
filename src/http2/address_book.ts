import type { Clock } from "../lib/clock.ts";
import { type TokenLimits, TokenPool } from "./budget.ts";

/** Addresses without a connection that are remembered because their tokens are not yet back. */
const MOST_RESTING = 4096;

/** What one address has on this server. */
export interface AddressEntry {
  readonly key: string;
  readonly pool: TokenPool;
  connections: number;
}

/** The addresses that connections come from. One that has spent its tokens is remembered when its connections are gone. */
export class AddressBook {
  readonly #clock: Clock;
  readonly #limits: TokenLimits | undefined;
  readonly #entries = new Map<string, AddressEntry>();
  /** Those without a connection, the longest so first. */
  readonly #resting = new Set<AddressEntry>();

  constructor(clock: Clock, limits?: TokenLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Number of addresses known. */
  get size(): number {
    return this.#entries.size;
  }

  /** Counts a connection from `address`, such as "192.0.2.1". */
  open(address: string): AddressEntry {
    const key = networkOf(address);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { key, pool: new TokenPool(this.#clock, this.#limits), connections: 0 };
      this.#entries.set(key, entry);
    }
    this.#resting.delete(entry);
    entry.connections++;
    return entry;
  }

  /** Counts the end of a connection. */
  close(entry: AddressEntry): void {
    entry.connections--;
    if (entry.connections > 0) return;
    if (entry.pool.full) {
      this.#entries.delete(entry.key);
      return;
    }
    this.#resting.add(entry);
    for (const oldest of this.#resting) {
      if (this.#resting.size <= MOST_RESTING && !oldest.pool.full) return;
      this.#resting.delete(oldest);
      this.#entries.delete(oldest.key);
    }
  }
}

/** An IPv4 address as it is; of an IPv6 address the /64 network, whose addresses are all one host's to choose from. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1]!;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const behind = tail === undefined || tail === "" ? [] : tail.split(":");
  while (groups.length + behind.length < 8) groups.push("0");
  return [...groups, ...behind].slice(0, 4).join(":");
}
