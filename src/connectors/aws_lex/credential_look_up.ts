import type { Clock } from "../../lib/clock.ts";
import type { AwsCredentials } from "./sdk.ts";

/** What looking for credentials takes from outside. */
export interface CredentialDeps {
  readonly clock: Clock;
  /** The region whose service for tokens (STS) is asked. */
  readonly region: string;
  readonly fetch: (url: string, request?: RequestInit) => Promise<Response>;
  /** A variable of the environment; one that is not allowed reads as undefined. */
  readonly env: (name: string) => string | undefined;
  /** Throws Deno.errors.NotFound for a file that is not there, or may not be seen. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
}

/** Why there are no credentials: says where was looked and what was found, and holds no secret. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsProviderError";
}

/** Returns undefined where there is nothing to be had. Throws a CredentialsError for what is there and of no use. */
export type LookUp = (deps: CredentialDeps) => Promise<AwsCredentials | undefined>;
