import type { Config } from "../config.ts";
import { checkKeyPair, daysLeft, FEW_DAYS, readCertificate } from "../lib/certificate.ts";
import type { Clock } from "../lib/clock.ts";
import { type Check, fail, type Finding, messageOf, pass, skipped, warn } from "./check.ts";

/** Whether the certificates that the gateway itself serves can be read, belong to their keys and hold. */
export function certificateFilesCheck({ gateway, monitoring }: Config, clock: Clock): Check {
  const look = async (section: string, { cert, key }: { readonly cert: string; readonly key: string }) => {
    try {
      const [certPem, keyPem] = await Promise.all([cert, key].map((path) => Deno.readTextFile(path)));
      checkKeyPair(certPem!, keyPem!);
      return judge(`${section}.tls: ${cert}`, daysLeft(readCertificate(certPem!), clock.date()));
    } catch (error) {
      return fail("TLS-FILE", `${section}.tls: ${messageOf(error)}`, "give a PEM certificate and its own private key");
    }
  };
  return {
    title: "certificates",
    async run() {
      const files = [["gateway", gateway.tls], ["monitoring", monitoring.tls]] as const;
      const found = await Promise.all(files.flatMap(([section, tls]) => tls ? [look(section, tls)] : []));
      return found.length > 0 ? found : [skipped("the gateway speaks plaintext: TLS is the proxy's")];
    },
  };
}

function judge(where: string, left: number): Finding {
  if (left < 0) {
    return fail("TLS-EXPIRED", `${where} ended ${-left} days ago`, "renew it: the gateway reloads the files");
  }
  if (left < FEW_DAYS) return warn("TLS-EXPIRES-SOON", `${where} ends in ${left} days`, "renew it now");
  return pass(`${where} holds for ${left} days`);
}
