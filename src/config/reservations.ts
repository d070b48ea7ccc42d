import type { FileValues } from "./schema.ts";
import { LOG_FORMATS } from "./settings.ts";

/** What a file may ask for and this version does not do, one line each. */
export function reservations(file: FileValues): string[] {
  const { jwt_validation, authentication, monitoring, audio, transports, connectors } = file;
  const said: string[] = [];
  if (jwt_validation.enabled && !jwt_validation.enforce_validation) {
    said.push("jwt_validation.enforce_validation is false: calls WITHOUT a valid token are let in, and only reported");
  }
  if (jwt_validation.enabled && jwt_validation.org_claim === "") {
    said.push('jwt_validation.org_claim is "": a token of one organization is taken for the calls of any');
  }
  if (monitoring.host_names.length > 0 && !authentication.enabled) {
    said.push("monitoring.host_names lets a proxy show the dashboard, which asks nobody for a login");
  }
  const people = authentication.users.length > 0 || authentication.webex_oauth.client_id !== "";
  if (authentication.enabled && people && authentication.session.secret_key.empty) {
    said.push("authentication.session.secret_key is not given: everybody has to log in again after a restart");
  }
  if (transports.mode !== "grpc") {
    said.push(`transports.mode is ${transports.mode}, but this version speaks gRPC only: no WebSocket is opened`);
  }
  if (!audio.supported_formats.some((format) => format.toLowerCase() === "wav")) {
    said.push("audio.supported_formats does not name wav, the one format that is played");
  }
  for (const part of ["gateway", "web"] as const) {
    const { format } = file.logging[part];
    if (format === "" || LOG_FORMATS.some((name) => name === format)) continue;
    said.push(`logging.${part}.format: patterns are not used: say text, json or auto`);
  }
  if (Object.keys(connectors).length === 0) said.push("connectors: none is left to run: no agent is on offer");
  return said;
}
