import type { PeerCertificate, TLSSocket } from "node:tls";
import type { Clock } from "../lib/clock.ts";
import { unfit } from "./errors.ts";

/** What a client's certificate must be. */
export interface ClientRule {
  /** The certificates of the authorities that may sign it, in PEM. */
  readonly authorities: string;
  /** Whether its subject's common name is right. */
  readonly accepts: (commonName: string) => boolean;
}

/** How many certificates are remembered as verified; whoever is forgotten has to shake hands in full. */
const MOST_VERIFIED = 1000;

/** Where a TLSSocket leaves the verdict on the peer's chain, for its server to ask: "" for a good one, else what is wrong. */
interface Verified {
  readonly _handle?: { verifyError?(): unknown };
}

/** Holds the certificates of clients against a rule. */
export class ClientCheck {
  /** Fingerprints of certificates whose chain was good in a full handshake. */
  readonly #verified: Set<string>;

  /** What `before` has verified holds on while the authorities stay the same. */
  constructor(readonly rule: ClientRule, readonly clock: Clock, before?: ClientCheck) {
    this.#verified = before?.rule.authorities === rule.authorities ? before.#verified : new Set();
  }

  /**
   * Throws Http2Error unless the client of a finished handshake has a certificate of the right authority and name. A
   * resumed session (RFC 8446 §2.2) brings the certificate of its first handshake and no verdict on it, even where that
   * handshake was refused: it counts only when the certificate is known to have been verified.
   */
  check(socket: TLSSocket): void {
    const certificate: Partial<PeerCertificate> = socket.getPeerCertificate() ?? {};
    const { fingerprint256: fingerprint = "" } = certificate;
    const good = socket.isSessionReused() ? this.#knows(certificate) : verdictOf(socket) === "" && fingerprint !== "";
    if (!good) throw unfit("a client certificate of the right authority", "another");
    this.#remember(fingerprint);
    const name: unknown = certificate.subject?.CN;
    if (typeof name !== "string" || !this.rule.accepts(name)) {
      throw unfit("a client certificate of the right subject", "another");
    }
  }

  #knows({ fingerprint256 = "", valid_to = "" }: Partial<PeerCertificate>): boolean {
    return this.#verified.has(fingerprint256) && Date.parse(valid_to) > this.clock.date();
  }

  #remember(fingerprint: string): void {
    this.#verified.delete(fingerprint);
    this.#verified.add(fingerprint);
    const [oldest] = this.#verified;
    if (this.#verified.size > MOST_VERIFIED) this.#verified.delete(oldest!);
  }
}

function verdictOf(socket: TLSSocket): unknown {
  return (socket as unknown as Verified)._handle?.verifyError?.();
}
