// One attack in a process of its own: deno run -A tests/wire/attacker.ts NAME PORT [MS]. Prints its report as JSON.
import { ATTACKS } from "./attacks.ts";

const [name = "", port, ms = "600"] = Deno.args;
const attack = ATTACKS[name];
if (attack === undefined) throw new TypeError(`Cannot attack "${name}": one of ${Object.keys(ATTACKS)} expected`);
console.log(JSON.stringify(await attack(Number(port), Number(ms))));
Deno.exit(0);
