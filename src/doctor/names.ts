import { lookup } from "node:dns/promises";
import { type Check, fail, messageOf, pass, skipped } from "./check.ts";

const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[?[0-9a-f]*:[0-9a-f:.]*\]?)$/i;

/** Whether every host that the configuration names has an address, as this machine's resolver finds it. */
export function namesCheck(hosts: readonly string[]): Check {
  return {
    title: "names",
    async run() {
      const names = [...new Set(hosts)].filter((host) => !ADDRESS.test(host));
      if (names.length === 0) return [skipped("the configuration names no host")];
      return await Promise.all(names.map(async (name) => {
        try {
          const { address } = await lookup(name);
          return pass(`${name} is ${address}`);
        } catch (error) {
          const remedy = "check the spelling, and that this machine's resolver (/etc/resolv.conf) answers";
          return fail("DNS-NO-NAME", `${name} does not resolve: ${messageOf(error)}`, remedy);
        }
      }));
    },
  };
}
