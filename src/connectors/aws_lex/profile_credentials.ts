import type { CredentialDeps } from "./credential_look_up.ts";
import type { AwsCredentials } from "./sdk.ts";

/**
 * The keys of AWS_PROFILE, or of `default`, in the shared credentials file: AWS_SHARED_CREDENTIALS_FILE, or
 * `.aws/credentials` in HOME. Profiles that lead elsewhere (role_arn, sso_…, credential_process) are refused by name.
 * Needs `--allow-env=AWS_PROFILE,AWS_SHARED_CREDENTIALS_FILE,HOME` and `--allow-read=` of the file.
 */
export async function profileCredentials({ env, readFile }: CredentialDeps): Promise<AwsCredentials | undefined> {
  const named = env("AWS_PROFILE");
  const home = env("HOME");
  const path = env("AWS_SHARED_CREDENTIALS_FILE") ?? (home ? `${home}/.aws/credentials` : undefined);
  const cannot = (why: string) => new Error(`Cannot get AWS credentials of profile "${named ?? "default"}": ${why}`);
  if (path === undefined) {
    if (named !== undefined) throw cannot("HOME or AWS_SHARED_CREDENTIALS_FILE expected: neither is set");
    return undefined;
  }
  let text: string;
  try {
    text = new TextDecoder().decode(await readFile(path));
  } catch (error) {
    const hidden = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable;
    if (named === undefined && hidden) return undefined;
    throw cannot(`a file "${path}" that can be read expected: received ${(error as Error).name}`);
  }
  const profile = readProfiles(text).get(named ?? "default");
  if (!profile) {
    if (named === undefined) return undefined;
    throw cannot(`a section [${named}] expected in "${path}": found none`);
  }
  const accessKeyId = profile.get("aws_access_key_id"), secretAccessKey = profile.get("aws_secret_access_key");
  if (!accessKeyId || !secretAccessKey) {
    const keys = [...profile.keys()].join(", ") || "nothing";
    throw cannot(`aws_access_key_id and aws_secret_access_key expected in "${path}": found ${keys}`);
  }
  const sessionToken = profile.get("aws_session_token");
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** Reads sections and their keys (AWS SDKs and Tools Reference Guide, "Shared config and credentials files"). */
function readProfiles(text: string): Map<string, Map<string, string>> {
  const profiles = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, name] = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line) ?? [];
    if (name !== undefined) {
      current = profiles.get(name) ?? new Map();
      profiles.set(name, current);
      continue;
    }
    const [, key, value] = /^([A-Za-z_][\w.-]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined) current?.set(key.toLowerCase(), value!.replace(/\s[#;].*$/, "").trim());
  }
  return profiles;
}
