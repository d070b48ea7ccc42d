import { connect, type PeerCertificate } from "node:tls";
import type { Clock } from "../lib/clock.ts";
import { type Check, fail, type Finding, messageOf, pass, skipped, warn } from "./check.ts";

const DAY_MS = 86_400_000;
/** Days before its end at which a certificate should have been renewed. */
const FEW_DAYS = 14;

export interface TlsCheckOptions {
  readonly url: string;
  readonly clock: Clock;
  /** Authorities to trust beside the system's, in PEM. */
  readonly authorities?: readonly string[];
}

/** Whether Webex can speak TLS and HTTP/2 with what answers at the public address: its chain, name, end and ALPN. */
export function tlsCheck({ url, clock, authorities = [] }: TlsCheckOptions): Check {
  return {
    title: "public TLS",
    async run(signal) {
      const { protocol, hostname, port } = URL.parse(url) ?? {};
      if (hostname === undefined) return [skipped("no public address is configured: name one with --public-url")];
      if (protocol !== "https:") return [skipped(`${url} is not https`)];
      const at = { hostname: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 443) };
      let shown: PeerCertificate;
      try {
        shown = await certificateAt(at, signal);
      } catch (error) {
        return [unreachable(url, error)];
      }
      const until = Date.parse(shown.valid_to);
      const left = Math.floor((until - clock.date()) / DAY_MS);
      const day = new Date(until).toISOString().slice(0, 10);
      try {
        using line = await Deno.connectTls({ ...at, caCerts: [...authorities], alpnProtocols: ["h2"] });
        const { alpnProtocol } = await line.handshake();
        if (alpnProtocol !== "h2") return [noHttp2(url)];
      } catch (error) {
        return [refusal(messageOf(error), { url, day, left, names: shown.subjectaltname ?? "none" })];
      }
      if (left < FEW_DAYS) {
        return [
          warn("TLS-EXPIRES-SOON", `the certificate of ${url} ends on ${day}, in ${left} days`, "renew it now"),
        ];
      }
      return [pass(`${url} speaks h2, its certificate holds until ${day}`)];
    },
  };
}

/** The certificate that is shown, whatever it is worth. */
async function certificateAt(
  { hostname, port }: { readonly hostname: string; readonly port: number },
  signal: AbortSignal,
): Promise<PeerCertificate> {
  const shown = Promise.withResolvers<PeerCertificate>();
  const socket = connect({ host: hostname, port, servername: hostname, rejectUnauthorized: false });
  const stop = () => socket.destroy(signal.reason);
  signal.addEventListener("abort", stop);
  socket.on("secureConnect", () => shown.resolve(socket.getPeerCertificate()));
  socket.on("error", shown.reject);
  socket.on("close", () => shown.reject(new Error("the connection was closed during the handshake")));
  try {
    return await shown.promise;
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}

interface Shown {
  readonly url: string;
  readonly day: string;
  readonly left: number;
  readonly names: string;
}

function refusal(problem: string, { url, day, left, names }: Shown): Finding {
  if (/no_?application_?protocol|NoApplicationProtocol/i.test(problem)) return noHttp2(url);
  if (left < 0) {
    return fail("TLS-EXPIRED", `the certificate of ${url} ended on ${day}`, "renew it, and let the proxy reload it");
  }
  if (/not ?valid ?for ?name/i.test(problem)) {
    return fail(
      "TLS-WRONG-NAME",
      `the certificate of ${url} is for ${names}`,
      "get one whose alternative names hold the host of the data source URL, or register another URL",
    );
  }
  return fail(
    "TLS-UNTRUSTED",
    `the certificate of ${url} is not trusted: ${problem}`,
    "serve the whole chain, from the certificate to one signed by a public authority",
  );
}

function noHttp2(url: string): Finding {
  return fail(
    "TLS-NO-H2",
    `${url} does not offer h2 by ALPN: gRPC cannot be spoken`,
    "switch HTTP/2 on in the proxy or load balancer, as gRPC rather than HTTP/1.1",
  );
}

function unreachable(url: string, error: unknown): Finding {
  return fail(
    "TLS-UNREACHABLE",
    `${url} cannot be reached from here: ${messageOf(error)}`,
    "check the address, the proxy and the firewall; a network that does not loop back needs the doctor run from outside",
  );
}
