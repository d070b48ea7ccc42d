import { strict as assert } from "node:assert";
import { Status } from "../../src/grpc/status.ts";
import type { Clock } from "../../src/lib/clock.ts";
import { OutputEvent_EventType as Event } from "../../src/protocols/gen/byova_common.ts";
import { VoiceVAResponse_ResponseType as Type } from "../../src/protocols/gen/voicevirtualagent.ts";
import { type Ended, TestGateway } from "../gateway_harness.ts";
import { join, silence, speech } from "../speech_samples.ts";
import { FakeLex, type FakeOptions } from "./fake_lex.ts";
import { FrailLine } from "./frail_line.ts";
import { type LexLine, says, ScriptedLex } from "./scripted_lex.ts";

/** What a caller says, and how long is waited for the answer. */
export const sentence = join(silence(300), speech("slt_booking"), silence(1500));

/** A Lex that greets, and then answers in order. */
export function lexThat(...lines: (LexLine | Error)[]): ScriptedLex {
  return new ScriptedLex(({ text }) =>
    text === "hello" ? says("Welcome.") : lines.shift() ?? says("Yes?", { heard: "yes" })
  );
}

/** What a house is like besides its script. */
export interface HouseOptions extends FakeOptions {
  /** The time of the gateway. */
  readonly clock?: Clock;
}

/** A gateway whose bots are a fake's, over a line that can be hurt. */
export async function house(script: ScriptedLex, block: string, options: HouseOptions = {}) {
  const { clock, ...fake } = options;
  const lex = new FakeLex(script, { bots: { Travel: ["LIVE"] }, ...fake });
  const line = new FrailLine(lex.port);
  const gateway = await TestGateway.open(
    `connectors: {aws_lex_connector: {type: aws_lex, config: {${lex.blockVia(`http://${line.address}`)}, ${block}}}}`,
    clock && { clock },
  );
  return {
    lex,
    line,
    gateway,
    /** The codes of what failed so far, as the events tell them. */
    async failures(): Promise<string[]> {
      const { connection_events: events } = await (await fetch(`${gateway.url}/api/connections`)).json();
      return events.flatMap((event: Record<string, string>) => event.event_type === "failure" ? [event.code!] : []);
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await line[Symbol.asyncDispose]();
      await lex[Symbol.asyncDispose]();
    },
  };
}

/** An answer in short: type, events and how long its sound is. Chunks are told once. */
export function outline({ status, responses }: Ended): string[] {
  assert.equal(status, Status.OK);
  const lines = responses.map(({ prompts, outputEvents, responseType }) => {
    const name = (table: object, value: number) => Object.entries(table).find(([, each]) => each === value)![0];
    const sound = prompts.some(({ audioContent }) => audioContent.length > 0) ? ["sound"] : [];
    return [name(Type, responseType), ...outputEvents.map(({ eventType }) => name(Event, eventType)), ...sound].join(
      " ",
    );
  });
  return lines.filter((line, at) => line !== "CHUNK sound" || lines[at - 1] !== line);
}
