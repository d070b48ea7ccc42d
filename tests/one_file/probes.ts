/**
 * Tries everything that the gateway must not be able to do, under whatever permissions it is run with, and prints the
 * names of what succeeded as JSON. It is plain JavaScript to Deno: nothing of ours is imported.
 */
const PROBES: Readonly<Record<string, () => unknown>> = {
  "read /etc/passwd": () => Deno.readTextFileSync("/etc/passwd"),
  "list the working folder": () => [...Deno.readDirSync(".")],
  "read the program": () => Deno.readFileSync(new URL(import.meta.url)),
  "write the working folder": () => Deno.writeTextFileSync("planted.txt", "planted"),
  "write the configuration": () => Deno.writeTextFileSync("config/config.yaml", "planted"),
  "write a temporary file": () => Deno.makeTempFileSync(),
  "a name on the network": () => Deno.resolveDns("example.org", "A"),
  "another host": () => Deno.connect({ hostname: "192.0.2.1", port: 443 }),
  "another port of this host": () => Deno.connect({ hostname: "127.0.0.1", port: 22 }),
  "another listener": () => Deno.listen({ hostname: "0.0.0.0", port: 0 }),
  "fetch": () => fetch("https://example.org/"),
  "a subprocess": () => new Deno.Command("/bin/true").outputSync(),
  "a signal to another process": () => Deno.kill(1, "SIGCONT"),
  "ffi": () => Deno.dlopen("libc.so.6", {}),
  "the host's name": () => Deno.hostname(),
  "the system's release": () => Deno.osRelease(),
  "the network's interfaces": () => Deno.networkInterfaces(),
  "all variables": () => {
    if (Deno.env.get("HOME") === undefined) throw new Error("HOME is not seen");
  },
  "code from npm": () => import(`npm:${"left-pad"}`),
  "code from the web": () => import(`https://${"esm.sh"}/left-pad`),
  "code from the disk": () => import(`file:///tmp/${"planted"}.js`),
};

const succeeded: string[] = [];
for (const [name, attempt] of Object.entries(PROBES)) {
  try {
    await attempt();
    succeeded.push(name);
  } catch (error) {
    // Denied is denied; a host that is merely out of reach would prove nothing.
    const denied = error instanceof Deno.errors.NotCapable ||
      /not seen|NotCapable|Requires|--no-npm|--no-remote|not allowed|denied/i.test(String(error));
    if (!denied) succeeded.push(`${name} failed otherwise: ${error}`);
  }
}
console.log(JSON.stringify({ tried: Object.keys(PROBES).length, succeeded }));
