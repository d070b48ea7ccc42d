import { Status } from "./status.ts";

/** RPCs that have ended, by status: what a method's RPCs count themselves in. */
export type StatusCounts = Float64Array;

const STATUSES = Object.entries(Status);

/** Counts the RPCs that have ended, by method and status. A path that is no method of the server's is "other". */
export class RpcTally {
  readonly #methods: ReadonlyMap<string, StatusCounts>;
  readonly #other: StatusCounts = new Float64Array(STATUSES.length);

  constructor(methods: Iterable<string>) {
    this.#methods = new Map([...methods].map((path) => [path, new Float64Array(STATUSES.length)]));
  }

  /** Where the RPCs of a path are counted. */
  of(path: string): StatusCounts {
    return this.#methods.get(path) ?? this.#other;
  }

  /** Every count that is not zero, with the status by its name: "OK". */
  *counts(): Generator<readonly [method: string, status: string, count: number]> {
    for (const [method, counts] of [...this.#methods, ["other", this.#other] as const]) {
      for (const [name, status] of STATUSES) if (counts[status]! > 0) yield [method, name, counts[status]!];
    }
  }
}
