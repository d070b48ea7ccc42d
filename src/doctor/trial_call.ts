import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { Caller } from "../caller/caller.ts";
import type { Reply } from "../caller/reply.ts";
import type { Config } from "../config.ts";
import type { Gateway, GatewayDeps } from "../gateway.ts";
import { Status } from "../grpc/status.ts";
import type { Clock } from "../lib/clock.ts";
import { type Check, fail, type Finding, pass, skipped } from "./check.ts";
import { type GrpcPort, grpcPortState, wayTo } from "./ports.ts";

export interface TrialCallDeps {
  readonly clock: Clock;
  readonly startGateway: (config: Config, deps: GatewayDeps) => Promise<Gateway>;
  readonly gateway: GatewayDeps;
}

/** The organization that the trial call is for, where the data source does not name one. */
const ORG = "00000000-0000-4000-8000-000000000000";
const PATIENCE_MS = 8000;

/**
 * One call over a real port: to the gateway that runs, and, when tokens are checked or none runs, to one that is started
 * on free loopback ports, with a token that an issuer made for the occasion has signed.
 */
export function trialCallCheck(config: Config, deps: TrialCallDeps): Check {
  return {
    title: "trial call",
    async run(signal) {
      const { gateway, validation } = config;
      const { state } = await grpcPortState(gateway, signal);
      const found: Finding[] = [];
      if (state === "gateway" && gateway.tls?.clients) {
        found.push(skipped("the gateway that runs asks for a client certificate: only Webex can call it"));
      } else if (state === "gateway") {
        const reply = await call(gateway, {}, deps.clock);
        const guarded = validation?.enforced === true;
        if (guarded && reply.status === Status.UNAUTHENTICATED) {
          found.push(pass("the gateway that runs refuses a call without a token"));
        } else found.push(judge(reply, `the gateway that runs at ${gateway.host}:${gateway.port}`));
        if (!guarded) return found;
      }
      return [...found, await callOwn(config, deps)];
    },
  };
}

async function callOwn(config: Config, deps: TrialCallDeps): Promise<Finding> {
  await using issuer = config.validation && await ThrowawayIssuer.open();
  const own = onLoopback(config, issuer?.url);
  await using gateway = await deps.startGateway(own, deps.gateway);
  const [source] = config.validation?.sources ?? [];
  const orgId = source?.orgs[0] ?? ORG;
  const token = issuer && source && await issuer.sign({
    aud: source.audience || "doctor",
    sub: source.subject || "doctor",
    "com.cisco.datasource.url": source.url,
    "com.cisco.datasource.schema.uuid": source.schema,
    ...(config.validation!.orgClaim === "" ? {} : { [config.validation!.orgClaim]: orgId }),
  }, deps.clock);
  const port = { ...own.gateway, port: gateway.grpcPort };
  const reply = await call(port, { orgId, ...(token ? { token } : {}) }, deps.clock);
  const ways = [...(own.gateway.tls ? [", over TLS"] : []), ...(token ? [", with a signed token"] : [])];
  return judge(reply, `a gateway of its own${ways.join("")}`);
}

/** The same gateway where nobody else is: free loopback ports, no client certificates, no registration, no memory, the issuer's keys. */
function onLoopback(config: Config, issuer: string | undefined): Config {
  const here = <Port extends GrpcPort>(port: Port): Port => ({
    ...port,
    host: "127.0.0.1",
    port: 0,
    tls: port.tls && { ...port.tls, clients: undefined },
  });
  return {
    ...config,
    gateway: here(config.gateway),
    monitoring: here(config.monitoring),
    store: undefined,
    dataSource: { ...config.dataSource, enabled: false },
    validation: config.validation && { ...config.validation, enforced: true, issuers: [issuer!] },
  };
}

async function call(
  gateway: GrpcPort,
  about: { readonly orgId?: string; readonly token?: string },
  clock: Clock,
): Promise<Reply> {
  await using way = await wayTo(gateway);
  await using caller = await Caller.dial(way, { ...about, clock, speed: 20, patienceMs: PATIENCE_MS });
  const reply = await caller.start();
  if (reply.status === Status.OK && caller.end === undefined) await caller.hangUp();
  return reply;
}

function judge(reply: Reply, where: string): Finding {
  if (reply.status === Status.OK && reply.outcome === "answer") return pass(`${where} answers a call`);
  const came = reply.status === Status.OK ? reply.outcome : reply.statusMessage;
  return fail(
    "CALL-TRIAL",
    `${where} does not answer a call: ${came}`,
    "mend what the lines above say, then look for the call in the log, and try again with deno task call",
  );
}

/** An issuer of tokens that lives as long as the check: one key, published on a loopback port. */
class ThrowawayIssuer implements AsyncDisposable {
  readonly #keys: Awaited<ReturnType<typeof generateKeyPair>>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(keys: Awaited<ReturnType<typeof generateKeyPair>>, jwks: string) {
    this.#keys = keys;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response(jwks, { headers: { "content-type": "application/json" } }),
    );
  }

  static async open(): Promise<ThrowawayIssuer> {
    const keys = await generateKeyPair("RS256");
    const jwk = { ...await exportJWK(keys.publicKey), kid: "doctor", use: "sig", alg: "RS256" };
    return new ThrowawayIssuer(keys, JSON.stringify({ keys: [jwk] }));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Signs a token with these claims that holds for a minute. */
  sign(claims: Record<string, string>, clock: Clock): Promise<string> {
    const now = Math.floor(clock.date() / 1000);
    return new SignJWT({ ...claims, iss: this.url, jti: crypto.randomUUID(), iat: now, exp: now + 60 })
      .setProtectedHeader({ alg: "RS256", kid: "doctor" }).sign(this.#keys.privateKey);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
