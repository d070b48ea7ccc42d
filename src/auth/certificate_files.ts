import type { Clock } from "../lib/clock.ts";
import type { ErrorCode } from "../lib/error_codes.ts";
import type { Log } from "../lib/log.ts";
import { type Certificate, checkKeyPair, DAY_MS, daysLeft, FEW_DAYS, readCertificate } from "../lib/certificate.ts";
import type { Trouble } from "./trouble.ts";

/** Characters of the longest file that is taken. */
const LONGEST_FILE = 1024 * 1024;

/** Where a server's certificate, its key and the authorities of its clients are. */
export interface CertificatePaths {
  readonly cert: string;
  readonly key: string;
  /** Whose certificates clients must show, where they must. */
  readonly authorities?: string | undefined;
}

/** What the files hold, in PEM. */
export interface CertificateTexts {
  readonly cert: string;
  readonly key: string;
  readonly authorities?: string | undefined;
}

/** What a page or a metric shows of a certificate. */
export interface CertificateState {
  readonly subject: string;
  /** When it ends, in ms since 1970. */
  readonly until: number;
  /** Whole days until then; negative once it has ended. */
  readonly daysLeft: number;
  /** Why what stands in the files now is not used. */
  readonly lastError: Trouble | undefined;
}

export interface CertificateFilesOptions {
  readonly paths: CertificatePaths;
  /** How often the files are looked at, in ms. */
  readonly pollMs: number;
  readonly readTextFile: (path: string) => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A certificate in files that somebody else renews: what is good of it is taken, what is not leaves the last in place. */
export class CertificateFiles implements Disposable {
  #renew: (texts: CertificateTexts) => void = () => {};
  #current: { readonly texts: CertificateTexts; readonly certificate: Certificate };
  /** What was refused last: it is said once. */
  #refused: Trouble | undefined;
  #warnedAt = -Infinity;
  #closed = false;
  #callOff = () => {};
  readonly #options: CertificateFilesOptions;

  private constructor(options: CertificateFilesOptions, texts: CertificateTexts) {
    this.#options = options;
    this.#current = { texts, certificate: readCertificate(texts.cert) };
    this.#warnOfEnd();
    this.#lookAgain();
  }

  /** Reads the files. Throws Error that names the file. */
  static async open(options: CertificateFilesOptions): Promise<CertificateFiles> {
    return new CertificateFiles(options, await readAll(options));
  }

  /** What is in use. */
  get texts(): CertificateTexts {
    return this.#current.texts;
  }

  /** What is in use, for whoever watches. */
  get state(): CertificateState {
    const { subject, until } = this.#current.certificate;
    const left = daysLeft(this.#current.certificate, this.#options.clock.date());
    return { subject, until, daysLeft: left, lastError: this.#refused };
  }

  /** Calls `renew` with every new certificate. When it throws, the files count as unusable, and the last stays. */
  onRenewal(renew: (texts: CertificateTexts) => void): void {
    this.#renew = renew;
  }

  /** Looks at the files now, and takes what is new and good. Never rejects. */
  async look(): Promise<void> {
    try {
      const texts = await readAll(this.#options);
      if (!this.#closed && contents(texts) !== contents(this.texts)) this.#take(texts);
      this.#refused = undefined;
    } catch (error) {
      const { clock, log } = this.#options;
      const problem = error instanceof Error ? error.message : "unknown";
      const code = "TLS-FILE";
      if (problem !== this.#refused?.message) {
        log.error("new certificate refused, the old one stays", { code, problem });
      }
      this.#refused = { code, message: problem, at: clock.date() };
    }
    this.#warnOfEnd();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#callOff();
  }

  #take(texts: CertificateTexts): void {
    const certificate = readCertificate(texts.cert);
    this.#renew(texts);
    this.#current = { texts, certificate };
    const { subject, daysLeft } = this.state;
    this.#options.log.info("certificate renewed", { subject, days: daysLeft });
  }

  #warnOfEnd(): void {
    const { clock, log } = this.#options;
    const { subject, until, daysLeft } = this.state;
    if (daysLeft >= FEW_DAYS || clock.now() - this.#warnedAt < DAY_MS) return;
    this.#warnedAt = clock.now();
    const code: ErrorCode = daysLeft < 0 ? "TLS-EXPIRED" : "TLS-EXPIRES-SOON";
    log.warn("certificate ends soon", { code, subject, days: daysLeft, until: new Date(until).toISOString() });
  }

  #lookAgain(): void {
    if (this.#closed) return;
    this.#callOff = this.#options.clock.setTimer(
      this.#options.pollMs,
      () => this.look().then(() => this.#lookAgain()),
    );
  }
}

function contents({ cert, key, authorities = "" }: CertificateTexts): string {
  return [cert, key, authorities].join("\0");
}

async function readAll({ paths, readTextFile }: CertificateFilesOptions): Promise<CertificateTexts> {
  const read = async (path: string) => {
    const text = await readTextFile(path).catch((error) => {
      throw new Error(`Cannot read ${JSON.stringify(path)}: ${error instanceof Error ? error.name : "unknown"}`);
    });
    if (text.length > LONGEST_FILE) throw new Error(`Cannot read ${JSON.stringify(path)}: it is no PEM file of 1 MB`);
    return text;
  };
  const [cert, key, authorities] = await Promise.all([
    read(paths.cert),
    read(paths.key),
    paths.authorities === undefined ? undefined : read(paths.authorities),
  ]);
  try {
    checkKeyPair(cert, key);
    if (authorities !== undefined) readCertificate(authorities);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : "unknown"} in ${Object.values(paths).join(", ")}`);
  }
  return { cert, key, authorities };
}
