import type { Span } from "../lib/span.ts";
import type { Method, Rpc, RpcListener } from "../grpc/server.ts";
import { GrpcError, Status } from "../grpc/status.ts";

/** A caller that is not let in. */
export interface Refused {
  /** One word out of a few. */
  readonly reason: string;
  /** A sentence for the caller. */
  readonly message: string;
  /** Whether another try may succeed. */
  readonly temporary: boolean;
}

/** A caller that is let in. */
export interface Caller {
  /** Why it may not call for an organization; undefined when it may. */
  refusalFor(orgId: string): Refused | undefined;
}

/** Decides who may call. */
export interface Gate {
  /** Decides about the bearer of an `authorization` value, at once when everything is known. Never rejects. */
  admit(authorization: string | undefined, peer: string): Caller | Refused | Promise<Caller | Refused>;
}

/** Takes an RPC of a caller that was let in. A throw ends the RPC as `Rpc.fail` does. */
export type GuardedMethod = (rpc: Rpc, caller: Caller) => RpcListener;

/** RPCs that may wait for a decision at one time. */
const MOST_WAITING = 2000;

const ANYBODY: Caller = { refusalFor: () => undefined };

/** Hands RPCs to methods once their callers are let in, and ends those of others with UNAUTHENTICATED. */
export class Guard {
  #waiting = 0;

  /** Without a gate everybody is let in. */
  constructor(readonly gate: Gate | undefined) {}

  /** The method behind the gate. */
  method(open: GuardedMethod): Method {
    const { gate } = this;
    if (gate === undefined) return (rpc) => open(rpc, ANYBODY);
    return (rpc) => {
      const admission = gate.admit(rpc.metadata.get("authorization"), rpc.peer);
      if (!(admission instanceof Promise)) return open(rpc, admitted(admission));
      if (this.#waiting >= MOST_WAITING) {
        throw new GrpcError(Status.UNAVAILABLE, "too many callers wait to be let in");
      }
      this.#waiting++;
      return new Waiting(rpc, { admission, open, left: () => void this.#waiting-- });
    };
  }
}

/** Throws GrpcError UNAUTHENTICATED when the caller may not call for the organization. */
export function checkOrg(caller: Caller, orgId: string): void {
  const refused = caller.refusalFor(orgId);
  if (refused !== undefined) throw errorOf(refused);
}

/** An RPC on hold until its caller is judged; from then on its method hears it. */
class Waiting implements RpcListener {
  #method: RpcListener | undefined;
  #leave: (() => void) | undefined;

  constructor(
    readonly rpc: Rpc,
    { admission, open, left }: {
      readonly admission: Promise<Caller | Refused>;
      readonly open: GuardedMethod;
      readonly left: () => void;
    },
  ) {
    this.#leave = left;
    rpc.pause();
    admission.then((decided) => this.#decide(decided, open));
  }

  message(bytes: Span): void {
    this.#method!.message(bytes);
  }

  halfClosed(): void {
    this.#method!.halfClosed();
  }

  cancelled(): void {
    this.#stopWaiting();
    this.#method?.cancelled();
  }

  drained(): void {
    this.#method?.drained?.();
  }

  #decide(decided: Caller | Refused, open: GuardedMethod): void {
    if (!this.#stopWaiting()) return;
    try {
      this.#method = open(this.rpc, admitted(decided));
    } catch (error) {
      return this.rpc.fail(error);
    }
    this.rpc.resume();
  }

  /** Whether the RPC was still waiting. */
  #stopWaiting(): boolean {
    const leave = this.#leave;
    this.#leave = undefined;
    leave?.();
    return leave !== undefined;
  }
}

function admitted(admission: Caller | Refused): Caller {
  if ("reason" in admission) throw errorOf(admission);
  return admission;
}

function errorOf({ reason, message, temporary }: Refused): GrpcError {
  return new GrpcError(temporary ? Status.UNAVAILABLE : Status.UNAUTHENTICATED, `${reason}: ${message}`);
}
