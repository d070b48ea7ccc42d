import { strict as assert } from "node:assert";
import { Authority, type Pair } from "../../tests/certificates.ts";
import { keepingLog, type Line } from "../../tests/logs.ts";
import { ManualClock } from "../../tests/manual_clock.ts";
import { CertificateFiles, type CertificateTexts } from "./certificate_files.ts";

const DAY_MS = 86_400_000;
const authority = await Authority.create("Authority");
const first = await authority.issue({ commonName: "first.example", until: 20 });
const second = await authority.issue({ commonName: "second.example", until: 100 });

/** Files that a test writes, and what is made of them. */
async function watched(files: Record<string, string> = onDisk(first)) {
  const clock = new ManualClock(Date.now());
  const lines: Line[] = [];
  const certificates = await CertificateFiles.open({
    paths: { cert: "c.pem", key: "k.pem", authorities: "ca.pem" in files ? "ca.pem" : undefined },
    pollMs: 30_000,
    readTextFile: (path) =>
      path in files ? Promise.resolve(files[path]!) : Promise.reject(new Deno.errors.NotFound(path)),
    clock,
    log: keepingLog(lines),
  });
  const renewed: CertificateTexts[] = [];
  certificates.onRenewal((texts) => void renewed.push(texts));
  const look = async () => {
    clock.advance(30_000);
    await clock.nextTurn();
  };
  return { clock, lines, certificates, renewed, files, look };
}

function onDisk({ cert, key }: Pair): Record<string, string> {
  return { "c.pem": cert, "k.pem": key };
}

Deno.test("a certificate that changes is taken at the next look, and nothing happens while it does not", async () => {
  const { certificates, renewed, files, look, lines, clock } = await watched();
  await look();
  assert.deepEqual([renewed, lines], [[], []]);
  Object.assign(files, onDisk(second));
  await look();
  await look();
  assert.deepEqual(renewed, [{ ...second, authorities: undefined }]);
  assert.equal(certificates.state.subject, "second.example");
  assert.deepEqual(lines.map(({ message }) => message), ["certificate renewed"]);
  certificates[Symbol.dispose]();
  assert.equal(clock.timers, 0);
});

Deno.test("files that cannot be used leave the last certificate in place, and are named once", async () => {
  const { certificates, renewed, files, look, lines } = await watched();
  const broken: readonly [Record<string, string>, RegExp][] = [
    [
      { "c.pem": second.cert },
      /Cannot use the private key: that of the certificate expected: received another in c.pem, k.pem/,
    ],
    [{ "c.pem": "" }, /Cannot read the certificate: PEM/],
    [{ "c.pem": "x".repeat(2_000_000) }, /Cannot read "c.pem": it is no PEM file of 1 MB/],
  ];
  for (const [change, problem] of broken) {
    Object.assign(files, onDisk(first), change);
    await look();
    await look();
    assert.match(String(lines.at(-1)!.fields.problem), problem);
  }
  delete files["c.pem"];
  await look();
  assert.equal(lines.at(-1)!.fields.problem, 'Cannot read "c.pem": NotFound');
  assert.ok(lines.every(({ level, message }) => level === "error" && message.startsWith("new certificate refused")));
  assert.equal(lines.length, 4);
  assert.deepEqual([renewed.length, certificates.texts.cert], [0, first.cert]);
  Object.assign(files, onDisk(second));
  await look();
  assert.equal(certificates.texts.cert, second.cert);
  certificates[Symbol.dispose]();
});

Deno.test("the authorities of clients are renewed with the rest", async () => {
  const { certificates, renewed, files, look } = await watched({ ...onDisk(first), "ca.pem": authority.cert });
  const other = await Authority.create("Other");
  files["ca.pem"] = other.cert;
  await look();
  assert.equal(renewed[0]!.authorities, other.cert);
  certificates[Symbol.dispose]();
});

Deno.test("a server that refuses the new certificate keeps the old one", async () => {
  const { certificates, files, look, lines } = await watched();
  certificates.onRenewal(() => {
    throw new Error("no such curve");
  });
  Object.assign(files, onDisk(second));
  await look();
  assert.equal(certificates.texts.cert, first.cert);
  assert.equal(lines.at(-1)!.fields.problem, "no such curve");
  certificates[Symbol.dispose]();
});

Deno.test("the end of a certificate is in the log once a day from 14 days before it", async () => {
  const { clock, certificates, lines } = await watched();
  const warnings = () => lines.filter(({ message }) => message === "certificate ends soon");
  const days = async (count: number) => {
    for (let hour = 0; hour < count * 24; hour++) {
      clock.advance(DAY_MS / 24);
      await certificates.look();
    }
  };
  await days(5);
  assert.deepEqual([certificates.state.daysLeft, warnings()], [14, []]);
  await days(2);
  assert.deepEqual(warnings().map(({ fields }) => fields.days), [13, 12]);
  certificates[Symbol.dispose]();
});

Deno.test("at the start, files that cannot be used are an error that names them", async () => {
  await assert.rejects(watched({}), /^Error: Cannot read "c.pem": NotFound$/);
  await assert.rejects(
    watched({ ...onDisk(first), "ca.pem": "x" }),
    /Cannot read the certificate: .* in c.pem, k.pem, ca.pem$/,
  );
});
