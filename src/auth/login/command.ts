import { hashOfToken, newToken } from "./api_token.ts";
import { hashPassword } from "./password.ts";

/** What `login` can be asked to make. */
export const LOGIN_ACTIONS = ["password", "token"] as const;
export type LoginAction = typeof LOGIN_ACTIONS[number];

const SHORTEST_PASSWORD = 12;

export interface LoginCommandDeps {
  /** The first line of standard input. */
  readonly readLine: () => Promise<string>;
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
}

/** Makes what the configuration's `authentication` section needs. Returns the exit code: 0, or 1 when it cannot. */
export async function runLoginCommand(action: LoginAction, deps: LoginCommandDeps): Promise<number> {
  const { readLine, print, printError } = deps;
  if (action === "token") {
    const token = newToken();
    print(`token: ${token}`);
    print(`hash:  ${hashOfToken(token)}`);
    printError("Give the token to the program; the hash belongs into authentication.api_tokens. Neither is kept here.");
    return 0;
  }
  const password = await readLine();
  if (password.length < SHORTEST_PASSWORD) {
    printError(`Cannot take the password: expected at least ${SHORTEST_PASSWORD} characters on standard input`);
    return 1;
  }
  print(await hashPassword(password));
  return 0;
}
