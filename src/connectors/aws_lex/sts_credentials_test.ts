import { strict as assert } from "node:assert";
import { checkRequest } from "../../../tests/lex/signature.ts";
import { ManualClock } from "../../../tests/manual_clock.ts";
import type { CredentialDeps } from "./credential_look_up.ts";
import type { CredentialSource } from "./credential_sources.ts";
import { awsCredentials } from "./credentials.ts";

const ROLE = "arn:aws:iam::123456789012:role/lex";
const CREDENTIALS = `
[keys]
aws_access_key_id = AKID
aws_secret_access_key = hunter2
[itself]
aws_access_key_id = AKID
aws_secret_access_key = hunter2
role_arn = ${ROLE}
source_profile = itself
`;
const CONFIG = `
[default]
region = eu-west-2
[profile role]
role_arn = ${ROLE}
source_profile = keys
external_id = desk
role_session_name = ada
duration_seconds = 900
[profile far]
role_arn = ${ROLE}2
source_profile = role
[profile from-env]
role_arn = ${ROLE}
credential_source = Environment
[profile token]
role_arn = ${ROLE}
web_identity_token_file = /token
[profile round]
role_arn = ${ROLE}
source_profile = about
[profile about]
role_arn = ${ROLE}
source_profile = round
[profile mfa]
role_arn = ${ROLE}
source_profile = keys
mfa_serial = arn:aws:iam::123456789012:mfa/ada
[profile sso]
sso_session = desk
[profile program]
credential_process = /bin/secret
`;
const FILES: Readonly<Record<string, string>> = {
  "/home/ada/.aws/credentials": CREDENTIALS,
  "/home/ada/.aws/config": CONFIG,
  "/token": "ID-TOKEN\n",
};
const STS = "https://sts.eu-west-2.amazonaws.com/";

/** An STS that checks signatures, and hands out keys that are counted. */
function sts(clock: ManualClock, asked: Record<string, string>[] = []): CredentialDeps["fetch"] {
  return async (url, request = {}) => {
    const { hostname } = new URL(url);
    const fields = Object.fromEntries(new URLSearchParams(String(request.body)));
    asked.push(fields);
    if (url !== STS || request.method !== "POST") throw new TypeError(url);
    const headers = Object.fromEntries([...new Headers(request.headers)].map(([name, value]) => [name, value]));
    if (fields.Action === "AssumeRole") {
      const [, accessKeyId = ""] = /Credential=([^/]+)/.exec(headers.authorization!) ?? [];
      const body = new TextEncoder().encode(String(request.body));
      const key = { accessKeyId, secretAccessKey: "hunter2", region: "eu-west-2", service: "sts" };
      checkRequest({ method: "POST", path: "/", headers: { ...headers, host: hostname }, body }, key);
    } else assert.equal(headers.authorization, undefined);
    await Promise.resolve();
    const expiration = new Date(clock.date() + 3_600_000).toISOString();
    return new Response(
      `<${fields.Action}Response><${fields.Action}Result><Credentials><AccessKeyId>ROLE${asked.length}</AccessKeyId>
      <SecretAccessKey>hunter2</SecretAccessKey><SessionToken>SESSION</SessionToken>
      <Expiration>${expiration}</Expiration></Credentials></${fields.Action}Result></${fields.Action}Response>`,
    );
  };
}

/** The time of day is real: signatures tell of it. */
class Today extends ManualClock {
  override date(): number {
    return Date.now();
  }
}

function get(source: CredentialSource | "automatic", env: Record<string, string>, fetch: CredentialDeps["fetch"]) {
  const clock = new Today();
  const readFile = (path: string) =>
    FILES[path] === undefined
      ? Promise.reject(new Deno.errors.NotFound())
      : Promise.resolve(new TextEncoder().encode(FILES[path]));
  return awsCredentials(source, { clock, region: "eu-west-2", fetch, env: (name) => env[name], readFile })();
}

function profile(name: string, asked: Record<string, string>[] = [], env: Record<string, string> = {}) {
  return get("profile", { HOME: "/home/ada", AWS_PROFILE: name, ...env }, sts(new Today(), asked));
}

Deno.test("a profile that takes on a role asks STS with the keys of another, signed", async () => {
  const asked: Record<string, string>[] = [];
  const found = await profile("role", asked);
  assert.deepEqual([found.accessKeyId, found.sessionToken], ["ROLE1", "SESSION"]);
  assert.ok(found.expiration! > new Date());
  assert.deepEqual(asked, [{
    Action: "AssumeRole",
    Version: "2011-06-15",
    RoleArn: ROLE,
    RoleSessionName: "ada",
    DurationSeconds: "900",
    ExternalId: "desk",
  }]);
});

Deno.test("a role may lead to a role, to the environment, to the profile's own keys, and to a token", async () => {
  const asked: Record<string, string>[] = [];
  assert.equal((await profile("far", asked)).accessKeyId, "ROLE2");
  assert.deepEqual(asked.map(({ RoleArn }) => RoleArn), [ROLE, `${ROLE}2`]);
  const env = { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "hunter2" };
  assert.equal((await profile("from-env", [], env)).accessKeyId, "ROLE1");
  assert.equal((await profile("itself")).accessKeyId, "ROLE1");
  asked.length = 0;
  assert.equal((await profile("token", asked)).accessKeyId, "ROLE1");
  assert.deepEqual([asked[0]!.Action, asked[0]!.WebIdentityToken], ["AssumeRoleWithWebIdentity", "ID-TOKEN"]);
});

Deno.test("profiles that this program does not follow are refused, with what to do instead", async () => {
  const refused = (name: string, why: RegExp) => assert.rejects(profile(name), why);
  await refused("round", /roles that lead to keys expected: found round → about → round$/);
  await refused("mfa", /needs nobody's code expected: found mfa_serial$/);
  await refused("sso", /found sso_session: run "aws configure export-credentials --profile sso --format env"/);
  await refused("program", /found credential_process: run "aws configure export-credentials --profile program/);
  await refused(
    "from-env",
    /credential_source of Environment, EcsContainer, Ec2InstanceMetadata .* found Environment$/,
  );
});

Deno.test("a default profile that leads to no credentials is none, so that a role is found after it", async () => {
  const env = { HOME: "/home/ada", AWS_WEB_IDENTITY_TOKEN_FILE: "/token", AWS_ROLE_ARN: ROLE };
  const asked: Record<string, string>[] = [];
  assert.equal((await get("automatic", env, sts(new Today(), asked))).accessKeyId, "ROLE1");
  assert.deepEqual(asked, [{
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: ROLE,
    RoleSessionName: "byova-gateway",
    WebIdentityToken: "ID-TOKEN",
  }]);
});

Deno.test("a web identity without a role, or whose token cannot be read, is a failure that says so", async () => {
  const refused = (env: Record<string, string>, why: RegExp) =>
    assert.rejects(get("web_identity", env, sts(new Today())), why);
  await refused({ AWS_WEB_IDENTITY_TOKEN_FILE: "/token" }, /AWS_ROLE_ARN is not set/);
  await refused({ AWS_WEB_IDENTITY_TOKEN_FILE: "/gone", AWS_ROLE_ARN: ROLE }, /in "\/gone": received NotFound/);
  await refused({}, /nothing was found in web_identity/);
});

for (
  const [name, answer, why] of [
    [
      "refuses",
      () => new Response("<Error><Code>AccessDenied</Code><Message>hunter2</Message></Error>", { status: 403 }),
      /received AccessDenied$/,
    ],
    ["fails", () => new Response("hunter2", { status: 503 }), /received status 503$/],
    ["answers something else", () => new Response("hunter2"), /received something else$/],
    ["may not be reached", () => {
      throw new Deno.errors.NotCapable("hunter2");
    }, /--allow-net=sts\.eu-west-2\.amazonaws\.com:443 expected/],
  ] as const
) {
  Deno.test(`an STS that ${name} is a failure that says so, and no secret`, async () => {
    const fetch = async () => await answer();
    const asked = get("profile", { HOME: "/home/ada", AWS_PROFILE: "role" }, fetch);
    await assert.rejects(asked, (error: Error) => {
      assert.equal(error.name, "CredentialsProviderError");
      assert.match(error.message, why);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  });
}
