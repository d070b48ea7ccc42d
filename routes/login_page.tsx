import { LOGIN_FAULTS, type LoginFaultCode } from "../src/auth/login/fault.ts";
import { BarePage } from "./bare_page.tsx";

/** Why somebody stands before the page again, who was in already. */
const NOTES = {
  left: "You are logged out.",
  over: "Your session is over: log in to go on.",
} as const;

export interface LoginPageProps {
  /** The page to go to afterwards. */
  readonly next: string;
  /** Why the last attempt failed. */
  readonly fault: LoginFaultCode | undefined;
  readonly note: keyof typeof NOTES | undefined;
  /** The name that was typed in it. */
  readonly name: string;
  readonly takesPasswords: boolean;
  readonly provider: { readonly name: string; readonly href: string } | undefined;
}

/** The way in. It needs no script. */
export function LoginPage({ next, fault, note, name, takesPasswords, provider }: LoginPageProps) {
  return (
    <BarePage title="Log in">
      {fault && <p class="problem" role="alert">{`That did not work: ${LOGIN_FAULTS[fault]}.`}</p>}
      {note && !fault && <p class="quiet" role="status">{NOTES[note]}</p>}
      {provider && (
        <a class={`button ${takesPasswords ? "" : "first"}`} href={provider.href}>
          {`Log in with ${provider.name}`}
        </a>
      )}
      {provider && takesPasswords && <p class="or">or with a password</p>}
      {takesPasswords && (
        <form method="post" action="/login">
          <input type="hidden" name="next" value={next} />
          <label>
            Name
            <input
              name="name"
              value={name}
              autoComplete="username"
              autoCapitalize="none"
              spellcheck={false}
              required
              autoFocus={name === ""}
            />
          </label>
          <label>
            Password
            <input
              name="password"
              type="password"
              autoComplete="current-password"
              required
              autoFocus={name !== ""}
            />
          </label>
          <button type="submit" class="button first">Log in</button>
        </form>
      )}
      {!provider && !takesPasswords && <p>Only programs are let in here, by their tokens.</p>}
    </BarePage>
  );
}
