import type { Method } from "../grpc/server.ts";

/** A request that names what it asks for, in bytes. */
const MOST_BYTES = 4096;

/** A method whose requests are short. Who may call it without a token can have no more than that kept of each. */
export function brief(method: Method): Method {
  return (rpc) => {
    rpc.limitMessages(MOST_BYTES);
    return method(rpc);
  };
}
