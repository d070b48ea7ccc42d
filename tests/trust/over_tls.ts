import { Authority } from "../certificates.ts";
import { wire } from "../gateway_harness.ts";

/** Has every gateway of the tests speak TLS from here on. `mutual`: clients show certificates, too. */
export async function speakTls({ mutual }: { readonly mutual: boolean }): Promise<void> {
  const authority = await Authority.create("Authority of Tests");
  const server = await authority.issue({ commonName: "localhost", names: ["localhost"] });
  const folder = await Deno.makeTempDir();
  for (const [name, text] of Object.entries({ ...server, authority: authority.cert })) {
    await Deno.writeTextFile(`${folder}/${name}.pem`, text);
  }
  addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  wire.yaml = `
gateway:
  tls:
    enabled: true
    server_cert_chain_file: ${folder}/cert.pem
    server_private_key_file: ${folder}/key.pem
`;
  wire.server = server;
  wire.tls = { caCerts: [authority.cert], serverName: "localhost" };
  if (!mutual) return;
  wire.yaml += `    root_ca_cert_file: ${folder}/authority.pem\n    require_client_cert: true\n`;
  wire.server = { ...server, clients: { authorities: authority.cert, accepts: () => true } };
  const commonName = "insight-orchestrator.test.ciscoccservice.com";
  wire.tls = { caCerts: [authority.cert], identity: await authority.issue({ commonName, for: "client" }) };
}
