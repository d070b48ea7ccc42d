import { createPrivateKey, X509Certificate } from "node:crypto";

/** A day, in ms. */
export const DAY_MS = 86_400_000;

/** Fewer days than this until a certificate ends are an alarm. */
export const FEW_DAYS = 14;

/** What a certificate says. */
export interface Certificate {
  /** The common name of its subject, or the whole subject if it has none. */
  readonly subject: string;
  /** The names that it is good for: "gateway.example", "192.0.2.1". */
  readonly names: readonly string[];
  readonly issuer: string;
  /** From when and until when it is good, in ms since 1970. */
  readonly from: number;
  readonly until: number;
}

/** Reads the first certificate of a PEM text (RFC 7468 §5). Throws Error for a text that holds none. */
export function readCertificate(pem: string): Certificate {
  const certificate = parsed(pem);
  return {
    subject: commonName(certificate.subject),
    names: (certificate.subjectAltName ?? "").split(", ").map((name) => name.replace(/^(DNS|IP Address):/, ""))
      .filter((name) => name !== ""),
    issuer: commonName(certificate.issuer),
    from: Date.parse(certificate.validFrom),
    until: Date.parse(certificate.validTo),
  };
}

/** Throws Error unless both are PEM and the key is the certificate's own. */
export function checkKeyPair(certificatePem: string, keyPem: string): void {
  const certificate = parsed(certificatePem);
  let key;
  try {
    key = createPrivateKey(keyPem);
  } catch {
    throw new Error("Cannot read the private key: PEM without a passphrase expected");
  }
  if (!certificate.checkPrivateKey(key)) {
    throw new Error("Cannot use the private key: that of the certificate expected: received another");
  }
}

/** Whole days until a certificate ends; negative once it has. `now` in ms since 1970. */
export function daysLeft({ until }: Pick<Certificate, "until">, now: number): number {
  return Math.floor((until - now) / DAY_MS);
}

/** Whether a name fits a pattern in which "*" stands for one label: "insight-orchestrator.*.ciscoccservice.com"; "*" alone fits all. */
export function nameMatches(pattern: string, name: string): boolean {
  if (pattern === "*") return true;
  const wanted = pattern.toLowerCase().split(".");
  const given = name.toLowerCase().split(".");
  return wanted.length === given.length &&
    wanted.every((label, at) => label === "*" ? given[at] !== "" : label === given[at]);
}

function parsed(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new Error("Cannot read the certificate: PEM that begins with BEGIN CERTIFICATE expected");
  }
}

function commonName(name: string): string {
  return /(?:^|\n)CN=(.+)/.exec(name)?.[1] ?? name.replaceAll("\n", ", ");
}
