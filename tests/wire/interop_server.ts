// The interop service on a free port of our server, which it prints; it ends with its standard input.
import { listenInterop } from "./interop_service.ts";

await using server = listenInterop();
// Deno opens descriptors of its own when it first hears of a signal, and panics if it cannot: the gateway listens to
// signals from its start, and so does this server.
Deno.addSignalListener("SIGTERM", () => Deno.exit(0));
console.log(server.port);
for await (const _ of Deno.stdin.readable);
