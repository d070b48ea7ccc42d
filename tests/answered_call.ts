import { type Audio, TELEPHONY } from "../src/audio/format.ts";
import type { CallInfo, Connector } from "../src/call/connector.ts";
import { Conversation } from "../src/call/conversation.ts";
import type { ConversationOptions } from "../src/call/conversation_options.ts";
import type { CallEvent } from "../src/call/event.ts";
import type { CallerInput } from "../src/call/input.ts";
import type { AgentOutput } from "../src/call/output.ts";
import type { Turn, TurnOutput } from "../src/call/turn.ts";
import { Queue } from "../src/lib/queue.ts";
import { callInfo } from "./connector_suite.ts";
import { conversationOptions } from "./conversation_options.ts";
import { silentLog } from "./logs.ts";
import { ManualClock } from "./manual_clock.ts";
import { frames, join, silence, speech } from "./speech_samples.ts";

/** A conversation with an agent of the test's own, and streams that a test looks into: the room `src/call` without a wire. */

export const APOLOGY: Audio = { format: TELEPHONY, data: new Uint8Array([1]) };
export const sentence = (name = "slt_booking") => join(silence(300), speech(name), silence(1500));

/** A turn whose outputs a test can wait for. */
export class Line {
  readonly outputs: TurnOutput[] = [];
  closed = false;
  resumed = 0;
  room = true;
  #wake = () => {};

  put(output: TurnOutput): boolean {
    this.outputs.push(output);
    this.#wake();
    return this.room;
  }

  close(): void {
    this.closed = true;
    this.#wake();
  }

  resume(): void {
    this.resumed++;
  }

  async until(holds: (line: Line) => boolean): Promise<void> {
    while (!holds(this)) await new Promise<void>((resolve) => this.#wake = resolve);
  }

  over(): Promise<void> {
    return this.until(({ closed }) => closed);
  }

  /** What came out, in short: `say hello`, `listening`. */
  get heard(): string[] {
    return this.outputs.map((output) => output.type === "say" && output.text ? `say ${output.text}` : output.type);
  }
}

/** An agent made of what it does about each input. */
export function agent(
  answer: (input: CallerInput, call: CallInfo) => AsyncIterable<AgentOutput> | Iterable<AgentOutput>,
  hears: Connector["hears"] = { as: "utterances", format: TELEPHONY },
): Connector {
  return {
    hears,
    speaks: "prompts",
    agents: () => Promise.resolve([]),
    async *converse(call, caller) {
      for await (const input of caller) yield* answer(input, call);
    },
  };
}

/** Keeps every caller waiting. */
export const unanswering = agent(async function* () {
  await new Promise(() => {});
  yield { type: "listening" };
});

export const polite = agent(function* (input) {
  if (input.type === "hung_up" || input.type === "keys_started") return;
  if (input.type === "keys" && input.digits === "0") return yield { type: "transfer", reason: "caller_asked" };
  if (input.type === "keys" && input.digits === "9") return yield { type: "hang_up" };
  yield { type: "say", text: input.type, bargeIn: true };
  yield { type: "listening" };
});

export function answer(
  connector: Connector,
  options: Partial<ConversationOptions> = {},
) {
  const events: CallEvent[] = [];
  const clock = new ManualClock();
  let over = 0;
  const call = new Conversation(
    callInfo({ agentId: "a1" }),
    { id: "test", kind: "test", connector, speaks: connector.speaks },
    conversationOptions({
      clock,
      log: silentLog(),
      publish: (event) => events.push(event),
      apology: APOLOGY,
      ...options,
    }),
    () => over++,
  );
  const open = (): { line: Line; turn: Turn } => {
    const line = new Line();
    return { line, turn: call.openTurn(line) };
  };
  return { call, clock, events, open, over: () => over, types: () => events.map(({ type }) => type) };
}

export function speak(turn: Turn, audio: Audio, frameBytes = 160): void {
  for (const frame of frames(audio, frameBytes)) turn.hearAudio(frame, TELEPHONY);
}

export const FRAMES: Connector["hears"] = { as: "frames", format: TELEPHONY };

/** An agent with an ear of its own, which a test moves. */
export function listener(): { connector: Connector; does: (output: AgentOutput) => void; heard: string[] } {
  const outputs = new Queue<AgentOutput>(100);
  const heard: string[] = [];
  return {
    heard,
    does: (output) => void outputs.push(output),
    connector: {
      ...polite,
      hears: FRAMES,
      async *converse(_call, caller) {
        const hearing = (async () => {
          for await (const { type } of caller) if (type !== "audio") heard.push(type);
          outputs.close();
        })();
        yield* outputs;
        await hearing;
      },
    },
  };
}
