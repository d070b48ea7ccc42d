import { Authority } from "../certificates.ts";
import { wire } from "../gateway_harness.ts";

/** Every whole call of the other files once more, over TLS that both sides show certificates in. */

const authority = await Authority.create("Authority of Tests");
const server = await authority.issue({ commonName: "localhost", names: ["localhost"] });
const identity = await authority.issue({ commonName: "insight-orchestrator.test.ciscoccservice.com", for: "client" });

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
    root_ca_cert_file: ${folder}/authority.pem
    require_client_cert: true
`;
wire.server = { ...server, clients: { authorities: authority.cert, accepts: () => true } };
wire.tls = { caCerts: [authority.cert], identity };

await import("../byova_calls_test.ts");
await import("../byova_wire_test.ts");
