import { SignatureV4 } from "@smithy/signature-v4";
import { Hash } from "@smithy/core/serde";
import { type CredentialDeps, CredentialsError } from "./credential_look_up.ts";
import { ask } from "./credential_service.ts";
import { hostOf } from "./endpoints.ts";
import type { AwsCredentials } from "./sdk.ts";

/** STS is a call over the network, unlike the services on the machine. */
const TIMEOUT_MS = 5000;
const SESSION_NAME = "byova-gateway";
const FORM = "application/x-www-form-urlencoded; charset=utf-8";

/** A role to be taken on (AWS STS API reference, AssumeRole). */
export interface Role {
  readonly arn: string;
  /** How it is called in AWS's records. */
  readonly sessionName?: string | undefined;
  readonly externalId?: string | undefined;
  /** How long its credentials hold, in seconds. */
  readonly seconds?: string | undefined;
}

/** Takes on a role as somebody who has credentials. Needs `--allow-net=sts.REGION.amazonaws.com:443`. */
export async function assumeRole(deps: CredentialDeps, role: Role, by: AwsCredentials): Promise<AwsCredentials> {
  const url = new URL(hostOf("sts", deps.region));
  const body = formOf("AssumeRole", role, { ExternalId: role.externalId }).toString();
  const signer = new SignatureV4({
    service: "sts",
    region: deps.region,
    credentials: by,
    sha256: Hash.bind(null, "sha256"),
  });
  const { headers } = await signer.sign({
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    path: "/",
    headers: { host: url.host, "content-type": FORM },
    body,
  }, { signingDate: new Date(deps.clock.date()) });
  const { host: _host, ...sent } = headers; // fetch says it itself
  return await take(deps, role, { headers: sent, body });
}

/** Takes on a role with a token of an identity provider. Needs the same. */
export async function assumeRoleWithToken(deps: CredentialDeps, role: Role, token: string): Promise<AwsCredentials> {
  const body = formOf("AssumeRoleWithWebIdentity", role, { WebIdentityToken: token }).toString();
  return await take(deps, role, { headers: { "content-type": FORM }, body });
}

/**
 * The role of a service account (EKS, "IAM roles for service accounts"): AWS_ROLE_ARN, for the token that
 * AWS_WEB_IDENTITY_TOKEN_FILE holds at that time, under AWS_ROLE_SESSION_NAME if that is set.
 * Needs `--allow-env=` of these three, `--allow-read=` of the file, and `--allow-net=sts.REGION.amazonaws.com:443`.
 */
export async function webIdentityCredentials(deps: CredentialDeps): Promise<AwsCredentials | undefined> {
  const file = deps.env("AWS_WEB_IDENTITY_TOKEN_FILE"), arn = deps.env("AWS_ROLE_ARN");
  if (!file) return undefined;
  if (!arn) throw new CredentialsError("Cannot get AWS credentials of a web identity: AWS_ROLE_ARN is not set");
  const role = { arn, sessionName: deps.env("AWS_ROLE_SESSION_NAME") };
  return await assumeRoleWithToken(deps, role, await readToken(deps, file));
}

/** Reads a token of an identity provider. */
export async function readToken({ readFile }: CredentialDeps, file: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readFile(file)).trim();
  } catch (error) {
    throw new CredentialsError(
      `Cannot get AWS credentials of a web identity: a token that can be read expected in "${file}": received ${
        (error as Error).name
      }`,
      { cause: error },
    );
  }
}

function formOf(action: string, role: Role, more: Readonly<Record<string, string | undefined>>): URLSearchParams {
  const fields = {
    Action: action,
    Version: "2011-06-15",
    RoleArn: role.arn,
    RoleSessionName: role.sessionName || SESSION_NAME,
    DurationSeconds: role.seconds,
    ...more,
  };
  return new URLSearchParams(Object.entries(fields).filter((field): field is [string, string] => !!field[1]));
}

async function take(deps: CredentialDeps, { arn }: Role, request: RequestInit): Promise<AwsCredentials> {
  const cannot = (why: string) => new CredentialsError(`Cannot get AWS credentials of the role ${arn}: ${why}`);
  const url = `${hostOf("sts", deps.region)}/`;
  const { status, text } = await ask(deps, url, { ...request, method: "POST" }, { timeoutMs: TIMEOUT_MS, cannot });
  if (status !== 200) {
    const [, code = `status ${status}`] = /<Code>([A-Za-z.]{1,64})<\/Code>/.exec(text) ?? [];
    throw cannot(`credentials expected from STS: received ${code}`);
  }
  const field = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(text)?.[1]?.trim();
  const accessKeyId = field("AccessKeyId"),
    secretAccessKey = field("SecretAccessKey"),
    sessionToken = field("SessionToken");
  const expiration = new Date(field("Expiration") ?? "");
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiration.getTime())) {
    throw cannot("credentials expected from STS: received something else");
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}
