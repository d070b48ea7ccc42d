import { CertificateFiles, type CertificateTexts } from "../auth/certificate_files.ts";
import type { Config, TlsFiles } from "../config.ts";
import type { GrpcChannelOptions } from "../grpc/client.ts";
import type { ServerTls } from "../http2/tls.ts";
import { nameMatches, readCertificate } from "../lib/certificate.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";

/** The certificate of each port that speaks TLS. */
export async function openCertificates(
  { gateway, monitoring }: Config,
  { clock, log }: { clock: Clock; log: Log },
  built: AsyncDisposableStack,
) {
  const open = async (on: string, files: TlsFiles | undefined) =>
    files && built.use(
      await CertificateFiles.open({
        paths: { cert: files.cert, key: files.key, authorities: files.clients?.authorities },
        pollMs: files.pollMs,
        readTextFile: Deno.readTextFile,
        clock,
        log: log.child("certificate", { on }),
      }),
    );
  return {
    grpc: await open("grpc", gateway.tls),
    http: monitoring.enabled ? await open("http", monitoring.tls) : undefined,
  };
}

/** What a port shows, and whom it lets in. */
export function serverTls(
  { cert, key, authorities }: CertificateTexts,
  { tls }: Pick<Config["gateway"], "tls">,
): ServerTls {
  const { clients } = tls!;
  if (clients === undefined) return { cert, key };
  const accepts = (name: string) => nameMatches(clients.subject, name);
  return { cert, key, clients: { authorities: authorities!, accepts } };
}

/** Where the gateway reaches its own gRPC port. */
export function ownPort(
  { gateway: { host } }: Config,
  port: number,
  tls: CertificateTexts | undefined,
): GrpcChannelOptions {
  const hostname = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  if (tls === undefined) return { hostname, port };
  const [serverName] = readCertificate(tls.cert).names;
  return { hostname, port, tls: { caCerts: [tls.cert], ...(serverName === undefined ? {} : { serverName }) } };
}

/** The certificates of the ports that speak TLS. */
export type Certificates = Awaited<ReturnType<typeof openCertificates>>;

/** What each port shows that speaks TLS, and until when. */
export function certificateStates(certificates: Certificates) {
  return Object.entries(certificates).flatMap(([on, files]) => files ? [{ on, ...files.state }] : []);
}
