/** Certificates for tests, made on the spot: X.509 (RFC 5280) in DER, signed with ECDSA P-256 and SHA-256 (RFC 5758). */

/** A certificate and its private key, in PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateWishes {
  readonly commonName: string;
  /** DNS names; for a server "localhost" among them, and 127.0.0.1 in any case. */
  readonly names?: readonly string[];
  /** Days from now until it begins and ends; from yesterday to ten years unless told. */
  readonly from?: number;
  readonly until?: number;
  readonly for?: "server" | "client";
}

const DAY_MS = 86_400_000;
const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** Somebody who signs certificates, and whom only tests trust. */
export class Authority {
  #serial = 1;
  private constructor(readonly name: string, readonly keys: CryptoKeyPair, readonly cert: string) {}

  static async create(name: string): Promise<Authority> {
    const keys = await makeKeys();
    const own = { subject: name, key: keys.publicKey, serial: 1, from: -1, until: 3650, extensions: [basic(true)] };
    return new Authority(name, keys, await sign(own, name, keys.privateKey));
  }

  /** Signs for another authority, or for one that only pretends to be. */
  async delegate(name: string, genuine = true): Promise<Authority> {
    const keys = await makeKeys();
    const extensions = [basic(genuine)];
    const subject = { subject: name, key: keys.publicKey, serial: ++this.#serial, from: -1, until: 3650, extensions };
    return new Authority(name, keys, await sign(subject, this.name, this.keys.privateKey));
  }

  async issue(wishes: CertificateWishes): Promise<Pair> {
    const { commonName, names = [], from = -1, until = 3650 } = wishes;
    const keys = await makeKeys();
    const extensions = [basic(false), usage(wishes.for ?? "server"), alternativeNames(names)];
    const subject = { subject: commonName, key: keys.publicKey, serial: ++this.#serial, from, until, extensions };
    const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
    return { cert: await sign(subject, this.name, this.keys.privateKey), key: pem("PRIVATE KEY", pkcs8) };
  }
}

function makeKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
}

interface Subject {
  readonly subject: string;
  readonly key: CryptoKey;
  readonly serial: number;
  readonly from: number;
  readonly until: number;
  readonly extensions: readonly Uint8Array[];
}

async function sign(subject: Subject, issuer: string, key: CryptoKey): Promise<string> {
  const algorithm = sequence(oid(1, 2, 840, 10045, 4, 3, 2));
  const now = Date.now();
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", subject.key));
  const toSign = sequence(
    der(0xa0, integer(Uint8Array.of(2))),
    integer(Uint8Array.of(subject.serial)),
    algorithm,
    name(issuer),
    sequence(time(now + subject.from * DAY_MS), time(now + subject.until * DAY_MS)),
    name(subject.subject),
    spki,
    der(0xa3, sequence(...subject.extensions)),
  );
  const raw = new Uint8Array(await crypto.subtle.sign(ECDSA, key, toSign));
  const signature = sequence(integer(raw.subarray(0, 32)), integer(raw.subarray(32)));
  return pem("CERTIFICATE", sequence(toSign, algorithm, der(0x03, Uint8Array.of(0), signature)));
}

function basic(authority: boolean): Uint8Array {
  return extension(oid(2, 5, 29, 19), authority ? sequence(der(0x01, Uint8Array.of(0xff))) : sequence());
}

function usage(purpose: "server" | "client"): Uint8Array {
  return extension(oid(2, 5, 29, 37), sequence(oid(1, 3, 6, 1, 5, 5, 7, 3, purpose === "server" ? 1 : 2)));
}

function alternativeNames(names: readonly string[]): Uint8Array {
  const dns = names.map((each) => der(0x82, new TextEncoder().encode(each)));
  return extension(oid(2, 5, 29, 17), sequence(...dns, der(0x87, Uint8Array.of(127, 0, 0, 1))));
}

function extension(id: Uint8Array, value: Uint8Array): Uint8Array {
  return sequence(id, der(0x04, value));
}

function name(commonName: string): Uint8Array {
  return sequence(der(0x31, sequence(oid(2, 5, 4, 3), der(0x0c, new TextEncoder().encode(commonName)))));
}

function time(ms: number): Uint8Array {
  const text = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(0x18, new TextEncoder().encode(text));
}

/** A number that is not negative, big-endian. */
function integer(bytes: Uint8Array): Uint8Array {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from++;
  const rest = bytes.subarray(from);
  return rest[0]! >= 0x80 ? der(0x02, Uint8Array.of(0), rest) : der(0x02, rest);
}

function oid(first: number, second: number, ...rest: number[]): Uint8Array {
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift(left & 0x7f | 0x80);
    bytes.push(...groups);
  }
  return der(0x06, Uint8Array.from(bytes));
}

function sequence(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return der(0x30, ...parts);
}

function der(tag: number, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Uint8Array.from([tag, ...size, ...parts.flatMap((part) => [...part])]);
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = btoa(String.fromCharCode(...bytes)).match(/.{1,64}/g)!;
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
