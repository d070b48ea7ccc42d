import type { MachineNeeds } from "../../call/connector.ts";
import { type CredentialDeps, CredentialsError, type LookUp } from "./credential_look_up.ts";
import { environmentCredentials } from "./environment_credentials.ts";
import { profileCredentials } from "./profile_credentials.ts";
import { containerCredentials, instanceCredentials } from "./role_credentials.ts";
import type { AwsCredentials } from "./sdk.ts";
import { webIdentityCredentials } from "./sts_credentials.ts";

/** Where credentials are looked for, in the order of `automatic`. */
export const CREDENTIAL_SOURCES = ["environment", "profile", "web_identity", "container", "instance"] as const;
export type CredentialSource = typeof CREDENTIAL_SOURCES[number];

const LOOK_UPS: Readonly<Record<CredentialSource, LookUp>> = {
  environment: environmentCredentials,
  profile: profileCredentials,
  web_identity: webIdentityCredentials,
  container: containerCredentials,
  instance: instanceCredentials,
};
/** What each source looks at; `~` is the user's own folder. Roles are assumed at `sts`, a host and port. */
const NEEDS: { readonly [S in CredentialSource]: (sts: string) => MachineNeeds } = {
  environment: () => ({ env: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] }),
  profile: (sts) => ({
    env: ["AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "HOME"],
    read: ["~/.aws/credentials", "~/.aws/config"],
    net: [sts],
  }),
  web_identity: (sts) => ({
    env: ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME"],
    read: ["/var/run/secrets/eks.amazonaws.com/serviceaccount/token"],
    net: [sts],
  }),
  container: () => ({
    env: [
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
      "AWS_CONTAINER_CREDENTIALS_FULL_URI",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    ],
    net: ["169.254.170.2:80", "169.254.170.23:80"],
  }),
  instance: () => ({
    env: ["AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT"],
    net: ["169.254.169.254:80"],
  }),
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

/** What looking for credentials takes of the machine. `sts`: where roles are assumed, as host and port. */
export function credentialNeeds(source: CredentialSource | "automatic", sts: string): MachineNeeds {
  const sources = source === "automatic" ? CREDENTIAL_SOURCES : [source];
  const needs = sources.map((each) => NEEDS[each](sts));
  const all = (kind: keyof MachineNeeds) => [...new Set(needs.flatMap((each) => each[kind] ?? []))];
  return { net: all("net"), read: all("read"), env: all("env") };
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
