/** One registration with Webex that calls may come by. */
export interface DataSource {
  /** As registered, to the letter. */
  readonly url: string;
  readonly schema: string;
  /** The `aud` and `sub` that its tokens have; "" for any. */
  readonly audience: string;
  readonly subject: string;
  /** The organizations that may use it; none for any. */
  readonly orgs: readonly string[];
}

/** How Webex's APIs spell the id of an organization: base64 of this and a UUID. */
const SPELLED = /^ciscospark:\/\/[^/]+\/ORGANIZATION\/([^/]+)$/;

/** Whether two ids name one organization: UUIDs in any case, or as Webex's REST APIs spell them. */
export function sameOrg(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one === other || plainOrg(one) === plainOrg(other);
}

function plainOrg(id: string): string {
  if (!id.startsWith("Y2lzY29zcGFyazov")) return id.toLowerCase();
  try {
    return (SPELLED.exec(atob(id.replaceAll("-", "+").replaceAll("_", "/")))?.[1] ?? id).toLowerCase();
  } catch {
    return id.toLowerCase();
  }
}
