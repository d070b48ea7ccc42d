import type { Me } from "./facts.ts";

/** Whether somebody may act: where nobody logs in, everybody. */
export function mayAct({ login, user }: Me): boolean {
  return login === "off" || user?.role === "operator";
}

/**
 * Has the gateway do something; "" when it is done, a sentence that says why not otherwise. The page's token is asked for
 * anew, since a session may have changed meanwhile.
 */
export async function act(path: string): Promise<string> {
  try {
    const me: Me = await (await fetch("/api/me")).json();
    const answer = await fetch(path, { method: "POST", headers: { "X-CSRF-Token": me.csrf } });
    if (answer.ok) return "";
    const { error } = await answer.json();
    return String(error);
  } catch {
    return "Cannot reach the gateway: try again";
  }
}
