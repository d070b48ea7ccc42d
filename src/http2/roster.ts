import { type Linked, LinkedList } from "../lib/linked_list.ts";

/** What the roster has to know of a connection. */
export interface Listed<C extends Linked<C>> extends Linked<C> {
  /** Bytes read of late. */
  readonly recentBytes: number;
  /** Streams that are not over. */
  readonly openStreams: number;
}

/** A connection whose peer has lately sent less than this for each of its open streams may go when there is no room. */
const LEAST_BYTES_PER_STREAM = 1024;

/** The connections of a server, by what they are good for. One that was removed does not come back. */
export class Roster<C extends Listed<C>> {
  /** Not greeted yet, the oldest first. */
  readonly #strangers = new LinkedList<C>();
  /** Greeted, and has not had a stream yet; the oldest first. */
  readonly #fresh = new LinkedList<C>();
  /** Has had streams and has none now, the longest so first. */
  readonly #idle = new LinkedList<C>();
  readonly #busy = new LinkedList<C>();

  get size(): number {
    return this.#strangers.size + this.#fresh.size + this.#idle.size + this.#busy.size;
  }

  /** The oldest of those that have not greeted, when they are more than `most`. */
  strangerBeyond(most: number): C | undefined {
    return oldestBeyond(this.#strangers, most);
  }

  /** The oldest of those that have not had a stream yet, when they are more than `most`. */
  freshBeyond(most: number): C | undefined {
    return oldestBeyond(this.#fresh, most);
  }

  add(connection: C): void {
    this.#strangers.append(connection);
  }

  /** It has greeted, or its last stream is over. */
  idle(connection: C): void {
    if (this.#strangers.remove(connection)) this.#fresh.append(connection);
    else if (this.#busy.remove(connection)) this.#idle.append(connection);
  }

  /** It has its first stream. */
  busy(connection: C): void {
    if (this.#fresh.remove(connection) || this.#idle.remove(connection)) this.#busy.append(connection);
  }

  remove(connection: C): void {
    connection.list?.remove(connection);
  }

  /** The one to close for a newcomer: a stranger, else one without a stream so far, without one now, of least use; or none. */
  dispensable(): C | undefined {
    return this.#strangers.first ?? this.#fresh.first ?? this.#idle.first ?? this.leastUseful();
  }

  /** Of those with streams the one whose peer sends the least for them, if it is next to nothing. */
  leastUseful(): C | undefined {
    let least: C | undefined;
    let leastBytes = LEAST_BYTES_PER_STREAM;
    for (const connection of this.#busy) {
      const bytes = connection.recentBytes / connection.openStreams;
      if (bytes >= leastBytes) continue;
      least = connection;
      leastBytes = bytes;
    }
    return least;
  }
}

function oldestBeyond<C extends Linked<C>>({ size, first }: LinkedList<C>, most: number): C | undefined {
  return size > most ? first : undefined;
}
