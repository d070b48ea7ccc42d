import type { OidcOptions } from "../auth/login/config.ts";
import { LoginFault } from "../auth/login/fault.ts";
import { OidcLogin } from "../auth/login/oidc.ts";
import type { Clock } from "../lib/clock.ts";
import { type Check, fail, pass, skipped } from "./check.ts";

/** Whether people could be sent to the login provider: it can be reached, and is who it should be. */
export function loginCheck(
  options: OidcOptions | undefined,
  deps: { readonly fetch: typeof globalThis.fetch; readonly clock: Clock },
): Check {
  return {
    title: "login",
    async run() {
      if (options === undefined) return [skipped("nobody logs in at a provider")];
      try {
        await new OidcLogin(options, deps).begin();
        return [pass(`${options.provider.name} can be asked, and sends people back to ${options.redirectUri}`)];
      } catch (error) {
        if (!(error instanceof LoginFault)) throw error;
        return [fail(error.code, error.problem, "see authentication.webex_oauth in docs/login.md")];
      }
    },
  };
}
