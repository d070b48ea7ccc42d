import { randomBytes, scryptSync } from "node:crypto";
import { hashOfToken } from "../../src/auth/login/api_token.ts";
import { toLogin } from "../../src/auth/login/config.ts";
import { Login } from "../../src/auth/login/login.ts";
import type { AuditEntry } from "../../src/auth/login/visitor.ts";
import { fileSchema } from "../../src/config/schema.ts";
import { keepingLog, type Line } from "../logs.ts";
import type { ManualClock } from "../manual_clock.ts";

/** A hash that costs next to nothing, so that a test may try many passwords. */
export function cheapHash(password: string): string {
  const salt = randomBytes(16);
  const plain = (bytes: Uint8Array) => bytes.toBase64({ omitPadding: true });
  return `$scrypt$ln=10,r=1,p=1$${plain(salt)}$${plain(scryptSync(password, salt, 32, { N: 1024, r: 1, p: 1 }))}`;
}

export const PASSWORD = "correct horse battery";
export const TOKENS = { viewer: "byova_token-of-a-viewer", operator: "byova_token-of-an-operator" } as const;
const USERS = [
  { name: "vera", password_hash: cheapHash(PASSWORD), role: "viewer" },
  { name: "otto", password_hash: cheapHash(PASSWORD), role: "operator" },
];

/** What a test changes of the section `authentication`, and where it looks afterwards. */
export interface LoginWishes {
  readonly section?: Record<string, unknown>;
  readonly lines?: Line[];
  readonly audit?: AuditEntry[];
  readonly fetch?: typeof globalThis.fetch;
}

const nobody = () => Promise.reject(new Error("nobody is to be asked"));

/** A login for vera, who may look, otto, who may act, and two programs of the same roles. */
export function testLogin(
  clock: ManualClock,
  { section, lines = [], audit = [], fetch = nobody }: LoginWishes = {},
): Login {
  const { authentication } = fileSchema({}).parse({
    connectors: {},
    authentication: {
      enabled: true,
      session: { secret_key: "a secret of the test that is long enough" },
      users: USERS,
      api_tokens: Object.entries(TOKENS).map(([role, token]) => ({
        name: `program-${role}`,
        hash: hashOfToken(token),
        role,
      })),
      ...section,
    },
  });
  return new Login(toLogin(authentication)!, {
    clock,
    log: keepingLog(lines),
    fetch,
    audit: (entry) => void audit.push(entry),
  });
}
