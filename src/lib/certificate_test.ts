import { strict as assert } from "node:assert";
import { Authority } from "../../tests/certificates.ts";
import { checkKeyPair, daysLeft, nameMatches, readCertificate } from "./certificate.ts";

const authority = await Authority.create("Test Authority");
const server = await authority.issue({
  commonName: "gateway.example",
  names: ["gateway.example", "localhost"],
  until: 90,
});
const other = await authority.issue({ commonName: "other.example" });

Deno.test("readCertificate() tells whose a certificate is, for which names, and how long it is good", () => {
  const certificate = readCertificate(server.cert);
  assert.equal(certificate.subject, "gateway.example");
  assert.equal(certificate.issuer, "Test Authority");
  assert.deepEqual(certificate.names, ["gateway.example", "localhost", "127.0.0.1"]);
  assert.equal(daysLeft(certificate, Date.now()), 89);
  assert.equal(daysLeft(certificate, certificate.until + 1), -1);
  assert.ok(certificate.from < Date.now());
  assert.equal(readCertificate(`${server.cert}\n${authority.cert}`).subject, "gateway.example");
});

Deno.test("checkKeyPair() takes a certificate with its own key, and says what else is wrong", () => {
  checkKeyPair(server.cert, server.key);
  checkKeyPair(`${server.cert}\n${authority.cert}`, server.key);
  assert.throws(() => checkKeyPair(server.cert, other.key), /that of the certificate expected: received another$/);
  assert.throws(() => checkKeyPair("x", server.key), /Cannot read the certificate: PEM/);
  assert.throws(() => checkKeyPair(server.cert, "x"), /Cannot read the private key: PEM/);
  assert.throws(() => checkKeyPair(server.cert, server.cert), /Cannot read the private key: PEM/);
});

Deno.test("nameMatches() lets * stand for one label", () => {
  const pattern = "insight-orchestrator.*.ciscoccservice.com";
  const fitting = ["insight-orchestrator.intgus1.ciscoccservice.com", "Insight-Orchestrator.x.CISCOCCSERVICE.com"];
  const others = [
    "insight-orchestrator.ciscoccservice.com",
    "insight-orchestrator..ciscoccservice.com",
    "insight-orchestrator.a.b.ciscoccservice.com",
    "insight-orchestrator.a.ciscoccservice.com.evil.example",
    "evil-insight-orchestrator.a.ciscoccservice.com",
    "insight-orchestratorxaxciscoccservice.com",
    "",
  ];
  for (const name of fitting) assert.ok(nameMatches(pattern, name), name);
  for (const name of others) assert.ok(!nameMatches(pattern, name), name);
  assert.ok(nameMatches("*", "any.name.at.all") && nameMatches("a.b", "A.B") && !nameMatches("a.b", "a.c"));
});
