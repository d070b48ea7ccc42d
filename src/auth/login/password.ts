import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** What a new hash costs (RFC 7914 §2): 16 MB and about a third of a second of one core. */
const COST = { ln: 14, r: 8, p: 5 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Hashes that cost more than this are not taken, in bytes. */
const MOST_MEMORY = 256 * 1024 * 1024;
/** The PHC string format: base64 without padding. */
const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;
/** Passwords that may wait to be checked; one at a time is. */
const MOST_WAITING = 20;

interface Parsed {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Hashes a password with scrypt and a salt of its own, as text in PHC format: `$scrypt$ln=14,r=8,p=5$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, { ...COST, salt, hash: Buffer.alloc(HASH_BYTES) });
  return phc(salt, hash);
}

/** Whether a text is a hash as `hashPassword` makes them, at a cost that is bearable. */
export function isPasswordHash(text: string): boolean {
  return parse(text) !== undefined;
}

/** Holds passwords against hashes: one at a time, so that no crowd at the door takes the machine from the calls. */
export class PasswordChecks {
  /** What a name that nobody has is checked against, so that it takes as long. */
  readonly #nobody = phc(randomBytes(SALT_BYTES), randomBytes(HASH_BYTES));
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** Whether `password` has that hash, undefined being nobody's; "busy" when too many wait. */
  async check(password: string, hash: string | undefined): Promise<boolean | "busy"> {
    if (this.#waiting >= MOST_WAITING) return "busy";
    this.#waiting++;
    const before = this.#last;
    const checked = before.then(() => holds(password, hash ?? this.#nobody)).finally(() => this.#waiting--);
    this.#last = checked.catch(() => {});
    return await checked && hash !== undefined;
  }
}

async function holds(password: string, hash: string): Promise<boolean> {
  const parsed = parse(hash)!;
  return timingSafeEqual(await derive(password, parsed), parsed.hash);
}

function derive(password: string, { ln, r, p, salt, hash }: Parsed): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // One password can be typed as different sequences of code points (RFC 8265 §4.2.2 has NFC, PHC's users NFKC).
  const typed = password.normalize("NFKC");
  scrypt(
    typed,
    salt,
    hash.length,
    { N: 2 ** ln, r, p, maxmem: 2 * MOST_MEMORY },
    (error, derived) => error ? reject(error) : resolve(derived),
  );
  return promise;
}

function parse(text: string): Parsed | undefined {
  const [, ln, r, p, salt, hash] = PHC.exec(text) ?? [];
  if (ln === undefined) return undefined;
  const parsed = {
    ln: Number(ln),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt!, "base64"),
    hash: Buffer.from(hash!, "base64"),
  };
  const bearable = parsed.ln >= 10 && parsed.r >= 1 && parsed.p >= 1 && parsed.p <= 16 &&
    128 * 2 ** parsed.ln * parsed.r <= MOST_MEMORY;
  return bearable ? parsed : undefined;
}

function phc(salt: Buffer, hash: Buffer): string {
  const plain = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
  const { ln, r, p } = COST;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${plain(salt)}$${plain(hash)}`;
}
