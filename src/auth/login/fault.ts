/** Every reason for which somebody is not let in, in words for whoever tries: they hold nothing that was typed or sent. */
export const LOGIN_FAULTS = {
  login_required: "a login is needed: log in, or send an API token as Authorization: Bearer",
  login_refused: "the name or the password is not right",
  login_busy: "there were too many attempts: wait a minute and try again",
  login_state: "this login was not begun in this browser, or too long ago: begin again",
  login_cancelled: "the login was not finished at the provider: begin again",
  login_provider: "the login provider cannot be asked now: the gateway's log says why",
  login_token: "what the login provider sent does not prove who you are: the gateway's log says why",
  login_organization: "your organization may not use this dashboard",
  login_plaintext: "this address is not https, so that nobody can be logged in: use https",
  login_role: "your role may look, not act: an operator is needed",
  login_foreign_page: "this was asked for by a page of another site, or without the page's own token",
} as const;

export type LoginFaultCode = keyof typeof LOGIN_FAULTS;

/** Somebody was not let in. `problem` is for the log: a few words that say what was found. */
export class LoginFault extends Error {
  override readonly name = "LoginFault";

  constructor(readonly code: LoginFaultCode, readonly problem: string = LOGIN_FAULTS[code]) {
    super(LOGIN_FAULTS[code]);
  }
}
