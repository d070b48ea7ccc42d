import type { Connector, ConnectorDeps } from "../../src/call/connector.ts";
import { connectLex } from "../../src/connectors/aws_lex/connect.ts";
import { awsLex } from "../../src/connectors/aws_lex/mod.ts";
import type { AgentOutput } from "../../src/call/output.ts";
import type { LexConfig } from "../../src/connectors/aws_lex/options.ts";
import { type Clock, systemClock } from "../../src/lib/clock.ts";
import { readBlock, testDeps } from "../connector_suite.ts";
import type { ScriptedLex } from "./scripted_lex.ts";

/** The real time, whose timers keep the test alive: there is no socket that would. */
export const clock: Clock = {
  ...systemClock,
  setTimer(ms, fire) {
    const id = setTimeout(fire, ms);
    return () => clearTimeout(id);
  },
};

/** Time that passes `times` as fast as it does. */
export function hurried(times: number): Clock {
  return {
    ...clock,
    now: () => clock.now() * times,
    setTimer: (ms, fire) => clock.setTimer(ms / times, fire),
  };
}

/** One bot, named outright. */
export const BOT = "region_name: us-east-1, agents: [{bot_id: ABCDEFGHIJ, name: Travel}]";

/** Builds a Lex connector from its `config` block on a script. */
export async function lexOn(
  lex: ScriptedLex,
  block: string,
  deps: Partial<ConnectorDeps> = {},
): Promise<Connector> {
  const { config, problems } = await readBlock(awsLex, `${BOT}${block && ", "}${block}`);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const clients = {
    runtime: lex.runtime,
    models: { send: () => Promise.reject(new Error("nobody may list")) } as never,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return await connectLex(config as LexConfig, testDeps({ clock, ...deps }), {
    id: "aws_lex_connector",
    clients,
  });
}

/** Outputs in short: how long voices speak, words, and how it goes on. */
export function outline(outputs: readonly AgentOutput[]): string[] {
  const short: string[] = [];
  let voice = 0;
  for (const output of outputs) {
    if (output.type === "say" && output.piece) {
      voice += output.audio!.data.length;
      continue;
    }
    if (voice > 0) short.push(`voice ${Math.round(voice / 8)} ms`);
    voice = 0;
    if (output.type === "say") short.push(output.text ?? (output.interim ? "filler" : "bridge"));
    else if (output.type === "transfer" || output.type === "hang_up") short.push(`${output.type} ${output.reason}`);
    else if (output.type === "faltered") short.push(`faltered ${output.code}`);
    else short.push(output.type);
  }
  return short;
}
