/** The folder of the repository. */
export const ROOT = new URL("../", import.meta.url);
/** Where everything that is built goes. */
export const DIST = new URL("dist/", ROOT);

/** Runs a program in the repository's folder and returns what it printed. Throws with what it complained about. */
export async function run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], cwd: ROOT, env: { NO_COLOR: "1", ...env } });
  const { success, stdout, stderr } = await command.output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`Cannot run ${program} ${args[0] ?? ""}: ${new TextDecoder().decode(stderr).trim()}`);
}

/** Runs this very Deno. */
export function deno(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  return run(Deno.execPath(), args, env);
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Bytes in the unit that budgets are told in. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}

/** Prints one line about something that was built. Throws when it is beyond its budget. */
export async function report(path: string, bytes: Uint8Array<ArrayBuffer>, most: number): Promise<void> {
  console.log(`${path}: ${megabytes(bytes.length)} of at most ${megabytes(most)}, sha256 ${await sha256(bytes)}`);
  if (bytes.length > most) throw new Error(`${path} is over its budget`);
}
