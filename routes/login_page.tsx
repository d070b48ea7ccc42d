import { assetPath } from "./assets.ts";
import { LOGIN_FAULTS, type LoginFaultCode } from "../src/auth/login/fault.ts";

export interface LoginPageProps {
  /** The page to go to afterwards. */
  readonly next: string;
  /** Why the last attempt failed. */
  readonly fault: LoginFaultCode | undefined;
  readonly takesPasswords: boolean;
  readonly provider: { readonly name: string; readonly href: string } | undefined;
}

/** The way in. It needs no script. */
export function LoginPage({ next, fault, takesPasswords, provider }: LoginPageProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Log in: BYOVA gateway</title>
        <script src={assetPath("theme.js")} />
        <link rel="stylesheet" href={assetPath("client.css")} />
      </head>
      <body class="login">
        <main>
          <h1>BYOVA gateway</h1>
          {fault && <p class="problem" role="alert">{`That did not work: ${LOGIN_FAULTS[fault]}.`}</p>}
          {provider && (
            <p>
              <a class="button" href={provider.href}>{`Log in with ${provider.name}`}</a>
            </p>
          )}
          {takesPasswords && (
            <form method="post" action="/login">
              <input type="hidden" name="next" value={next} />
              <label>
                Name
                <input name="name" autoComplete="username" autoCapitalize="none" spellcheck={false} required />
              </label>
              <label>
                Password
                <input name="password" type="password" autoComplete="current-password" required />
              </label>
              <button type="submit" class="button first">Log in</button>
            </form>
          )}
          {!provider && !takesPasswords && <p>Only programs are let in here, by their tokens.</p>}
        </main>
      </body>
    </html>
  );
}
