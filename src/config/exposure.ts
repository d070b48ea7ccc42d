import { isLoopback } from "../lib/loopback.ts";
import type { Finding } from "./problems.ts";

/** What stands between a port and whoever reaches it. */
export interface Guards {
  /** Whether calls are let in by their Webex token only. */
  readonly validates: boolean;
  /** Whether the dashboard and its API ask for a login. */
  readonly login: boolean;
}

/** The two ports, as far as their reach goes. */
export interface Ports {
  readonly gateway: { readonly host: string };
  readonly monitoring: { readonly enabled: boolean; readonly host: string };
}

/** Names every port that reaches beyond this machine and has no guard. */
export function exposed({ gateway, monitoring }: Ports, { validates, login }: Guards): Finding[] {
  const found: Finding[] = [];
  if (!isLoopback(gateway.host) && !validates) {
    found.push({
      path: ["gateway", "host"],
      message: `${JSON.stringify(gateway.host)} opens the gRPC port beyond this machine without token validation`,
    });
  }
  if (monitoring.enabled && !isLoopback(monitoring.host) && !login) {
    found.push({
      path: ["monitoring", "host"],
      message: `${JSON.stringify(monitoring.host)} opens the dashboard beyond this machine without a login`,
    });
  }
  return found;
}

/** What an operator can do about an exposed port. */
export const REMEDY = "bind 127.0.0.1 behind a proxy, or say insecure: true (or --insecure)";
