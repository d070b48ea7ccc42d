import { type LoginValues, toLogin } from "../auth/login/config.ts";
import { toValidation } from "../auth/validation_config.ts";
import { isLoopback } from "../lib/loopback.ts";
import type { Finding } from "./problems.ts";
import type { FileValues } from "./schema.ts";

/** What stands between a port and whoever reaches it. */
export interface Guards {
  /** Whether calls are let in by their Webex token, or by their client's certificate, only. */
  readonly validates: boolean;
  /** Whether the dashboard and its API ask for a login, or for a client's certificate. */
  readonly login: boolean;
}

/** The two ports, as far as their reach goes. */
export interface Ports {
  readonly gateway: { readonly host: string };
  readonly monitoring: { readonly enabled: boolean; readonly host: string };
}

/** A door that stands open, which only `insecure: true` allows. */
export interface Opening extends Finding {
  /** What an operator can do about it. */
  readonly remedy: string;
}

/** Names every port that reaches beyond this machine and has no guard. */
export function exposed({ gateway, monitoring }: Ports, { validates, login }: Guards): Opening[] {
  const found: Opening[] = [];
  if (!isLoopback(gateway.host) && !validates) {
    found.push({
      path: ["gateway", "host"],
      message: `${JSON.stringify(gateway.host)} opens the gRPC port beyond this machine without token validation`,
      remedy: "enable jwt_validation, require client certificates in gateway.tls, bind 127.0.0.1 behind a proxy, " +
        INSECURE,
    });
  }
  if (monitoring.enabled && !isLoopback(monitoring.host) && !login) {
    found.push({
      path: ["monitoring", "host"],
      message: `${JSON.stringify(monitoring.host)} opens the dashboard beyond this machine without a login`,
      remedy: "set authentication.enabled: true and say who may log in (docs/login.md), " +
        `require client certificates in monitoring.tls, bind 127.0.0.1 behind a proxy, ${INSECURE}`,
    });
  }
  return found;
}

/** Names validation that is asked for and cannot be, since nothing says what tokens are for. */
export function unvalidated(section: FileValues["jwt_validation"]): Opening[] {
  if (!section.enabled || toValidation(section) !== undefined) return [];
  return [{
    path: ["jwt_validation", "enabled"],
    message: "true, but no token is validated: neither datasource_url nor data_sources says what tokens are for",
    remedy: `give the address that is registered with Webex as jwt_validation.datasource_url, ${INSECURE}`,
  }];
}

/** Names a login that is asked for and that nobody can get through. */
export function nobodyLogsIn(section: LoginValues): Opening[] {
  if (!section.enabled || toLogin(section) !== undefined) return [];
  return [{
    path: ["authentication", "enabled"],
    message: "true, but nobody can log in: there is no user, no API token and no Webex integration",
    remedy:
      "give authentication.users or api_tokens, or WEBEX_CLIENT_ID, WEBEX_CLIENT_SECRET, WEBEX_REDIRECT_URI and " +
      `AUTHORIZED_WEBEX_ORG_IDS (docs/login.md), ${INSECURE}`,
  }];
}

/** What stands in front of the ports, by the sections that say so. */
export function guardsOf(
  { gateway, monitoring, jwt_validation, authentication }: Pick<
    FileValues,
    "gateway" | "monitoring" | "jwt_validation" | "authentication"
  >,
): Guards {
  const asksClients = ({ tls }: Pick<FileValues["gateway"], "tls">) => tls.enabled && tls.require_client_cert;
  return {
    validates: toValidation(jwt_validation)?.enforced === true || asksClients(gateway),
    login: toLogin(authentication) !== undefined || asksClients(monitoring),
  };
}

const INSECURE = "or say insecure: true (or --insecure)";
