import { fetchKeys, type KeyFetchDeps, keysUrl } from "../auth/key_fetch.ts";
import { type Check, fail, messageOf, pass, skipped } from "./check.ts";

/** Whether the keys of every issuer that calls may come by can be fetched. */
export function issuersCheck(issuers: readonly string[], deps: KeyFetchDeps): Check {
  return {
    title: "issuers",
    async run(signal) {
      if (issuers.length === 0) return [skipped("jwt_validation is off: no token is checked")];
      return await Promise.all(issuers.map(async (issuer) => {
        try {
          const { keys } = await fetchKeys(issuer, deps, signal);
          return pass(`${issuer} publishes ${keys.size} ${keys.size === 1 ? "key" : "keys"}`);
        } catch (error) {
          const remedy = `let this machine fetch ${keysUrl(issuer)} (firewall, proxy, --allow-net), ` +
            "or take the issuer off jwt_validation.issuers";
          return fail("JWKS-UNREACHABLE", messageOf(error), remedy);
        }
      }));
    },
  };
}
