/** Every reason for which somebody is not let in, in words for whoever tries: they hold nothing that was typed or sent. */
export const LOGIN_FAULTS = {
  "LOGIN-REQUIRED": "a login is needed: log in, or send an API token as Authorization: Bearer",
  "LOGIN-REFUSED": "the name or the password is not right",
  "LOGIN-BUSY": "there were too many attempts: wait a minute and try again",
  "LOGIN-STATE": "this login was not begun in this browser, or too long ago: begin again",
  "LOGIN-CANCELLED": "the login was not finished at the provider: begin again",
  "LOGIN-PROVIDER": "the login provider cannot be asked now: the gateway's log says why",
  "LOGIN-TOKEN": "what the login provider sent does not prove who you are: the gateway's log says why",
  "LOGIN-ORGANIZATION": "your organization may not use this dashboard",
  "LOGIN-PLAINTEXT": "this address is not https, so that nobody can be logged in: use https",
  "LOGIN-ROLE": "your role may look, not act: an operator is needed",
  "LOGIN-FOREIGN-PAGE": "this was asked for by a page of another site, or without the page's own token",
} as const;

export type LoginFaultCode = keyof typeof LOGIN_FAULTS;

/** Somebody was not let in. `problem` is for the log: a few words that say what was found. */
export class LoginFault extends Error {
  override readonly name = "LoginFault";

  constructor(readonly code: LoginFaultCode, readonly problem: string = LOGIN_FAULTS[code]) {
    super(LOGIN_FAULTS[code]);
  }
}
