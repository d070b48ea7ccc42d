import { type CredentialDeps, CredentialsError } from "./credential_look_up.ts";

const MOST_BYTES = 65_536;

export interface AskLimits {
  readonly timeoutMs: number;
  /** Makes the error for why there is no answer. */
  readonly cannot: (why: string) => CredentialsError;
}

/** Asks a service that hands out credentials. Throws a CredentialsError that holds nothing of the answer. */
export async function ask(
  deps: CredentialDeps,
  url: string,
  request: RequestInit,
  { timeoutMs, cannot }: AskLimits,
): Promise<{ readonly status: number; readonly text: string }> {
  const late = new AbortController();
  const callOff = deps.clock.setTimer(timeoutMs, () => late.abort());
  try {
    const response = await deps.fetch(url, { ...request, redirect: "manual", signal: late.signal });
    return { status: response.status, text: await readText(response, cannot) };
  } catch (error) {
    if (error instanceof CredentialsError) throw error;
    if (late.signal.aborted) throw cannot(`an answer expected within ${timeoutMs} ms: received none`);
    const { host, port, hostname, protocol } = new URL(url);
    const flag = `${hostname}:${port || (protocol === "http:" ? 80 : 443)}`;
    if (error instanceof Deno.errors.NotCapable) throw cannot(`--allow-net=${flag} expected: received none`);
    throw cannot(`an answer expected from ${host}: received ${(error as Error).name}`);
  } finally {
    callOff();
  }
}

async function readText({ body }: Response, cannot: AskLimits["cannot"]): Promise<string> {
  const decoder = new TextDecoder();
  let text = "", bytes = 0;
  for await (const piece of body ?? []) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw cannot(`at most ${MOST_BYTES} bytes expected: received more`);
    text += decoder.decode(piece, { stream: true });
  }
  return text;
}
