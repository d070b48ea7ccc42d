// Every attack in turn, as a table: deno run -A tests/wire/attack_table.ts [--ms 1000] [NAME ...]
import { parseArgs } from "node:util";
import { attacked } from "./attacked.ts";
import { ATTACKS } from "./attacks.ts";

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { ms: { type: "string", default: "1000" } },
  allowPositionals: true,
});
console.log("| attack | connections | cut off | slowest cut-off | bystander p99 | its calls | memory |");
console.log("|---|---:|---:|---:|---:|---:|---:|");
for (const name of positionals.length > 0 ? positionals : Object.keys(ATTACKS)) {
  try {
    const seen = await attacked(name, Number(values.ms));
    console.log(
      `| ${name} | ${seen.connections} | ${seen.cutOff} | ${seen.slowestCutOffMs.toFixed(0)} ms | ` +
        `${seen.p99Ms.toFixed(1)} ms | ${seen.calls} | ${(seen.memory / 2 ** 20).toFixed(0)} MiB |`,
    );
  } catch (error) {
    console.log(`| ${name} | ${error instanceof Error ? error.message.split("\n")[0] : error} |`);
  }
}
