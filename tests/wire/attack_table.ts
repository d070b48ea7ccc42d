// Every attack in turn, as a table, held against its bars: deno run -A tests/wire/attack_table.ts [--ms 1000] [NAME ...]
import { parseArgs } from "node:util";
import { type Attacked, attacked } from "./attacked.ts";
import { ATTACKS, FLOODS, OFFENCES } from "./attacks.ts";

const P99_MS = 20, CUT_OFF_MS = 1000, MEMORY_MB = 150;
const ENDED: ReadonlySet<string> = new Set(Object.keys({ ...FLOODS, ...OFFENCES }));

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { ms: { type: "string", default: "1000" } },
  allowPositionals: true,
});
const names = positionals.length > 0 ? positionals : Object.keys(ATTACKS);
const failures: string[] = [];
console.log("| attack | connections | cut off | slowest cut-off | bystander p99 | its calls | memory |");
console.log("|---|---:|---:|---:|---:|---:|---:|");
for (const name of names) {
  try {
    const seen = await attacked(name, Number(values.ms));
    console.log(
      `| ${name} | ${seen.connections} | ${seen.cutOff} | ${seen.slowestCutOffMs.toFixed(0)} ms | ` +
        `${seen.p99Ms.toFixed(1)} ms | ${seen.calls} | ${(seen.memory / 2 ** 20).toFixed(0)} MiB |`,
    );
    failures.push(...beyond(name, seen));
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    console.log(`| ${name} | ${why} |`);
    failures.push(`${name}: ${why}`);
  }
}
if (failures.length === 0) {
  console.log(`HOLDS bystander p99 below ${P99_MS} ms, cut off within ${CUT_OFF_MS} ms, memory below ${MEMORY_MB} MB`);
}
for (const failure of failures) console.log(`FAILS ${failure}`);
Deno.exit(failures.length === 0 ? 0 : 1);

/** Which bars an attack has met. */
function beyond(name: string, { p99Ms, memory, connections, cutOff, slowestCutOffMs }: Attacked): string[] {
  const bars: [string, boolean][] = [
    [`bystander p99 ${p99Ms.toFixed(1)} ms`, p99Ms < P99_MS],
    [`memory ${(memory / 1e6).toFixed(0)} MB`, memory < MEMORY_MB * 1e6],
    [`cut off after ${slowestCutOffMs.toFixed(0)} ms`, slowestCutOffMs < CUT_OFF_MS],
    [`${connections - cutOff} connections not cut off`, !ENDED.has(name) || cutOff === connections],
  ];
  return bars.filter(([, holds]) => !holds).map(([what]) => `${name}: ${what}`);
}
