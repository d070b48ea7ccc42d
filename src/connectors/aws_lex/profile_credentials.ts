import { type CredentialDeps, CredentialsError, type LookUp } from "./credential_look_up.ts";
import { environmentCredentials } from "./environment_credentials.ts";
import { containerCredentials, instanceCredentials } from "./role_credentials.ts";
import type { AwsCredentials } from "./sdk.ts";
import { assumeRole, assumeRoleWithToken, readToken, type Role } from "./sts_credentials.ts";

type Profile = ReadonlyMap<string, string>;

/** Where a role's own credentials come from when no profile is named (AWS SDKs and Tools Reference Guide, credential_source). */
const SOURCES: ReadonlyMap<string, LookUp> = new Map([
  ["Environment", environmentCredentials],
  ["EcsContainer", containerCredentials],
  ["Ec2InstanceMetadata", instanceCredentials],
]);
/** Keys by which a profile leads to credentials, and where this program does not follow. */
const ELSEWHERE = ["credential_process", "sso_session", "sso_start_url", "sso_account_id", "login_session"];
const LEADS = ["aws_access_key_id", "aws_secret_access_key", "role_arn", ...ELSEWHERE];
/** The most roles that lead to one another. */
const MOST_ROLES = 5;

/**
 * The credentials of AWS_PROFILE, or of `default`: its keys, or the role that it takes on (`role_arn` with
 * `source_profile`, `credential_source` or `web_identity_token_file`). Profiles stand in AWS_SHARED_CREDENTIALS_FILE and
 * AWS_CONFIG_FILE, or `.aws/credentials` and `.aws/config` in HOME; what both say, the former says.
 * Needs `--allow-env=AWS_PROFILE,AWS_SHARED_CREDENTIALS_FILE,AWS_CONFIG_FILE,HOME`, `--allow-read=` of the files, and for a
 * role `--allow-net=sts.REGION.amazonaws.com:443`.
 */
export async function profileCredentials(deps: CredentialDeps): Promise<AwsCredentials | undefined> {
  const named = deps.env("AWS_PROFILE");
  const { profiles, where } = await readFiles(deps, named);
  const profile = profiles.get(named ?? "default");
  const leads = profile !== undefined && LEADS.some((key) => profile.has(key));
  if (named === undefined && !leads) return undefined;
  return await resolve(deps, profiles, { name: named ?? "default", where, behind: [] });
}

interface Step {
  readonly name: string;
  /** The files that were read. */
  readonly where: string;
  /** Profiles that have led here. */
  readonly behind: readonly string[];
}

async function resolve(
  deps: CredentialDeps,
  profiles: ReadonlyMap<string, Profile>,
  { name, where, behind }: Step,
): Promise<AwsCredentials> {
  const profile = profiles.get(name);
  if (!profile) throw cannot(name, `a section [${name}] expected in ${where}: found none`);
  const keys = keysOf(profile);
  const arn = profile.get("role_arn");
  if (arn === undefined || behind.at(-1) === name) { // a profile that names itself means its keys
    if (keys) return keys;
    const found = [...profile.keys()].join(", ") || "nothing";
    const elsewhere = ELSEWHERE.some((key) => profile.has(key))
      ? `: run "aws configure export-credentials --profile ${name} --format env", and start with what it prints`
      : "";
    throw cannot(
      name,
      `aws_access_key_id and aws_secret_access_key, or role_arn, expected in ${where}: found ${found}${elsewhere}`,
    );
  }
  if (behind.includes(name) || behind.length >= MOST_ROLES) {
    throw cannot(name, `roles that lead to keys expected: found ${[...behind, name].join(" → ")}`);
  }
  if (profile.has("mfa_serial")) throw cannot(name, "a role that needs nobody's code expected: found mfa_serial");
  const role: Role = {
    arn,
    sessionName: profile.get("role_session_name"),
    externalId: profile.get("external_id"),
    seconds: profile.get("duration_seconds"),
  };
  const tokenFile = profile.get("web_identity_token_file");
  if (tokenFile !== undefined) return await assumeRoleWithToken(deps, role, await readToken(deps, tokenFile));
  const sourceProfile = profile.get("source_profile");
  if (sourceProfile !== undefined) {
    const by = await resolve(deps, profiles, { name: sourceProfile, where, behind: [...behind, name] });
    return await assumeRole(deps, role, by);
  }
  const source = profile.get("credential_source") ?? "none";
  const by = await SOURCES.get(source)?.(deps);
  if (by) return await assumeRole(deps, role, by);
  const sources = [...SOURCES.keys()].join(", ");
  throw cannot(name, `source_profile, or a credential_source of ${sources} that has any, expected: found ${source}`);
}

function keysOf(profile: Profile): AwsCredentials | undefined {
  const accessKeyId = profile.get("aws_access_key_id"), secretAccessKey = profile.get("aws_secret_access_key");
  if (!accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = profile.get("aws_session_token");
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** Reads both files. `named`: a profile that somebody has asked for, so that one of them must be there. */
async function readFiles({ env, readFile }: CredentialDeps, named: string | undefined) {
  const home = env("HOME");
  const inHome = (file: string) => home ? `${home}/.aws/${file}` : undefined;
  const config = env("AWS_CONFIG_FILE") ?? inHome("config");
  const shared = env("AWS_SHARED_CREDENTIALS_FILE") ?? inHome("credentials");
  const profiles = new Map<string, Map<string, string>>();
  const files: string[] = [];
  for (const path of [config, shared]) {
    if (path === undefined) continue;
    files.push(`"${path}"`);
    try {
      addProfiles(profiles, new TextDecoder().decode(await readFile(path)));
    } catch (error) {
      const hidden = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable;
      if (!hidden) {
        throw cannot(
          named ?? "default",
          `a file "${path}" that can be read expected: received ${(error as Error).name}`,
        );
      }
    }
  }
  if (named !== undefined && files.length === 0) {
    throw cannot(named, "HOME, AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE expected: none is set");
  }
  return { profiles, where: files.join(" or ") };
}

/** Reads sections and their keys (AWS SDKs and Tools Reference Guide, "Shared config and credentials files"). */
function addProfiles(profiles: Map<string, Map<string, string>>, text: string): void {
  let current: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, section] = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line) ?? [];
    if (section !== undefined) {
      const name = section.replace(/^profile\s+/, "");
      current = profiles.get(name) ?? new Map();
      profiles.set(name, current);
      continue;
    }
    const [, key, value] = /^([A-Za-z_][\w.-]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined) current?.set(key.toLowerCase(), value!.replace(/\s[#;].*$/, "").trim());
  }
}

function cannot(name: string, why: string): CredentialsError {
  return new CredentialsError(`Cannot get AWS credentials of profile "${name}": ${why}`);
}
