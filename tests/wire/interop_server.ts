// The interop service on a free port of our server, which it prints; it ends with its standard input.
import { listenInterop } from "./interop_service.ts";

await using server = listenInterop();
console.log(server.port);
for await (const _ of Deno.stdin.readable);
