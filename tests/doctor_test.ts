import { strict as assert } from "node:assert";
import { createServer } from "node:tls";
import { ConfigError } from "../src/config.ts";
import { connectors } from "../src/connectors/mod.ts";
import type { DoctorDeps } from "../src/doctor/checks.ts";
import { tellRefusal } from "../src/doctor/command.ts";
import { examine } from "../src/doctor/examination.ts";
import { diagnosisOf } from "../src/doctor/report.ts";
import { systemClock } from "../src/lib/clock.ts";
import type { ErrorCode } from "../src/lib/error_codes.ts";
import { FakeWebex } from "./byods/fake_webex.ts";
import { Authority, type CertificateWishes } from "./certificates.ts";
import { type Fault, findings, FREE, load, temporary } from "./examined.ts";
import { TestGateway } from "./gateway_harness.ts";
import { FakeProvider } from "./login/fake_provider.ts";
import { FakeIssuer, SOURCE } from "./trust/fake_issuer.ts";

/** One fault: planted in `stack`, found by its code, with a remedy that says this. */
type Row = readonly [
  name: string,
  plant: (stack: AsyncDisposableStack) => Promise<Fault> | Fault,
  code: ErrorCode,
  remedy: RegExp,
];

const ROWS: readonly Row[] = [
  [
    "a port that is taken by another program",
    (stack) => {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      stack.defer(() => listener.close());
      return { yaml: `gateway: {port: ${listener.addr.port}}\nmonitoring: {port: 0}\n` };
    },
    "PORT-TAKEN",
    /ss -ltnp.*--port/,
  ],
  [
    "a prompt file that is missing",
    () => ({
      yaml: `${FREE}connectors: {local: {type: local_audio, config: {audio_files: {welcome: nowhere.wav}}}}\n`,
    }),
    "PROMPT-UNREADABLE",
    /audio_files\.welcome/,
  ],
  [
    "a folder that cannot be written",
    async (stack) => {
      const folder = await temporary(stack);
      await Deno.writeTextFile(`${folder}/logs`, "a file in the folder's place");
      return { yaml: `${FREE}logging: {gateway: {file: ${folder}/logs/gateway.log}}\n` };
    },
    "DISK-READ-ONLY",
    /chown or chmod/,
  ],
  [
    "a disk that is full",
    (stack) => onDisk(stack, 1),
    "DISK-FULL",
    /make room/,
  ],
  ["a disk that is nearly full", (stack) => onDisk(stack, 200), "DISK-LOW", /make room/],
  [
    "a clock that is five minutes ahead",
    async (stack) => {
      const issuer = stack.use(await FakeIssuer.open());
      issuer.headers = { date: new Date(Date.now() - 300_000).toUTCString() };
      return { yaml: FREE + trusting(issuer.issuer) };
    },
    "CLOCK-SKEW",
    /timedatectl/,
  ],
  [
    "a name that does not resolve",
    () => ({ yaml: FREE, publicUrl: "https://gateway.invalid" }),
    "DNS-NO-NAME",
    /resolver/,
  ],
  ["a certificate that has ended", (stack) => endpoint(stack, { until: -0.5, from: -9 }), "TLS-EXPIRED", /renew/],
  [
    "a certificate that ends in a week",
    (stack) => endpoint(stack, { until: 7 }),
    "TLS-EXPIRES-SOON",
    /renew/,
  ],
  [
    "a certificate for another name",
    (stack) => endpoint(stack, { names: ["other.example"] }),
    "TLS-WRONG-NAME",
    /alternative names/,
  ],
  [
    "a certificate of nobody's",
    async (stack) => {
      const { yaml, publicUrl } = await endpoint(stack, {});
      return { yaml, publicUrl };
    },
    "TLS-UNTRUSTED",
    /chain/,
  ],
  ["a public address without h2", (stack) => endpoint(stack, {}, ["http/1.1"]), "TLS-NO-H2", /HTTP\/2/],
  [
    "an issuer that cannot be reached",
    () => ({
      yaml: FREE + trusting(`http://127.0.0.1:${closedPort()}/idb`),
    }),
    "JWKS-UNREACHABLE",
    /jwt_validation\.issuers/,
  ],
  [
    "a data source that is registered with another spelling",
    (stack) => registered(stack, { url: "https://voice.example.org/" }),
    "URL-DIFFERS",
    /https:\/\/voice\.example\.org\/ as data_source\.url/,
  ],
  [
    "a public URL that differs from the configured one by a slash",
    async (stack) => {
      const issuer = stack.use(await FakeIssuer.open());
      return { yaml: FREE + trusting(issuer.issuer), publicUrl: `${SOURCE.url}/` };
    },
    "URL-DIFFERS",
    /same text/,
  ],
  [
    "a data source that is disabled",
    (stack) => registered(stack, { status: "disabled" }),
    "BYODS-INACTIVE",
    /register/,
  ],
  [
    "a data source whose token has ended",
    (stack) => registered(stack, { expiresAt: 1 }),
    "BYODS-LAPSED",
    /byods renew/,
  ],
  ["a data source that nobody registered", (stack) => registered(stack), "BYODS-UNREGISTERED", /byods register/],
  [
    "credentials that Webex does not take",
    (stack) => registered(stack, {}, "not-the-token"),
    "BYODS-UNAUTHORIZED",
    /data_source\.auth/,
  ],
  [
    "a login provider that is somebody else",
    async (stack) => {
      const provider = stack.use(await FakeProvider.open());
      provider.lapses.metadata = { issuer: "https://other.example" };
      return { yaml: FREE + provider.yaml() };
    },
    "LOGIN-PROVIDER",
    /docs\/login\.md/,
  ],
  [
    "credentials that a vendor does not take",
    () => ({
      yaml: `${FREE}connectors: {e: {type: echo}}\n`,
      deps: {
        carried: connectors.map((each) => ({
          ...each,
          check: () =>
            Promise.resolve([{ code: "AGENT-CREDENTIALS", problem: "status 403", remedy: "correct the key" }]),
        })) as DoctorDeps["carried"],
      },
    }),
    "AGENT-CREDENTIALS",
    /correct the key/,
  ],
  [
    "a permission that the start command does not give",
    () => ({
      yaml: `${FREE}logging: {web: {file: /var/log/byova/web.log}}\n`,
      deps: { free: () => Promise.resolve(1e12) },
    }),
    "PERMISSION-MISSING",
    /--allow-write=\/var\/log\/byova\//,
  ],
  [
    "a permission that only starting shows",
    () => ({
      yaml: FREE,
      deps: {
        startGateway: () => Promise.reject(new Deno.errors.NotCapable('Requires net access to "x:1", run again')),
      },
    }),
    "PERMISSION-MISSING",
    /--allow-net=x:1/,
  ],
];

for (const [name, plant, code, remedy] of ROWS) {
  Deno.test(`doctor finds ${name}`, async () => {
    await using stack = new AsyncDisposableStack();
    const found = await findings(await plant(stack));
    const finding = found.find((each) => "code" in each && each.code === code);
    assert.ok(finding && "remedy" in finding, JSON.stringify(found, undefined, 1));
    assert.match(finding.remedy, remedy);
  });
}

Deno.test("doctor finds what is wrong with a configuration, by line and key", async () => {
  const lines: string[] = [];
  const error = await load("gateway: {prot: 1}\ninput: {dtmf_length: 0}\n").then(() => undefined, (error) => error);
  assert.ok(error instanceof ConfigError);
  assert.equal(tellRefusal(error, { json: false, print: (line) => lines.push(line) }), 1);
  assert.match(lines.join("\n"), /gateway\.prot: unknown key.*\[CFG-UNKNOWN-KEY\]\n.*→/);
  assert.match(lines.join("\n"), /input\.dtmf_length: .*\[CFG-VALUE\]/);
});

Deno.test("an installation that is well passes, with a call that is signed and one over TLS to the public address", async () => {
  await using stack = new AsyncDisposableStack();
  const issuer = stack.use(await FakeIssuer.open());
  const { publicUrl, deps } = await endpoint(stack, {});
  const yaml = FREE + trusting(issuer.issuer, publicUrl);
  const found = await findings({ yaml, publicUrl, deps });
  assert.deepEqual(found.filter((each) => "code" in each), []);
  const said = found.map((each) => each.said).join("\n");
  assert.match(said, /with a signed token answers a call/);
  assert.match(said, /speaks h2/);
  assert.match(said, /publishes 1 key/);
  assert.match(said, /[0-2]\.\d s (ahead of|behind)/);
});

Deno.test("a gateway that runs keeps its port, and is called through it", async () => {
  await using house = await TestGateway.open();
  const found = await findings({ yaml: `gateway: {port: ${house.gateway.grpcPort}}\nmonitoring: {port: 0}\n` });
  const said = found.map((each) => each.said).join("\n");
  assert.match(said, /in use by a gateway that runs/);
  assert.match(said, /the gateway that runs at 127\.0\.0\.1:\d+ answers a call/);
});

Deno.test("a check that hangs is called off, and the others are told", async () => {
  const hanging = { title: "hangs", run: () => new Promise<never>(() => {}) };
  const well = { title: "well", run: () => Promise.resolve([{ verdict: "pass", said: "fine" } as const]) };
  const thrown = { title: "throws", run: () => Promise.reject(new Error("unforeseen")) };
  const awake = setInterval(() => {}, 60_000); // the clock's timers do not keep the process alive
  const examined = await examine([hanging, well, thrown], systemClock, 20).finally(() => clearInterval(awake));
  assert.deepEqual(examined.map(({ findings: [first] }) => first && "code" in first ? first.code : first?.said), [
    "CHECK-LATE",
    "fine",
    "CHECK-FAILED",
  ]);
  assert.equal(diagnosisOf(examined), "fail");
});

Deno.test("deno task doctor prints a checklist or JSON, and its exit code says how it is", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const run = async (yaml: string, ...args: string[]) => {
      await Deno.writeTextFile(`${folder}/c.yaml`, yaml);
      const { code, stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "doctor", "--config", `${folder}/c.yaml`, ...args],
        cwd: new URL("../", import.meta.url),
      }).output();
      return { code, said: new TextDecoder().decode(stdout) };
    };
    const well = await run(FREE);
    assert.equal(well.code, 0, well.said);
    assert.match(well.said, /^ok +trial call +a gateway of its own answers a call$/m);
    const warned = await run(`${FREE}transports: {mode: both}\n`, "--json");
    assert.equal(warned.code, 3, warned.said);
    assert.equal(JSON.parse(warned.said).diagnosis, "warn");
    const failing = await run("gateway: {prot: 1}\n", "--json");
    assert.equal(failing.code, 1);
    assert.equal(JSON.parse(failing.said).checks[0].code, "CFG-UNKNOWN-KEY");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/**
 * A log on a disk of so many megabytes that is real where the system lets us mount one (as root on Linux); elsewhere the
 * size is told to the doctor as the system would.
 */
async function onDisk(stack: AsyncDisposableStack, megabytes: number): Promise<Fault> {
  const folder = await temporary(stack);
  const yaml = `${FREE}logging: {gateway: {file: ${folder}/gateway.log}}\n`;
  const run = (command: string, ...args: string[]) => new Deno.Command(command, { args, stderr: "null" }).output();
  const mounted = await run("mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder).catch(() => undefined);
  if (!mounted?.success) return { yaml, deps: { free: () => Promise.resolve(megabytes * 1_000_000) } };
  stack.defer(async () => void await run("umount", folder));
  if (megabytes > 1) return { yaml };
  const write = Deno.writeFile(`${folder}/all of it`, new Uint8Array(2_000_000));
  await assert.rejects(write, /No space left/);
  return { yaml };
}

/** A public address on a loopback port that shows such a certificate. */
async function endpoint(stack: AsyncDisposableStack, wishes: Partial<CertificateWishes>, alpn = ["h2"]) {
  const authority = await Authority.create("Test Authority");
  const pair = await authority.issue({ commonName: "gateway", names: ["localhost"], ...wishes });
  const server = createServer({ ...pair, ALPNProtocols: alpn }, (socket) => socket.on("error", () => {}).end());
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stack.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.address() as { port: number };
  return { yaml: FREE, publicUrl: `https://localhost:${port}`, deps: { authorities: [authority.cert] } };
}

/** A gateway that registers itself with a Webex that knows this of it. */
async function registered(
  stack: AsyncDisposableStack,
  about?: Parameters<FakeWebex["add"]>[0],
  token = "static-access-token-of-the-test",
): Promise<Fault> {
  const webex = stack.use(new FakeWebex());
  if (about) webex.add(about);
  const store = await temporary(stack);
  return {
    yaml: `${FREE}
data_source:
  enabled: true
  url: https://voice.example.org
  api_base_url: ${webex.baseUrl}
  token_store: ${store}/tokens.json
  auth: {type: static, access_token: ${token}}
`,
  };
}

function trusting(issuer: string, url: string = SOURCE.url): string {
  return `jwt_validation: {enabled: true, datasource_url: "${url}", issuers: ["${issuer}"]}\n`;
}

function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
