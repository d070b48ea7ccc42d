import { type CredentialDeps, CredentialsError, type LookUp } from "./credential_look_up.ts";
import { CREDENTIAL_SOURCES, type CredentialSource } from "./credential_sources.ts";
import { environmentCredentials } from "./environment_credentials.ts";
import { profileCredentials } from "./profile_credentials.ts";
import { containerCredentials, instanceCredentials } from "./role_credentials.ts";
import type { AwsCredentials } from "./sdk.ts";
import { webIdentityCredentials } from "./sts_credentials.ts";

const LOOK_UPS: Readonly<Record<CredentialSource, LookUp>> = {
  environment: environmentCredentials,
  profile: profileCredentials,
  web_identity: webIdentityCredentials,
  container: containerCredentials,
  instance: instanceCredentials,
};
/** Credentials that end sooner are asked for anew, while they are still used. */
const RENEW_MS = 5 * 60_000;
/** Pause after a renewal that failed. */
const AGAIN_MS = 10_000;

/**
 * Returns what the SDK asks before each request. Nobody waits for a renewal as long as the old credentials hold. Throws
 * a CredentialsError.
 */
export function awsCredentials(
  source: CredentialSource | "automatic",
  deps: CredentialDeps,
): () => Promise<AwsCredentials> {
  const { clock } = deps;
  let held: AwsCredentials | undefined;
  let renewal: Promise<AwsCredentials> | undefined;
  let failedAt = -Infinity;
  const left = () => (held?.expiration?.getTime() ?? Infinity) - clock.date();
  const renew = () =>
    renewal ??= lookUp(source, deps)
      .then((found) => held = found, (error) => {
        failedAt = clock.now();
        throw error;
      })
      .finally(() => renewal = undefined);
  return async () => {
    if (!held || left() <= 0) return await renew();
    if (left() < RENEW_MS && clock.now() - failedAt >= AGAIN_MS) renew().catch(() => {});
    return held;
  };
}

async function lookUp(source: CredentialSource | "automatic", deps: CredentialDeps): Promise<AwsCredentials> {
  const sources = source === "automatic" ? CREDENTIAL_SOURCES : [source];
  const empty: string[] = [];
  for (const each of sources) {
    try {
      const found = await LOOK_UPS[each](deps);
      if (found) return found;
    } catch (error) {
      if (empty.length === 0) throw error;
      throw new CredentialsError(`${(error as Error).message}; nothing was found in ${empty.join(", ")}`, {
        cause: error,
      });
    }
    empty.push(each);
  }
  throw new CredentialsError(`Cannot get AWS credentials: nothing was found in ${empty.join(", ")}`);
}
