import { strict as assert } from "node:assert";
import { ManualClock } from "../../../tests/manual_clock.ts";
import type { CredentialDeps } from "./credential_look_up.ts";
import type { CredentialSource } from "./credential_sources.ts";
import { awsCredentials } from "./credentials.ts";

const KEYS = { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "hunter2" };
const FOUND = { accessKeyId: "AKID", secretAccessKey: "hunter2" };
const FILE = "/home/ada/.aws/credentials";

interface Place {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly fetch?: CredentialDeps["fetch"];
  readonly clock?: ManualClock;
}

function deps({ env = {}, files = {}, clock = new ManualClock(), fetch = nowhere }: Place): CredentialDeps {
  return {
    clock,
    region: "eu-west-2",
    fetch,
    env: (name) => env[name],
    readFile: (path) =>
      files[path] === undefined
        ? Promise.reject(new Deno.errors.NotFound())
        : Promise.resolve(new TextEncoder().encode(files[path])),
  };
}

function get(source: CredentialSource | "automatic", place: Place) {
  return awsCredentials(source, deps(place))();
}

const nowhere = () => Promise.reject(new TypeError("nobody there: hunter2"));

/** A service on a local port, for the addresses that AWS has fixed. */
function service(answer: (request: Request) => Response) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  const base = `http://127.0.0.1:${server.addr.port}`;
  return {
    base,
    fetch: (url: string, request?: RequestInit) => fetch(url.replace(/^http:\/\/169\.254\.1\d+\.\d+/, base), request),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function role(expiresAt: number, key = "AKID"): Response {
  const Expiration = new Date(expiresAt).toISOString();
  return Response.json({ AccessKeyId: key, SecretAccessKey: "hunter2", Token: "TOKEN", Expiration });
}

Deno.test("credentials come from the environment, with a token if there is one", async () => {
  assert.deepEqual(await get("environment", { env: KEYS }), FOUND);
  const temporary = await get("environment", { env: { ...KEYS, AWS_SESSION_TOKEN: "TOKEN" } });
  assert.deepEqual(temporary, { ...FOUND, sessionToken: "TOKEN" });
  await assert.rejects(get("environment", { env: { AWS_ACCESS_KEY_ID: "AKID" } }), /AWS_SECRET_ACCESS_KEY is not set/);
});

Deno.test("credentials come from a profile of the shared file", async () => {
  const text = `# mine
[default]
aws_access_key_id = AKID ; the first
aws_secret_access_key = hunter2
[ other ]
AWS_ACCESS_KEY_ID=OTHER
aws_secret_access_key=a/b+c=#d
aws_session_token=TOKEN\r
[away]
role_arn = arn:aws:iam::1:role/x
`;
  const files = { [FILE]: text, "/keys": text };
  const HOME = "/home/ada";
  assert.deepEqual(await get("profile", { env: { HOME }, files }), FOUND);
  assert.deepEqual(
    await get("profile", { env: { AWS_PROFILE: "other", AWS_SHARED_CREDENTIALS_FILE: "/keys" }, files }),
    {
      accessKeyId: "OTHER",
      secretAccessKey: "a/b+c=#d",
      sessionToken: "TOKEN",
    },
  );
  const refused = (env: Record<string, string>, why: RegExp) => assert.rejects(get("profile", { env, files }), why);
  await refused({ HOME, AWS_PROFILE: "away" }, /source_profile, or a credential_source of .* expected: found none$/);
  await refused({ HOME, AWS_PROFILE: "nobody" }, /a section \[nobody\] expected/);
  await refused({ HOME: "/root", AWS_PROFILE: "other" }, /a section \[other\] expected in "\/root\/\.aws\/config" or /);
  await refused({ AWS_PROFILE: "other" }, /HOME, AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE expected/);
  await refused({ HOME: "/root" }, /nothing was found in profile/);
});

Deno.test("credentials come from the role of a container, and its token is read each time", async () => {
  const asked: string[] = [];
  const files = { "/token": "one\n" };
  const clock = new ManualClock();
  await using ecs = service((request) => {
    asked.push(`${new URL(request.url).pathname} ${request.headers.get("authorization")}`);
    return role(clock.date() + 1000);
  });
  const { fetch } = ecs;
  const relative = await get("container", { env: { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/x" }, fetch, clock });
  assert.deepEqual(relative, { ...FOUND, sessionToken: "TOKEN", expiration: new Date(clock.date() + 1000) });
  const env = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${ecs.base}/full`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: "none",
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: "/token",
  };
  const eks = awsCredentials("container", deps({ env, files, fetch, clock }));
  await eks();
  files["/token"] = "two";
  clock.advance(2000);
  await eks();
  assert.deepEqual(asked, ["/v2/x null", "/full one", "/full two"]);
});

Deno.test("a container's address without TLS is one of a container, and its token one line", async () => {
  const refused = (env: Record<string, string>, why: RegExp) => assert.rejects(get("container", { env }), why);
  const FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
  await refused({ [FULL]: "http://example.com/x" }, /https, or http on a container's own addresses/);
  await refused({ [FULL]: "http://127.0.0.1.example.com/x" }, /https, or http on a container's own addresses/);
  await refused({ [FULL]: "https://x", AWS_CONTAINER_AUTHORIZATION_TOKEN: "a\r\nb" }, /a token of one line/);
  await refused(
    { [FULL]: "https://x", AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: "/token" },
    /in "\/token": received NotF/,
  );
});

Deno.test("credentials come from the role of an instance, by a token of IMDSv2", async () => {
  const clock = new ManualClock();
  await using imds = service((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/latest/api/token") {
      const asked = request.method === "PUT" && request.headers.has("x-aws-ec2-metadata-token-ttl-seconds");
      return asked ? new Response("SESSION") : new Response(null, { status: 400 });
    }
    if (request.headers.get("x-aws-ec2-metadata-token") !== "SESSION") return new Response(null, { status: 401 });
    if (pathname.endsWith("/security-credentials/")) return new Response("gateway role\n");
    return pathname.endsWith("/gateway%20role") ? role(clock.date() + 60_000) : new Response(null, { status: 404 });
  });
  const found = { ...FOUND, sessionToken: "TOKEN", expiration: new Date(clock.date() + 60_000) };
  assert.deepEqual(await get("instance", { fetch: imds.fetch, clock }), found);
  const elsewhere = { AWS_EC2_METADATA_SERVICE_ENDPOINT: `${imds.base}/` };
  assert.deepEqual(await get("instance", { env: elsewhere, fetch, clock }), found);
  const disabled = { AWS_EC2_METADATA_DISABLED: "TRUE" };
  await assert.rejects(get("instance", { env: disabled, fetch: imds.fetch }), /nothing was found in instance/);
});

for (
  const [name, answer, why] of [
    ["refuses", () => new Response("hunter2", { status: 403 }), /status 200 expected: received 403/],
    ["sends elsewhere", () => Response.redirect("http://example.com/"), /status 200 expected: received 302/],
    ["answers no JSON", () => new Response("hunter2"), /JSON expected/],
    ["answers nothing of use", () => Response.json({ SecretAccessKey: "hunter2" }), /received others/],
    [
      "names no end",
      () => Response.json({ AccessKeyId: "A", SecretAccessKey: "hunter2", Token: "T" }),
      /Expiration exp/,
    ],
    ["answers too much", () => new Response("hunter2".repeat(20_000)), /at most 65536 bytes expected/],
  ] as const
) {
  Deno.test(`a role whose service ${name} is a failure that says so, and no secret`, async () => {
    await using ecs = service(() => answer());
    const asked = get("container", { env: { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/x" }, fetch: ecs.fetch });
    await assert.rejects(asked, (error: Error) => {
      assert.match(error.message, why);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  });
}

Deno.test("a role whose service never answers is given up after a second", async () => {
  const clock = new ManualClock();
  const fetch = (_url: string, request?: RequestInit) =>
    new Promise<Response>((_, reject) =>
      request!.signal!.addEventListener("abort", () => reject(new Error("hunter2")))
    );
  const asked = get("instance", { fetch, clock });
  clock.advance(1000);
  await assert.rejects(asked, /an answer expected within 1000 ms: received none$/);
  assert.equal(clock.timers, 0);
});

Deno.test("without a choice the first that has credentials is taken, and who has none is named", async () => {
  const files = { [FILE]: "[default]\naws_access_key_id=FILE\naws_secret_access_key=hunter2" };
  const key = async (place: Place) => (await get("automatic", place)).accessKeyId;
  assert.equal(await key({ env: { ...KEYS, HOME: "/home/ada" }, files }), "AKID");
  assert.equal(await key({ env: { HOME: "/home/ada" }, files }), "FILE");
  await assert.rejects(key({}), (error: Error) => {
    assert.match(
      error.message,
      /169\.254\.169\.254: received TypeError; nothing .* environment, profile, web_identity, container$/,
    );
    return true;
  });
});

Deno.test("credentials are renewed five minutes before their end, once, and nobody waits for it", async () => {
  const clock = new ManualClock();
  let asked = 0, reachable = true;
  let answer = Promise.resolve();
  const fetch = async () => {
    asked++;
    await answer;
    if (!reachable) throw new TypeError("gone");
    return role(clock.date() + 3_600_000, `KEY${asked}`);
  };
  const ask = awsCredentials(
    "container",
    deps({ env: { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/x" }, fetch, clock }),
  );
  const key = async () => (await ask()).accessKeyId;
  assert.deepEqual(await Promise.all([key(), key()]), ["KEY1", "KEY1"]);
  clock.advance(3_600_000 - 300_000 - 1);
  assert.deepEqual([await key(), asked], ["KEY1", 1]);

  clock.advance(2);
  const slow = Promise.withResolvers<void>();
  answer = slow.promise;
  assert.deepEqual([await key(), await key(), asked], ["KEY1", "KEY1", 2]);
  reachable = false;
  slow.resolve();
  await clock.nextTurn();
  assert.deepEqual([await key(), asked], ["KEY1", 2], "a renewal that failed is not tried again at once");
  clock.advance(10_000);
  assert.deepEqual([await key(), asked], ["KEY1", 3]);
  await clock.nextTurn();
  clock.advance(300_000);
  await assert.rejects(key(), /an answer expected from 169\.254\.170\.2: received TypeError/);
  reachable = true;
  assert.equal(await key(), "KEY5");
});
