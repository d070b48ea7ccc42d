import type { MachineNeeds } from "../../call/connector.ts";
import type { CredentialDeps, LookUp } from "./credential_look_up.ts";
import { profileCredentials } from "./profile_credentials.ts";
import { containerCredentials, instanceCredentials } from "./role_credentials.ts";
import type { AwsCredentials } from "./sdk.ts";

/** Where credentials are looked for, in the order of `automatic`. */
export const CREDENTIAL_SOURCES = ["environment", "profile", "container", "instance"] as const;
export type CredentialSource = typeof CREDENTIAL_SOURCES[number];

const LOOK_UPS: Readonly<Record<CredentialSource, LookUp>> = {
  environment: environmentCredentials,
  profile: profileCredentials,
  container: containerCredentials,
  instance: instanceCredentials,
};
/** What each source looks at; `~` is the user's own folder. */
const NEEDS: Readonly<Record<CredentialSource, MachineNeeds>> = {
  environment: { env: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] },
  profile: {
    env: ["AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "HOME"],
    read: ["~/.aws/credentials"],
  },
  container: {
    env: [
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
      "AWS_CONTAINER_CREDENTIALS_FULL_URI",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    ],
    net: ["169.254.170.2:80", "169.254.170.23:80"],
  },
  instance: {
    env: ["AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT"],
    net: ["169.254.169.254:80"],
  },
};
/** Credentials that end sooner are asked for anew, while they are still used. */
const RENEW_MS = 5 * 60_000;
/** Pause after a renewal that failed. */
const AGAIN_MS = 10_000;

/**
 * Returns what the SDK asks before each request. Nobody waits for a renewal as long as the old credentials hold. Throws
 * an Error that says where was looked and what was found, and holds no secret.
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

/** What looking for credentials takes of the machine. */
export function credentialNeeds(source: CredentialSource | "automatic"): MachineNeeds {
  const sources = source === "automatic" ? CREDENTIAL_SOURCES : [source];
  const all = (kind: keyof MachineNeeds) => sources.flatMap((each) => NEEDS[each][kind] ?? []);
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
      throw new Error(`${(error as Error).message}; nothing was found in ${empty.join(", ")}`, { cause: error });
    }
    empty.push(each);
  }
  throw new Error(`Cannot get AWS credentials: nothing was found in ${empty.join(", ")}`);
}

/**
 * AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary ones, AWS_SESSION_TOKEN.
 * Needs `--allow-env=AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY,AWS_SESSION_TOKEN`.
 */
export function environmentCredentials({ env }: CredentialDeps): Promise<AwsCredentials | undefined> {
  const accessKeyId = env("AWS_ACCESS_KEY_ID"), secretAccessKey = env("AWS_SECRET_ACCESS_KEY");
  if (!accessKeyId && !secretAccessKey) return Promise.resolve(undefined);
  if (!accessKeyId || !secretAccessKey) {
    const missing = accessKeyId ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID";
    return Promise.reject(new Error(`Cannot get AWS credentials from the environment: ${missing} is not set`));
  }
  const sessionToken = env("AWS_SESSION_TOKEN");
  return Promise.resolve({ accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) });
}
