import { type CredentialDeps, CredentialsError } from "./credential_look_up.ts";
import { ask } from "./credential_service.ts";
import type { AwsCredentials } from "./sdk.ts";

/** Where ECS keeps the credentials of a task. */
const ECS = "http://169.254.170.2";
/** Hosts that may be asked without TLS (AWS SDKs and Tools Reference Guide, "Container credential provider"). */
const PLAIN_HOSTS = /^(localhost|127(\.\d+){3}|\[::1\]|169\.254\.170\.2|169\.254\.170\.23|\[fd00:ec2::23\])$/;
/** Where an EC2 instance asks about itself. */
export const IMDS = "http://169.254.169.254";
const IMDS_TOKEN_SECONDS = "300";
/** Both services are on the machine: who does not answer by then is not there. */
const TIMEOUT_MS = 1000;

/**
 * The role of an ECS task or an EKS pod: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI (on 169.254.170.2) or …_FULL_URI, with
 * what AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE holds at that time, or AWS_CONTAINER_AUTHORIZATION_TOKEN.
 * Needs `--allow-env=` of these four, `--allow-read=` of the token's file, and `--allow-net=169.254.170.2:80` for ECS,
 * `--allow-net=169.254.170.23:80` for EKS.
 */
export async function containerCredentials(deps: CredentialDeps): Promise<AwsCredentials | undefined> {
  const { env, readFile } = deps;
  const relative = env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"), full = env("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  const address = relative ? `${ECS}${relative}` : full;
  if (!address) return undefined;
  const url = URL.parse(address);
  if (!url || (url.protocol !== "https:" && !(url.protocol === "http:" && PLAIN_HOSTS.test(url.hostname)))) {
    throw cannot("container", "https, or http on a container's own addresses, expected of its address");
  }
  const file = env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  let token = env("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (file) {
    try {
      token = new TextDecoder().decode(await readFile(file)).trim();
    } catch (error) {
      throw cannot("container", `a token that can be read expected in "${file}": received ${(error as Error).name}`);
    }
  }
  if (token && /[\r\n]/.test(token)) throw cannot("container", "a token of one line expected");
  const headers: Record<string, string> = token ? { authorization: token } : {};
  return credentialsIn("container", await askFor(deps, "container", url.href, { headers }));
}

/**
 * The role of an EC2 instance, by IMDSv2 (EC2 User Guide, "Use the Instance Metadata Service"), unless
 * AWS_EC2_METADATA_DISABLED is true; AWS_EC2_METADATA_SERVICE_ENDPOINT names another address.
 * Needs `--allow-net=169.254.169.254:80`, and `--allow-env=` of these two to heed them.
 */
export async function instanceCredentials(deps: CredentialDeps): Promise<AwsCredentials | undefined> {
  const { env } = deps;
  if (env("AWS_EC2_METADATA_DISABLED")?.toLowerCase() === "true") return undefined;
  const base = (env("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? IMDS).replace(/\/$/, "");
  const ttl = { "x-aws-ec2-metadata-token-ttl-seconds": IMDS_TOKEN_SECONDS };
  const session = await askFor(deps, "instance", `${base}/latest/api/token`, { headers: ttl, method: "PUT" });
  const headers = { "x-aws-ec2-metadata-token": session };
  const roles = `${base}/latest/meta-data/iam/security-credentials/`;
  const role = (await askFor(deps, "instance", roles, { headers })).trim().split("\n")[0]!;
  return credentialsIn("instance", await askFor(deps, "instance", `${roles}${encodeURIComponent(role)}`, { headers }));
}

async function askFor(deps: CredentialDeps, whose: string, url: string, request: RequestInit): Promise<string> {
  const { status, text } = await ask(deps, url, request, {
    timeoutMs: TIMEOUT_MS,
    cannot: (why) => cannot(whose, why),
  });
  if (status !== 200) throw cannot(whose, `status 200 expected: received ${status}`);
  return text;
}

/** Reads what both services answer. */
function credentialsIn(whose: string, text: string): AwsCredentials {
  let answer: Record<string, unknown>;
  try {
    answer = Object(JSON.parse(text));
  } catch {
    throw cannot(whose, "JSON expected: received something else");
  }
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = answer;
  const expiration = new Date(String(Expiration));
  if (typeof AccessKeyId !== "string" || typeof SecretAccessKey !== "string" || typeof Token !== "string") {
    throw cannot(whose, "AccessKeyId, SecretAccessKey and Token expected: received others");
  }
  if (Number.isNaN(expiration.getTime())) throw cannot(whose, "Expiration expected: received none");
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token, expiration };
}

function cannot(whose: string, why: string): CredentialsError {
  return new CredentialsError(`Cannot get AWS credentials of the ${whose}'s role: ${why}`);
}
