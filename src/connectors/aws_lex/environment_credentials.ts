import { type CredentialDeps, CredentialsError } from "./credential_look_up.ts";
import type { AwsCredentials } from "./sdk.ts";

/**
 * AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary ones, AWS_SESSION_TOKEN.
 * Needs `--allow-env=AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY,AWS_SESSION_TOKEN`.
 */
export function environmentCredentials({ env }: CredentialDeps): Promise<AwsCredentials | undefined> {
  const accessKeyId = env("AWS_ACCESS_KEY_ID"), secretAccessKey = env("AWS_SECRET_ACCESS_KEY");
  if (!accessKeyId && !secretAccessKey) return Promise.resolve(undefined);
  if (!accessKeyId || !secretAccessKey) {
    const missing = accessKeyId ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID";
    return Promise.reject(
      new CredentialsError(`Cannot get AWS credentials from the environment: ${missing} is not set`),
    );
  }
  const sessionToken = env("AWS_SESSION_TOKEN");
  return Promise.resolve({ accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) });
}
