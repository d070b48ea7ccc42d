interface CallName {
  readonly orgId: string;
  readonly callId: string;
}

let latest: CallName = { orgId: "", callId: "" };
let latestKey = "\n";

/**
 * Which of two calls of one id and organization. What happens is told to many, and often of one call several times in a
 * row: the latest key is kept, since making one is dear.
 */
export function callKey(call: CallName): string {
  if (call.callId !== latest.callId || call.orgId !== latest.orgId) {
    latest = { orgId: call.orgId, callId: call.callId };
    latestKey = `${call.orgId}\n${call.callId}`;
  }
  return latestKey;
}
