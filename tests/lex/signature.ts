import { createHash, createHmac } from "node:crypto";

/** Whose signatures a fake of AWS takes. */
export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
}

/** A request as it came over the wire; `path` still encoded, names of headers in lower case. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined for a stream of events, which are signed one by one. */
  readonly body?: Uint8Array;
}

const AUTHORIZATION = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
const SKEW_MS = 5 * 60_000;
const UNSIGNED_STREAM = "STREAMING-AWS4-HMAC-SHA256-EVENTS";
/** Headers whose change would change what is asked for. */
const MUST_BE_SIGNED = /^(host|:authority|content-type|x-amz-(?!user-agent).*)$/;

/**
 * Recomputes a request's signature (AWS Signature Version 4, "Create a signed AWS API request"). Returns it, the seed of
 * what is signed after; throws an Error that says what is wrong with it.
 */
export function checkRequest({ method, path, query = "", headers, body }: SignedRequest, key: SigningKey): string {
  const [, accessKeyId, scope, names = "", signature] = AUTHORIZATION.exec(headers.authorization ?? "") ?? [];
  if (signature === undefined) throw new Error("no signature");
  if (accessKeyId !== key.accessKeyId) throw new Error("an unknown key");
  const date = headers["x-amz-date"] ?? "";
  if (scope !== scopeOf(date, key)) throw new Error(`scope ${scope}`);
  const at = Date.parse(date.replace(/(....)(..)(..)T(..)(..)(..)Z/, "$1-$2-$3T$4:$5:$6Z"));
  if (!(Math.abs(Date.now() - at) < SKEW_MS)) throw new Error(`date ${date}`);
  const signed = names.split(";");
  const unsigned = Object.keys(headers).find((name) => MUST_BE_SIGNED.test(name) && !signed.includes(name));
  if (unsigned !== undefined && !(unsigned === "host" && signed.includes(":authority"))) {
    throw new Error(`${unsigned} is not signed`);
  }
  const bodyHash = headers["x-amz-content-sha256"] ?? "";
  if (bodyHash !== (body ? sha256(body) : UNSIGNED_STREAM)) throw new Error("another body");
  const canonical = [
    method,
    path.split("/").map(encodeURIComponent).join("/"), // encoded twice, except by S3
    query.split("&").sort().join("&"),
    ...signed.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/ +/g, " ")}`),
    "",
    names,
    bodyHash,
  ].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n");
  if (sign(toSign, date, key) !== signature) throw new Error("another signature");
  return signature;
}

/** The events of one stream, each signed together with the signature before it (AWS4-HMAC-SHA256-PAYLOAD). */
export class EventSignatures {
  #prior: string;

  /** `seed`: the signature of the request. */
  constructor(seed: string, readonly key: SigningKey) {
    this.#prior = seed;
  }

  /** Throws an Error unless this is the next event, unchanged. `date` and `signature` are its headers of these names. */
  check({ date, signature, payload }: { date: Date; signature: Uint8Array; payload: Uint8Array }): void {
    const stamp = date.toISOString().replace(/[-:]|\.\d+/g, "");
    const toSign = [
      "AWS4-HMAC-SHA256-PAYLOAD",
      stamp,
      scopeOf(stamp, this.key),
      this.#prior,
      sha256(dateHeader(date)),
      sha256(payload),
    ].join("\n");
    const expected = sign(toSign, stamp, this.key);
    const received = [...signature].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    if (received !== expected) throw new Error("an event out of order, or changed");
    this.#prior = expected;
  }
}

/** `:date` as the event stream encoding has it: length and name, type 8, milliseconds as 64 bits. */
function dateHeader(date: Date): Uint8Array {
  const bytes = new Uint8Array([5, ...new TextEncoder().encode(":date"), 8, ...new Uint8Array(8)]);
  new DataView(bytes.buffer).setBigInt64(7, BigInt(date.getTime()));
  return bytes;
}

function scopeOf(stamp: string, { region, service }: SigningKey): string {
  return `${stamp.slice(0, 8)}/${region}/${service}/aws4_request`;
}

function sign(text: string, stamp: string, { secretAccessKey, region, service }: SigningKey): string {
  const start: string | Uint8Array = `AWS4${secretAccessKey}`;
  const key = [stamp.slice(0, 8), region, service, "aws4_request"]
    .reduce<string | Uint8Array>((key, part) => createHmac("sha256", key).update(part).digest(), start);
  return createHmac("sha256", key).update(text).digest("hex");
}

function sha256(of: string | Uint8Array): string {
  return createHash("sha256").update(of).digest("hex");
}
