import { strict as assert } from "node:assert";
import * as z from "zod";
import { hashOfToken, newToken } from "./auth/login/api_token.ts";
import { hashPassword } from "./auth/login/password.ts";
import { ConfigError, type ConfigSources, loadConfig, maskedConfig, OVERRIDES } from "./config.ts";
import { connectors } from "./connectors/mod.ts";
import { WIRE_LIMITS } from "./grpc/limits.ts";
import { Secret, secret } from "./lib/secret.ts";

const KINDS: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ...connectors.map(({ kind, config }): [string, z.ZodType] => [kind, config]),
  ["keyed", z.strictObject({ api_key: secret(), region: z.string(), retries: z.int().max(9).default(3) })],
]);

/** Loads `yaml` as `g.yaml`, with a world of its own around it. */
function load(yaml: string, world: {
  env?: Record<string, string>;
  files?: Record<string, string>;
  overrides?: ConfigSources["overrides"];
} = {}) {
  const files: Record<string, string> = { "g.yaml": yaml, ...world.files };
  return loadConfig({
    file: "g.yaml",
    kinds: KINDS,
    env: (name) => world.env?.[name],
    readTextFile: (path) =>
      path in files ? Promise.resolve(files[path]!) : Promise.reject(new Deno.errors.NotFound(path)),
    overrides: world.overrides ?? {},
  });
}

/** The problems that loading reports. */
async function problems(yaml: string, world?: Parameters<typeof load>[1]): Promise<readonly string[]> {
  try {
    await load(yaml, world);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems;
  }
  return [];
}

const missing = () => Promise.reject(new Deno.errors.NotFound("gone"));
const nothing = { kinds: KINDS, env: () => undefined, readTextFile: missing };

Deno.test("config/config.yaml says exactly what the program does without it, and names every key", async () => {
  const path = new URL("../config/config.yaml", import.meta.url);
  const text = await Deno.readTextFile(path);
  const manual = await load(text);
  const builtIn = await loadConfig(nothing);
  assert.deepEqual(manual.warnings, []);
  assert.deepEqual(manual.config, builtIn.config);
  const unnamed = [...manual.origins].filter(([key, { from }]) =>
    from === "default" && !new RegExp(`^ *# +${key.split(".").at(-1)}:`, "m").test(text) &&
    !key.includes(".config.input.")
  );
  assert.deepEqual(unnamed, []);
});

Deno.test("the sample's file works as it is once insecure ports are allowed", async () => {
  const text = await Deno.readTextFile(new URL("../tests/fixtures/sample_config.yaml", import.meta.url));
  assert.deepEqual((await problems(text)).map((line) => line.split(":").slice(0, 3).join(":")), [
    "g.yaml:3:3 gateway.host",
    "g.yaml:53:3 monitoring.host",
    "g.yaml:59:3 authentication.enabled",
    "g.yaml:69:3 jwt_validation.enabled",
  ]);
  const { config, warnings } = await load(text, { overrides: { insecure: true } });
  assert.deepEqual(config.connectors.map(({ id, kind }) => [id, kind]), [
    ["local_audio_connector", "local_audio"],
    ["aws_lex_connector", "aws_lex"],
  ]);
  assert.equal(config.gateway.maxStreams, 100);
  assert.equal(config.voiceActivityDetection.endSilenceMs, 1000);
  assert.equal(config.sessions.timeoutMs, 600_000);
  assert.deepEqual(config.logging.gateway, {
    level: "info",
    file: { path: "logs/gateway.log", maxBytes: 10_485_760, backups: 5, format: "auto" },
  });
  assert.deepEqual(warnings.map((line) => line.split(/:| is /)[0]), [
    "logging.gateway.format",
    "logging.web.format",
    "gateway.host",
    "monitoring.host",
    "jwt_validation.enabled",
    "authentication.enabled",
  ]);
  assert.equal(config.login, undefined);
  const env = {
    WEBEX_CLIENT_ID: "client-1",
    WEBEX_CLIENT_SECRET: "secret-1",
    WEBEX_REDIRECT_URI: "http://localhost:8080/oauth",
    AUTHORIZED_WEBEX_ORG_IDS: "org-1, org-2",
    FLASK_SECRET_KEY: "a secret of the test's own",
  };
  const { login } = (await load(text, { env, overrides: { insecure: true } })).config;
  assert.deepEqual([login!.sessionMs, login!.secret.reveal()], [86_400_000, env.FLASK_SECRET_KEY]);
  const { clientId, clientSecret, redirectUri, orgs, provider } = login!.oidc!;
  assert.deepEqual([clientId, clientSecret.reveal(), redirectUri], ["client-1", "secret-1", env.WEBEX_REDIRECT_URI]);
  assert.deepEqual([orgs, provider.name], [["org-1", "org-2"], "Webex"]);
});

Deno.test("every problem of a file is reported at once, with its line, column and key", async () => {
  const found = await problems(`gateway:
  prot: 5
  port: abc
  max_connections: 0
inptu: {}
voice_activity_detection: [1]
input:
  terminator: "##"
connectors:
  a: {type: local_audio, config: {agent_id: [3], audio_files: {welcom: x}}}
data_source: {renewal_lead_time_minutes: 1440}
audio: {supported_formats: [wav, [mp3]]}
`);
  assert.deepEqual(found, [
    'g.yaml:2:3 gateway.prot: unknown key: did you mean "port"?',
    'g.yaml:3:3 gateway.port: expected a whole number from 0 to 65535: received "abc"',
    "g.yaml:4:3 gateway.max_connections: expected a whole number from 1 to 1000000: received 0",
    'g.yaml:5:1 inptu: unknown key: did you mean "input"?',
    "g.yaml:6:1 voice_activity_detection: expected a mapping: received a list",
    'g.yaml:8:3 input.terminator: expected one of 0 to 9, *, #, A to D, or "": received "##"',
    "g.yaml:10:35 connectors.a.config.agent_id: expected text: received a list",
    'g.yaml:10:64 connectors.a.config.audio_files.welcom: unknown key: did you mean "welcome"?',
    "g.yaml:11:15 data_source.renewal_lead_time_minutes: expected less than token_lifetime_minutes: received 1440",
    "g.yaml:12:34 audio.supported_formats[1]: expected text: received a list",
  ]);
});

Deno.test("TLS that is asked for needs its files, and an issuer must be one", async () => {
  const found = await problems(`gateway:
  tls: {enabled: true, server_cert_chain_file: c.pem, require_client_cert: true}
monitoring:
  tls: {enabled: true}
jwt_validation:
  enabled: true
  data_sources: [{url: https://a.example}, {schema_uuid: x}]
  issuers: [http://idbroker.example/idb]
`);
  assert.deepEqual(found, [
    "g.yaml:2:3 gateway.tls.server_private_key_file: expected the path of a PEM file: received nothing",
    "g.yaml:2:3 gateway.tls.root_ca_cert_file: expected the path of a PEM file: received nothing",
    "g.yaml:4:3 monitoring.tls.server_cert_chain_file: expected the path of a PEM file: received nothing",
    "g.yaml:4:3 monitoring.tls.server_private_key_file: expected the path of a PEM file: received nothing",
    "g.yaml:7:44 jwt_validation.data_sources[1].url: expected text: received nothing",
    'g.yaml:8:13 jwt_validation.issuers[0]: expected https:// and a host, without a slash at the end: received "http://idbroker.example/idb"',
  ]);
});

Deno.test("a login that is asked for must be one that somebody can get through, and that nobody can forge", async () => {
  const webex = (more: object) => ({
    client_id: "c",
    client_secret: "s",
    redirect_uri: "https://gateway.example/oauth",
    ...more,
  });
  const refused = async (section: object) => {
    const found = await problems(JSON.stringify({ authentication: { enabled: true, ...section } }));
    return found.map((line) => line.replace(/^g.yaml:1:\d+ authentication\./, "").split(":")[0]);
  };
  const user = { name: "ada", password_hash: await hashPassword("correct horse battery") };
  const token = { name: "wallboard", hash: hashOfToken(newToken()) };
  const orgs = { authorized_orgs: "org-1" };
  const rows: readonly (readonly [object, ...string[]])[] = [
    [{}, "enabled"],
    [{ users: [user] }],
    [{ api_tokens: [token] }],
    [{ ...orgs, webex_oauth: webex({}) }],
    [{ webex_oauth: webex({}) }, "authorized_orgs"],
    [{ authorized_orgs: "*", webex_oauth: webex({}) }, "authorized_orgs"],
    [{ authorized_orgs: "*", webex_oauth: webex({ issuer: "https://login.example" }) }],
    [{ ...orgs, webex_oauth: webex({ issuer: "https://login.example" }) }, "webex_oauth.org_claim"],
    [{ ...orgs, webex_oauth: webex({ issuer: "http://login.example" }) }, "webex_oauth.issuer"],
    [{ ...orgs, webex_oauth: webex({ client_secret: "" }) }, "webex_oauth.client_secret"],
    [{ ...orgs, webex_oauth: webex({ redirect_uri: "" }) }, "webex_oauth.redirect_uri"],
    [{ ...orgs, webex_oauth: webex({ redirect_uri: "http://gateway.example/oauth" }) }, "webex_oauth.redirect_uri"],
    [{ ...orgs, webex_oauth: webex({ redirect_uri: "https://gateway.example/" }) }, "webex_oauth.redirect_uri"],
    [{ users: [user], session: { secret_key: "too short" } }, "session.secret_key"],
    [{ users: [user, user] }, "users[1].name"],
    [{ users: [{ ...user, name: "a\nb" }] }, "users[0].name"],
    [{ users: [{ ...user, password_hash: "secret" }] }, "users[0].password_hash"],
    [
      { users: [{ ...user, password_hash: "$scrypt$ln=30,r=8,p=1$c2FsdHNhbHRz$aGFzaGhhc2hoYXNoaGFzaA" }] },
      "users[0].password_hash",
    ],
    [{ users: [{ ...user, role: "admin" }] }, "users[0].role"],
    [{ api_tokens: [{ ...token, hash: "byova_plain" }] }, "api_tokens[0].hash"],
  ];
  for (const [section, ...keys] of rows) assert.deepEqual(await refused(section), keys, JSON.stringify(section));
});

Deno.test("a port that others reach needs a login, and says how to have one", async () => {
  const user = JSON.stringify({ name: "ada", password_hash: await hashPassword("correct horse battery") });
  const yaml = (more: string) => `monitoring: {host: 0.0.0.0}\n${more}`;
  const [refused] = await problems(yaml(""));
  assert.match(
    refused!,
    /opens the dashboard beyond this machine without a login: set authentication.enabled: true and/,
  );
  assert.deepEqual(await problems(yaml(`authentication: {enabled: true, users: [${user}]}`)), []);
  assert.equal((await problems(yaml(`authentication: {enabled: false, users: [${user}]}`))).length, 1);
});

Deno.test("what is not YAML is reported with its place and without quoting the file", async () => {
  const found = await problems('a: *hunter2\na: 1\nb: !hunter2 x\nc: "hunter2');
  assert.equal(found.length, 4);
  assert.ok(found.includes('g.yaml:2:1 "a": this key was already given above'), found.join("\n"));
  assert.ok(found.every((line) => /^g\.yaml:\d+:\d+ /.test(line) && !line.includes("hunter2")), found.join("\n"));
  assert.deepEqual(await problems("- a"), ["g.yaml:1:1 expected a mapping of sections, such as gateway:"]);
  assert.match((await problems("gateway: &a\n  tls: *a\n")).join(), /^g\.yaml:/);
});

Deno.test("a file that is named must be there, the usual one need not", async () => {
  await assert.rejects(
    loadConfig({ ...nothing, file: "x.yaml" }),
    /^ConfigError: x.yaml: cannot be read: no such file$/,
  );
  await assert.rejects(
    loadConfig({ ...nothing, env: (name) => name === "GATEWAY_CONFIG" ? "y.yaml" : undefined }),
    /y.yaml: cannot be read: no such file/,
  );
  const { config, warnings } = await loadConfig(nothing);
  assert.deepEqual(config.connectors.map(({ kind }) => kind), ["local_audio", "echo"]);
  assert.match(warnings.join(), /^There is no config\/config.yaml/);
});

Deno.test("the command line wins over the environment, the environment over the file, the file over the default", async () => {
  const yaml = "gateway:\n  port: 1\nlogging: {level: error, gateway: {level: error}}\n";
  const env = { PORT: "2", GATEWAY_HTTP_PORT: "", LOG_LEVEL: "debug" };
  const file = await load(yaml);
  assert.deepEqual([file.config.gateway.port, file.origins.get("gateway.port")], [1, {
    from: "file",
    file: "g.yaml",
    line: 2,
  }]);
  const environment = await load(yaml, { env });
  assert.deepEqual([environment.config.gateway.port, environment.origins.get("gateway.port")], [2, {
    from: "environment",
    name: "PORT",
  }]);
  assert.equal(environment.config.logging.gateway.level, "debug");
  assert.deepEqual(environment.origins.get("monitoring.port"), { from: "default" });
  const flags = await load(yaml, { env: { ...env, GATEWAY_PORT: "3" }, overrides: { "gateway.port": "4" } });
  assert.deepEqual([flags.config.gateway.port, flags.origins.get("gateway.port")], [4, {
    from: "command line",
    name: "--port",
  }]);
  assert.equal((await load(yaml, { env: { ...env, GATEWAY_PORT: "3" } })).config.gateway.port, 3);
  assert.deepEqual(await problems("", { env: { PORT: "x" }, overrides: { "monitoring.port": "y" } }), [
    'PORT gateway.port: expected a whole number from 0 to 65535: received "x"',
    '--http-port monitoring.port: expected a whole number from 0 to 65535: received "y"',
  ]);
});

Deno.test("every override names a key that exists", async () => {
  const { origins } = await load("");
  for (const { key, hides = [] } of OVERRIDES) [key, ...hides].forEach((name) => assert.ok(origins.has(name), name));
});

Deno.test("${NAME} is the environment's, $${ is not, and an unset name is a problem", async () => {
  const env = { WHO: "Ada", PORT_X: "7000", NESTED: "${WHO}" };
  const { config } = await load('gateway: {port: "${PORT_X}", default_agent: "$${WHO} ${WHO} ${NESTED}"}', { env });
  assert.equal(config.gateway.port, 7000);
  assert.equal(config.gateway.defaultAgent, "${WHO} Ada ${WHO}");
  assert.deepEqual(await problems('gateway:\n  port: "${NOPE}"\n  default_agent: "${A-b}"\n'), [
    "g.yaml:2:3 gateway.port: the environment variable NOPE is not set",
    "g.yaml:3:3 gateway.default_agent: expected ${NAME} with the name of an environment variable, or $${ for a plain ${",
  ]);
  const leaked = await problems('gateway: {port: "${KEY}"}', { env: { KEY: "hunter2" } });
  assert.deepEqual(leaked, ['g.yaml:1:11 gateway.port: expected a whole number from 0 to 65535: received "${KEY}"']);
});

Deno.test("a secret can come from the file, a variable or a file of its own", async () => {
  const keyed = (config: string) => `connectors:\n  k: {type: keyed, config: {region: eu, ${config}}}\n`;
  const world = { env: { KEY: "from env" }, files: { "key.txt": " from file\n" } };
  const given = async (config: string) => {
    const loaded = await load(keyed(config), world);
    const { api_key } = loaded.config.connectors[0]!.config as { api_key: Secret };
    return [api_key.reveal(), loaded.origins.get("connectors.k.config.api_key")];
  };
  assert.deepEqual(await given("api_key: plain"), ["plain", { from: "file", file: "g.yaml", line: 2 }]);
  assert.deepEqual(await given("api_key_env: KEY"), ["from env", { from: "environment", name: "KEY" }]);
  assert.deepEqual(await given("api_key_file: key.txt"), ["from file", { from: "file", file: "key.txt" }]);

  const refused = async (config: string) =>
    (await problems(keyed(config), world)).map((line) => line.replace(/^g.yaml:2:\d+ /, ""));
  assert.deepEqual(await refused("api_key_env: NOPE"), [
    "connectors.k.config.api_key_env: the environment variable NOPE is not set",
  ]);
  assert.deepEqual(await refused("api_key_env: hunter-2"), [
    "connectors.k.config.api_key_env: expected the name of an environment variable",
  ]);
  assert.deepEqual(await refused("api_key_file: gone.txt"), [
    'connectors.k.config.api_key_file: cannot read "gone.txt": no such file',
  ]);
  assert.deepEqual(await refused("api_key: a, api_key_file: key.txt"), [
    "connectors.k.config.api_key_file: give one of api_key, api_key_env and api_key_file",
  ]);
  assert.deepEqual(await refused("api_keys_env: KEY, api_key: a"), [
    'connectors.k.config.api_keys_env: unknown key: did you mean "api_key_env"?',
  ]);
  assert.deepEqual(
    (await problems(keyed("api_key: 123456"), world)).map((line) => line.replace(/^g.yaml:2:\d+ /, "")),
    [
      "connectors.k.config.api_key: expected text: received a number",
    ],
  );
});

Deno.test("maskedConfig() shows everything but secrets", async () => {
  const { config } = await load("connectors: {k: {type: keyed, config: {region: eu, api_key: hunter2}}}", {
    env: { FLASK_SECRET_KEY: "hunter3" },
  });
  const masked = JSON.stringify(maskedConfig(config));
  assert.doesNotMatch(masked, /hunter/);
  assert.match(masked, /"api_key":"••••","region":"eu"/);
});

Deno.test("connectors go by our names and the sample's, and an unknown one is refused with the nearest name", async () => {
  const yaml = `connectors:
  a: {class: LocalAudioConnector, module: connectors.local_audio_connector}
  b: {type: local_audio_connector, delivery: chunk}
  c: {type: echo, config: {agent_id: 7}}
  d: {type: gecx, config: {anything: "\${AT_ALL}"}}
`;
  const { config, warnings } = await load(yaml);
  assert.deepEqual(config.connectors.map(({ id, kind, delivery }) => [id, kind, delivery]), [
    ["a", "local_audio", undefined],
    ["b", "local_audio", "chunk"],
    ["c", "echo", undefined],
  ]);
  assert.deepEqual(warnings, ["connectors.d: this version carries no gecx connector: it is left out"]);
  assert.deepEqual(
    await problems("connectors:\n  a: {type: ecko}\n  b: {class: AWSLexConector}\n  c: {}\n  d:\n  _e: {}\n"),
    [
      'g.yaml:2:7 connectors.a.type: unknown connector type "ecko": did you mean "echo"?',
      'g.yaml:3:7 connectors.b.class: unknown connector class "AWSLexConector": did you mean "AWSLexConnector"?',
      "g.yaml:4:3 connectors.c: expected a type: one of local_audio, echo, aws_lex, keyed",
      'g.yaml:5:3 connectors.d: expected a mapping with a type, such as {type: "echo"}',
      "g.yaml:6:3 connectors._e: expected an id of letters, digits, _ and -, starting with a letter, up to 64",
    ],
  );
});

Deno.test("a section without values, yes for true, and merged anchors are taken as the sample takes them", async () => {
  const { config } = await load(
    "sessions:\ngateway: &g {port: 7, welcome_barge_in: no}\nmonitoring: {enabled: Yes}\ninput: {terminator: 5}\n",
  );
  assert.equal(config.gateway.welcomeBargeIn, false);
  assert.equal(config.monitoring.enabled, true);
  assert.equal(config.input.terminator, "5");
  assert.equal(config.input.noInputMs, 10_000);
  const merged = await load("logging:\n  gateway: &l {max_size: 2KB}\n  web: {<<: *l, file: w.log}\n");
  assert.equal(merged.config.logging.web.file?.maxBytes, 2048);
});

Deno.test("the wire's limits are, without a file, what the wire itself has", async () => {
  const { config: { gateway } } = await load("");
  for (const [name, value] of Object.entries(gateway.limits)) {
    assert.equal(value, (WIRE_LIMITS as unknown as Readonly<Record<string, number>>)[name], name);
  }
});
