import type { Config } from "../config.ts";
import { callUnary, GrpcChannel } from "../grpc/client.ts";
import { decodeHealthCheckResponse, encodeHealthCheckRequest, Health } from "../protocols/gen/health.ts";
import { type Check, fail, type Finding, messageOf, pass } from "./check.ts";

/** How long whoever has the port may take to say what it is, in ms. */
const ASK_MS = 1000;

/** What there is at a port. */
export type PortState =
  | { readonly state: "free" | "gateway" | "other" }
  | { readonly state: "denied" | "no_address"; readonly problem: string };

/** Whether the ports of the configuration can be opened, or who has them. */
export function portsCheck({ gateway, monitoring }: Config): Check {
  return {
    title: "ports",
    async run() {
      const grpc = await portState(gateway.host, gateway.port, gateway.tls === undefined);
      const found = [finding("gRPC", "--port", gateway, grpc)];
      if (!monitoring.enabled) return found;
      const http = await portState(monitoring.host, monitoring.port, false);
      const ours = http.state === "other" && grpc.state === "gateway";
      return [...found, finding("HTTP", "--http-port", monitoring, ours ? grpc : http)];
    },
  };
}

/** Tries a port: 0 is always free. A gateway is known by gRPC's health service, which only plaintext lets us ask. */
export async function portState(hostname: string, port: number, plaintext: boolean): Promise<PortState> {
  if (port === 0) return { state: "free" };
  try {
    Deno.listen({ hostname, port }).close();
    return { state: "free" };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    if (error instanceof Deno.errors.AddrInUse) {
      return { state: plaintext && await isGateway(reachable(hostname), port) ? "gateway" : "other" };
    }
    const state = error instanceof Deno.errors.PermissionDenied ? "denied" : "no_address";
    return { state, problem: messageOf(error) };
  }
}

/** The address at which this machine reaches what is bound to `host`. */
export function reachable(host: string): string {
  return host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
}

async function isGateway(hostname: string, port: number): Promise<boolean> {
  try {
    await using channel = await GrpcChannel.connect({ hostname, port, connectTimeoutMs: ASK_MS });
    const request = encodeHealthCheckRequest({ service: "com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent" });
    const answer = await callUnary(channel, Health.Check, request, [], { timeoutMs: ASK_MS });
    return decodeHealthCheckResponse(answer).status > 0;
  } catch {
    return false;
  }
}

function finding(
  name: string,
  flag: string,
  { host, port }: { readonly host: string; readonly port: number },
  found: PortState,
): Finding {
  const at = `${name} port ${host}:${port}`;
  switch (found.state) {
    case "free":
      return pass(`${at} is free`);
    case "gateway":
      return pass(`${at} is in use by a gateway that runs`);
    case "other":
      return fail(
        "PORT-TAKEN",
        `${at} is taken by another program`,
        `find it with "ss -ltnp sport = :${port}" and stop it, or choose another port with ${flag}`,
      );
    case "denied":
      return fail("PORT-DENIED", `${at}: ${found.problem}`, `choose a port from 1024 up with ${flag}`);
    case "no_address":
      return fail("PORT-ADDRESS", `${at}: ${found.problem}`, "name an address of this machine, or 127.0.0.1");
  }
}
