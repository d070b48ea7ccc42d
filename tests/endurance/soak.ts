/**
 * Holds calls for a long time and looks whether memory stays flat: deno run -A tests/endurance/soak.ts [--calls 500]
 * [--minutes 30]. After a sixth of the time as warm-up, the lines through the samples of RSS and of the used heap may rise
 * by no more than 5 % and 10 % of their mean until the end.
 */
import { parseArgs } from "node:util";
import { describe, holdCalls, verdict } from "./held_calls.ts";
import { Program } from "./program.ts";

const SAMPLE_MS = 5000;
const MOST_RISE = { rss: 0.05, heapUsed: 0.1 };

const { values } = parseArgs({
  options: { calls: { type: "string", default: "500" }, minutes: { type: "string", default: "30" } },
});
const minutes = Number(values.minutes);
await using house = await Program.start();
const rss: number[] = [], heapUsed: number[] = [];
const timer = setInterval(() => {
  rss.push(house.memory.rss);
  heapUsed.push(house.memory.heapUsed);
  const minute = rss.length * SAMPLE_MS / 60_000;
  if (Number.isInteger(minute)) console.log(`${minute} min: RSS ${mib(rss.at(-1)!)}, heap ${mib(heapUsed.at(-1)!)}`);
}, SAMPLE_MS);
const report = await holdCalls(house.port, { calls: Number(values.calls), seconds: minutes * 60 });
clearInterval(timer);

const rise = { rss: riseOf(rss), heapUsed: riseOf(heapUsed) };
const holds = !house.ended && Object.keys(report.failures).length === 0 && rise.rss <= MOST_RISE.rss &&
  rise.heapUsed <= MOST_RISE.heapUsed;
verdict(
  holds,
  `${minutes} minutes, ${describe(report)}; RSS ${mib(mean(rss))}, rising by ${percent(rise.rss)}, at most ` +
    `${mib(Math.max(...rss))}; heap ${mib(mean(heapUsed))}, rising by ${percent(rise.heapUsed)}`,
);

/** By how much the line of best fit through the samples after the warm-up rises, as a share of their mean. */
function riseOf(all: readonly number[]): number {
  const samples = all.slice(Math.floor(all.length / 6));
  const middle = (samples.length - 1) / 2;
  const average = mean(samples);
  let product = 0, square = 0;
  for (const [at, sample] of samples.entries()) {
    product += (at - middle) * (sample - average);
    square += (at - middle) ** 2;
  }
  return product / square * (samples.length - 1) / average;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
