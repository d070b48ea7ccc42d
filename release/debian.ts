import denoConfig from "../deno.json" with { type: "json" };
import { COMMANDS, optionsOf } from "../src/commands.ts";
import { connectors } from "../src/connectors/mod.ts";
import { sampleUnit } from "../src/edge/command.ts";
import { completions, SHELLS } from "../src/edge/completions.ts";
import { INSTALLED, SAMPLE_CONFIG } from "../src/edge/init.ts";
import type { Need } from "../src/permissions/need.ts";
import { besideFiles, denoFile } from "./contents.ts";
import { running } from "./launcher.ts";
import { stampOf } from "./stamp.ts";
import { gzip, tar, type TarFile } from "./tar.ts";
import { DIST, report } from "./tool.ts";

/** The most that the package may take, in bytes. */
const MOST_BYTES = 50_000_000;
const ARCHITECTURES = { x86_64: "amd64", aarch64: "arm64" } as const;
/** Where the package keeps the program, and where an operator finds what is his. */
const LIBRARY = "usr/lib/byova-gateway";
const PACKAGED = { ...INSTALLED, program: "/usr/bin/byova-gateway" } as const;
const COMPLETIONS = {
  bash: "usr/share/bash-completion/completions/byova-gateway",
  zsh: "usr/share/zsh/vendor-completions/_byova-gateway",
  fish: "usr/share/fish/vendor_completions.d/byova-gateway.fish",
} as const;

/** Writes a Debian package of the bundle and this machine's Deno (deb(5)). Returns its path. */
export async function debianPackage(program: URL, needs: readonly Need[], folder = DIST): Promise<URL> {
  const stamp = await stampOf(Deno.env.get("SOURCE_DATE_EPOCH"));
  const time = Date.parse(stamp.builtAt) / 1000;
  const architecture = ARCHITECTURES[Deno.build.arch];
  const files = await contents(program, needs);
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const control = [
    text("./control", controlFile(architecture, size)),
    text("./conffiles", `${PACKAGED.config}\n`),
    text("./postinst", "#!/bin/sh\nset -e\n[ ! -d /run/systemd/system ] || systemctl daemon-reload\n", 0o755),
  ];
  const archive = ar([
    { path: "debian-binary", bytes: new TextEncoder().encode("2.0\n") },
    { path: "control.tar.gz", bytes: await gzip(tar(control, time)) },
    { path: "data.tar.gz", bytes: await gzip(tar(withFolders(files), time)) },
  ], time);
  const name = `byova-gateway_${denoConfig.version}_${architecture}.deb`;
  await Deno.writeFile(new URL(name, folder), archive);
  await report(name, archive, MOST_BYTES);
  return new URL(name, folder);
}

async function contents(program: URL, needs: readonly Need[]): Promise<readonly TarFile[]> {
  const launcher = `#!/bin/sh\nfolder=/${LIBRARY}\nDENO_DIR=\${CACHE_DIRECTORY:-/dev/null}\n${running(needs)}`;
  const beside = [await denoFile(), { path: "byova-gateway.js", bytes: await Deno.readFile(program) }];
  const others = await besideFiles();
  const placeOf = (path: string) => path === "LICENSE" ? "usr/share/doc/byova-gateway/copyright" : `${LIBRARY}/${path}`;
  return [
    ...[...beside, ...others].map((file) => ({ ...file, path: placeOf(file.path) })),
    text(PACKAGED.program.slice(1), launcher, 0o755),
    text(PACKAGED.config.slice(1), SAMPLE_CONFIG),
    text("lib/systemd/system/byova-gateway@.service", await sampleUnit(connectors, PACKAGED)),
    // Connections that wait at a door that closes go to whoever shares the port (Linux 5.14).
    text("usr/lib/sysctl.d/60-byova-gateway.conf", "net.ipv4.tcp_migrate_req = 1\n"),
    ...SHELLS.map((shell) =>
      text(
        COMPLETIONS[shell],
        completions(shell, "byova-gateway", COMMANDS.map((each) => ({ ...each, options: optionsOf(each) }))),
      )
    ),
  ].map((file) => ({ ...file, path: `./${file.path}` }));
}

function controlFile(architecture: string, size: number): string {
  return `Package: byova-gateway
Version: ${denoConfig.version}
Architecture: ${architecture}
Maintainer: byova-gateway <byova-gateway@localhost>
Installed-Size: ${Math.ceil(size / 1024)}
Depends: libc6 (>= 2.27)
Section: net
Priority: optional
Description: answers Webex Contact Center's virtual agent calls
 A gateway for "Bring Your Own Virtual Agent": it takes calls over gRPC, carries
 the caller's voice to a virtual agent, and shows calls in a dashboard.
`;
}

function text(path: string, content: string, mode = 0o644): TarFile {
  return { path, bytes: new TextEncoder().encode(content), mode };
}

/** The same with every folder named before what is in it, as dpkg wants it. */
function withFolders(files: readonly TarFile[]): readonly TarFile[] {
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) folders.add(path.slice(0, at + 1));
  }
  return [...[...folders].sort().map((path) => ({ path, bytes: new Uint8Array() })), ...files];
}

/** An archive of ar(5), in the form that deb(5) asks for. */
function ar(members: readonly TarFile[], time: number): Uint8Array<ArrayBuffer> {
  const parts = members.flatMap(({ path, bytes }) => [
    new TextEncoder().encode(
      `${path.padEnd(16)}${String(time).padEnd(12)}${"0".padEnd(6)}${"0".padEnd(6)}${"100644".padEnd(8)}${
        String(bytes.length).padEnd(10)
      }\`\n`,
    ),
    bytes,
    new Uint8Array(bytes.length % 2).fill(0x0a),
  ]);
  const all = [new TextEncoder().encode("!<arch>\n"), ...parts];
  const archive = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of all) {
    archive.set(part, at);
    at += part.length;
  }
  return archive;
}
