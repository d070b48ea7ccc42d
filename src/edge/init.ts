import sample from "../../config/config.yaml" with { type: "text" };
import { folderOf } from "../lib/files.ts";

/** A configuration with every key, its default and a sentence. */
export const SAMPLE_CONFIG: string = sample;
/** Where an installed gateway has its program and its configuration. */
export const INSTALLED = { program: "/usr/local/bin/byova-gateway", config: "/etc/byova-gateway/config.yaml" } as const;

const CONFIG = "config/config.yaml";
const UNIT = "byova-gateway@.service";

/** Writes a configuration and a unit below the present folder, and tells how to install them. Overwrites nothing. */
export async function init(unit: string, program: string, print: (line: string) => void): Promise<void> {
  print(await create(CONFIG, SAMPLE_CONFIG));
  print(await create(UNIT, unit));
  print(`
To try the configuration:
  ${program} check
To install the gateway as a service of this machine:
  sudo install -D -m 755 ${program} ${INSTALLED.program}
  sudo install -D -m 644 ${CONFIG} ${INSTALLED.config}
  sudo install -m 644 ${UNIT} /etc/systemd/system/
  sudo systemctl enable --now byova-gateway@a`);
}

async function create(path: string, text: string): Promise<string> {
  if (folderOf(path) !== ".") await Deno.mkdir(folderOf(path), { recursive: true });
  try {
    await Deno.writeTextFile(path, text, { createNew: true });
    return `${path}: written`;
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    return `${path}: is there already, and left as it is`;
  }
}
