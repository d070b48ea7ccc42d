import type { Ended, TestGateway } from "../gateway_harness.ts";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";

/** One key of an issuer. */
export interface SigningKey {
  readonly id: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export async function makeKey(id: string, alg = "RS256"): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { id, privateKey, jwk: { ...await exportJWK(publicKey), kid: id, use: "sig", alg } };
}

/** How an issuer answers: as it should, with a status, never, or as told. */
export type Behaviour = "well" | number | "never" | (() => Response | Promise<Response>);

/** The registered data source that tokens of tests are for. */
export const SOURCE = {
  url: "https://gateway.example:443",
  schema: "5397013b-7920-4ffc-807c-e8a3e0a18f43",
  org: "11111111-2222-4333-8444-555555555555",
} as const;

/** Webex's identity broker on a loopback port: publishes keys as the real one does, and signs. */
export class FakeIssuer implements AsyncDisposable {
  /** Times that the keys were asked for. */
  fetches = 0;
  behaviour: Behaviour = "well";
  headers: Record<string, string> = {};
  published: readonly SigningKey[];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #closing = Promise.withResolvers<Response>();

  private constructor(readonly key: SigningKey, port: number) {
    this.published = [key];
    this.#server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, (request) => {
      if (new URL(request.url).pathname !== "/idb/oauth2/v2/keys/verificationjwk") {
        return new Response("no such page", { status: 404, headers: this.headers });
      }
      this.fetches++;
      if (this.behaviour === "never") return this.#closing.promise;
      if (typeof this.behaviour === "number") return new Response("not now", { status: this.behaviour });
      if (typeof this.behaviour === "function") return this.behaviour();
      return this.answer();
    });
  }

  /** The keys as they are published now. */
  answer(): Response {
    return Response.json({ keys: this.published.map(({ jwk }) => jwk) }, { headers: this.headers });
  }

  static async open(port = 0): Promise<FakeIssuer> {
    return new FakeIssuer(await makeKey("key-1"), port);
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/idb`;
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** A token as Webex signs it, but for what the arguments change; a claim that is undefined is left out. */
  token(
    changes: Record<string, unknown> = {},
    { key = this.key, alg = "RS256", kid = key.id as string | null } = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.issuer,
      aud: "BYOVAGateway",
      sub: "callAudioData",
      jti: "6c1f6a3e-0000-4000-8000-000000000001",
      iat: now,
      exp: now + 3600,
      "com.cisco.datasource.url": SOURCE.url,
      "com.cisco.datasource.schema.uuid": SOURCE.schema,
      "com.cisco.org.uuid": SOURCE.org,
      ...changes,
    };
    const header = kid === null ? { alg } : { alg, kid };
    return new SignJWT(claims as JWTPayload).setProtectedHeader(header).sign(key.privateKey);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.resolve(new Response(null, { status: 503 }));
    await this.#server.shutdown();
  }
}

/** A configuration that trusts the issuer and expects the data source of `SOURCE`; `more` belongs to the same section. */
export function trusting(issuer: FakeIssuer, more = ""): string {
  return `
jwt_validation:
  enabled: true
  datasource_url: ${SOURCE.url}
  issuers: ["${issuer.issuer}"]
${more}`;
}

/** The metadata that carries a token. */
export function bearer(token: string): [string, string][] {
  return [["authorization", `Bearer ${token}`]];
}

/** Starts a call of its own with that metadata. */
export function start(gateway: TestGateway, metadata: [string, string][], org: string = SOURCE.org): Promise<Ended> {
  return gateway.as(metadata).call({ conversationId: crypto.randomUUID(), customerOrgId: org }).start();
}
