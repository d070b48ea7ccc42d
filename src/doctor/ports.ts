import type { Config } from "../config.ts";
import { callUnary, GrpcChannel } from "../grpc/client.ts";
import { decodeHealthCheckResponse, encodeHealthCheckRequest, Health } from "../protocols/gen/health.ts";
import { shows, TlsRelay } from "./tls_relay.ts";
import { type Check, fail, type Finding, messageOf, pass } from "./check.ts";

/** How long whoever has the port may take to say what it is, in ms. */
const ASK_MS = 1000;

/** What there is at a port. */
export type PortState =
  | { readonly state: "free" | "gateway" | "other" }
  | { readonly state: "denied" | "no_address"; readonly problem: string };

/** What has to be known of a gateway's gRPC port to speak with it. */
export type GrpcPort = Pick<Config["gateway"], "host" | "port" | "tls">;

/** Whether the ports of the configuration can be opened, or who has them. */
export function portsCheck({ gateway, monitoring }: Config): Check {
  return {
    title: "ports",
    async run(signal) {
      const grpc = await grpcPortState(gateway, signal);
      const found = [finding("gRPC", "--port", gateway, grpc)];
      if (!monitoring.enabled) return found;
      const http = portState(monitoring);
      const ours = http.state === "other" && grpc.state === "gateway";
      return [...found, finding("HTTP", "--http-port", monitoring, ours ? grpc : http)];
    },
  };
}

/** Whether a gateway's gRPC port is free, or taken by a gateway: that is known by its certificate and gRPC's health service. */
export async function grpcPortState(gateway: GrpcPort, signal: AbortSignal): Promise<PortState> {
  const found = portState(gateway);
  return found.state === "other" && await isGateway(gateway, signal) ? { state: "gateway" } : found;
}

/** Tries a port: 0 is always free. */
function portState({ host: hostname, port }: { readonly host: string; readonly port: number }): PortState {
  if (port === 0) return { state: "free" };
  try {
    Deno.listen({ hostname, port }).close();
    return { state: "free" };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    if (error instanceof Deno.errors.AddrInUse) return { state: "other" };
    const state = error instanceof Deno.errors.PermissionDenied ? "denied" : "no_address";
    return { state, problem: messageOf(error) };
  }
}

/** Where a client in the clear finds a gateway's gRPC port; behind TLS, until it is disposed of. */
export interface PlainWay extends AsyncDisposable {
  readonly hostname: string;
  readonly port: number;
}

/** The way to a gateway's gRPC port for a client that speaks no TLS. Throws when its certificate cannot be read. */
export async function wayTo({ host, port, tls }: GrpcPort): Promise<PlainWay> {
  const hostname = reachable(host);
  if (tls === undefined) return { hostname, port, async [Symbol.asyncDispose]() {} };
  const relay = await TlsRelay.open({ hostname, port, cert: await Deno.readTextFile(tls.cert) });
  return { hostname: "127.0.0.1", port: relay.port, [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose]() };
}

/** The address at which this machine reaches what is bound to `host`. */
function reachable(host: string): string {
  return host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
}

async function isGateway(gateway: GrpcPort, signal: AbortSignal): Promise<boolean> {
  const { host, port, tls } = gateway;
  try {
    // Who asks for client certificates cannot be asked: its own certificate has to do.
    if (tls?.clients) {
      return await shows({ hostname: reachable(host), port, cert: await Deno.readTextFile(tls.cert) }, signal);
    }
    await using way = await wayTo(gateway);
    await using channel = await GrpcChannel.connect({
      hostname: way.hostname,
      port: way.port,
      connectTimeoutMs: ASK_MS,
    });
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
