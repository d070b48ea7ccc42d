import * as z from "zod";
import { isLoopback } from "../../lib/loopback.ts";
import { flag, number, oneOf, text } from "../../lib/scalars.ts";
import { indirect, Secret, secret } from "../../lib/secret.ts";
import { isTokenHash } from "./api_token.ts";
import { isPasswordHash } from "./password.ts";
import { type Provider, providerAt, WEBEX } from "./provider.ts";
import { type Role, ROLES } from "./visitor.ts";

/** Characters that a secret has at least: a shorter one can be guessed, and with it every session. */
const SHORTEST_SECRET = 16;
const NAME = "expected a name of 1 to 100 characters";
const ADDRESS = "expected https:// and a host, to the letter as the provider calls itself";
const PASSWORD_HASH = 'expected a hash as "login password" prints it: $scrypt$ln=14,r=8,p=5$…';
const TOKEN_HASH = 'expected a hash as "login token" prints it: sha256: and 64 digits';

/** A name that can stand in a line of a log. */
const name = () => z.string(NAME).regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u, NAME);

/** The section `authentication` of the configuration. */
export const loginConfig = z.strictObject({
  enabled: flag().default(false),
  environment: text().default(""),
  session: z.strictObject({
    timeout_hours: number(0.01, 8760).default(24),
    secret_key: secret("FLASK_SECRET_KEY").prefault(""),
  }).prefault({}),
  users: z.array(z.strictObject({
    name: name(),
    password_hash: secret().refine((hash) => isPasswordHash(hash.reveal()), PASSWORD_HASH),
    role: oneOf(ROLES).default("viewer"),
  })).max(1000).default([]),
  api_tokens: z.array(z.strictObject({
    name: name(),
    hash: secret().refine((hash) => isTokenHash(hash.reveal()), TOKEN_HASH),
    role: oneOf(ROLES).default("viewer"),
  })).max(1000).default([]),
  webex_oauth: z.strictObject({
    client_id: indirect("WEBEX_CLIENT_ID").default(""),
    client_secret: secret("WEBEX_CLIENT_SECRET").prefault(""),
    redirect_uri: indirect("WEBEX_REDIRECT_URI").default(""),
    scopes: text().default("openid email profile"),
    state: text().default(""),
    issuer: text().refine((issuer) => issuer === "" || isAddress(issuer), ADDRESS).default(""),
    org_claim: text().default(""),
    operators: z.array(name()).max(1000).default([]),
  }).prefault({}),
  authorized_orgs: indirect("AUTHORIZED_WEBEX_ORG_IDS").default(""),
});

export type LoginValues = z.output<typeof loginConfig>;

/** Somebody with a password of their own. */
export interface LocalUser {
  readonly name: string;
  readonly passwordHash: Secret;
  readonly role: Role;
}

/** A program with a token of its own. */
export interface Machine {
  readonly name: string;
  readonly tokenHash: Secret;
  readonly role: Role;
}

/** How people log in at a provider of OpenID Connect. */
export interface OidcOptions {
  readonly provider: Provider;
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** Where the provider sends people back to. */
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** The organizations whose people may log in; "anyone" for everybody whom the provider knows. */
  readonly orgs: readonly string[] | "anyone";
  /** The verified addresses of those who may act, in lower case. */
  readonly operators: readonly string[];
}

/** How people and programs are let in. */
export interface LoginOptions {
  /** What cookies are signed with; empty for one that lasts until the gateway stops. */
  readonly secret: Secret;
  readonly sessionMs: number;
  readonly users: readonly LocalUser[];
  readonly machines: readonly Machine[];
  readonly oidc: OidcOptions | undefined;
}

/** Turns the section into options; undefined when nobody has to log in: it is off, or there is no way to. */
export function toLogin(section: LoginValues): LoginOptions | undefined {
  const { enabled, session, users, api_tokens } = section;
  const oidc = toOidc(section);
  if (!enabled || (oidc === undefined && users.length === 0 && api_tokens.length === 0)) return undefined;
  return {
    secret: session.secret_key,
    sessionMs: Math.round(session.timeout_hours * 3_600_000),
    users: users.map(({ name, role, password_hash }) => ({ name, role, passwordHash: password_hash })),
    machines: api_tokens.map(({ name, role, hash }) => ({ name, role, tokenHash: hash })),
    oidc,
  };
}

function toOidc({ webex_oauth: values, authorized_orgs }: LoginValues): OidcOptions | undefined {
  if (values.client_id === "") return undefined;
  const orgs = listOf(authorized_orgs);
  const provider = values.issuer === "" ? WEBEX : providerAt(values.issuer, values.org_claim);
  return {
    provider,
    clientId: values.client_id,
    clientSecret: values.client_secret,
    redirectUri: values.redirect_uri,
    scopes: [...new Set(["openid", ...values.scopes.split(/\s+/).filter(Boolean), ...provider.scopes])],
    orgs: orgs.includes("*") ? "anyone" : orgs,
    operators: values.operators.map((address) => address.toLowerCase()),
  };
}

/** What keeps a login that is enabled from working, by the way to the key inside the section. */
export function loginProblems(
  { enabled, session, users, api_tokens, webex_oauth: oauth, authorized_orgs }: LoginValues,
): { readonly path: readonly (string | number)[]; readonly message: string }[] {
  const problems: { path: readonly (string | number)[]; message: string }[] = [];
  const need = (path: readonly (string | number)[], given: boolean, expected: string) => {
    if (!given) problems.push({ path, message: expected });
  };
  if (!enabled) return problems;
  const { secret_key: key } = session;
  need(
    ["session", "secret_key"],
    key.empty || key.reveal().length >= SHORTEST_SECRET,
    `expected at least ${SHORTEST_SECRET} characters, such as "openssl rand -hex 32" prints`,
  );
  for (const [list, entries] of [["users", users], ["api_tokens", api_tokens]] as const) {
    entries.forEach((entry, at) => {
      const first = entries.findIndex((each) => each.name === entry.name) === at;
      need([list, at, "name"], first, "expected a name that no other entry has");
    });
  }
  if (oauth.client_id === "") return problems;
  const orgs = listOf(authorized_orgs);
  need(["webex_oauth", "redirect_uri"], isCallback(oauth.redirect_uri), CALLBACK);
  const confidential = oauth.issuer !== "" || !oauth.client_secret.empty;
  need(["webex_oauth", "client_secret"], confidential, "expected the secret of the Webex integration");
  need(["authorized_orgs"], orgs.length > 0, "expected the ids of the organizations whose people may log in");
  const everybody = orgs.includes("*");
  need(
    ["authorized_orgs"],
    !everybody || oauth.issuer !== "",
    'expected ids: "*" would let in everybody who uses Webex',
  );
  const claimed = oauth.issuer === "" || everybody || oauth.org_claim !== "";
  need(["webex_oauth", "org_claim"], claimed, "expected the claim that names the organization");
  return problems;
}

const CALLBACK =
  "expected the address that the provider sends people back to, such as https://gateway.example.com/oauth";

function isCallback(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && /^https?:$/.test(url.protocol) && /^\/[\w./-]+$/.test(url.pathname) && url.search === "" &&
    (url.protocol === "https:" || isLoopback(url.hostname));
}

function isAddress(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.search === "" && url.hash === "" && url.username === "" &&
    (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname)));
}

function listOf(text: string): readonly string[] {
  return text.split(",").map((each) => each.trim()).filter(Boolean);
}
