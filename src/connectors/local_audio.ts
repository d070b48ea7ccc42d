import * as z from "zod";
import { readPrompt } from "../audio/convert.ts";
import { type Audio, TELEPHONY } from "../audio/format.ts";
import { PROMPTS } from "../audio/prompts.ts";
import {
  type CallInfo,
  type Connector,
  type ConnectorDeps,
  defineConnector,
  type Shortcoming,
} from "../call/connector.ts";
import { expectationConfig, readExpectation } from "../call/expectation.ts";
import type { CallerInput } from "../call/input.ts";
import { type AgentOutput, ENDS_CALL } from "../call/output.ts";
import type { ErrorCode } from "../lib/error_codes.ts";
import { flag, someText } from "../lib/scalars.ts";
import { OneVoiceRecording } from "../recording/one_voice.ts";

const file = () => someText().optional();

const config = z.strictObject({
  agent_id: someText().default("Local Playback"),
  agents: z.array(someText()).min(1).optional(),
  audio_base_path: someText().default("audio"),
  audio_files: z.strictObject({
    welcome: file(),
    transfer: file(),
    goodbye: file(),
    error: file(),
    default: file(),
    no_input: file(),
  }).default({}),
  barge_in_enabled: flag().default(true),
  record_caller_audio: flag().default(false),
  audio_recording: z.strictObject({ output_dir: someText().default("logs") }).prefault({}),
  input: expectationConfig.optional(),
});

type Config = z.infer<typeof config>;
type Slot = keyof typeof PROMPTS;
/** A prompt of the operator's own has words that we do not know. */
type Prompt = { readonly audio: Audio; readonly text?: string };
type Prompts = Readonly<Record<Slot, Prompt>>;

/** The words of the prompts that the program carries, for whoever reads along. */
const WORDS: Readonly<Record<Slot, string>> = {
  welcome: "Hello, and welcome. This is your Webex gateway speaking. How can I help you?",
  transfer: "Transferring you to an agent. Please wait.",
  goodbye: "Thank you for calling. Goodbye!",
  error: "I'm sorry, something went wrong. I am transferring you to an agent.",
  default: "Thank you. I heard you.",
  no_input: "I'm sorry, I did not hear anything. How can I help you?",
};

/** Answers calls with recordings: for trying the line, and for the flows that were built on the sample's connector. */
export const localAudio = defineConnector<Config>({
  kind: "local_audio",
  config,
  async create(config, deps) {
    const prompts = await readPrompts(config, deps);
    return new LocalAudio(config, prompts, deps);
  },
  needs: (config) => ({
    read: ownPrompts(config).map(({ path }) => path),
    write: config.record_caller_audio ? [`${config.audio_recording.output_dir}/`] : [],
  }),
  async check(config, { readFile }) {
    const found = await Promise.all(
      ownPrompts(config).map(async ({ slot, path }): Promise<Shortcoming[]> => {
        try {
          readPrompt(await readFile(path));
          return [];
        } catch (error) {
          const problem = `prompt ${slot} cannot be read from ${path}: ${nameAndMessage(error)}`;
          const remedy = `put a WAV file there, or correct audio_files.${slot} and audio_base_path`;
          return [{ code: "PROMPT-UNREADABLE", problem, remedy }];
        }
      }),
    );
    return found.flat();
  },
});

/** The prompts that the operator brings along, and where they are. */
function ownPrompts({ audio_files: files, audio_base_path: folder }: Config) {
  return (Object.keys(PROMPTS) as Slot[]).flatMap((slot) => {
    const name = files[slot];
    return name === undefined ? [] : [{ slot, path: name.startsWith("/") ? name : `${folder}/${name}` }];
  });
}

function nameAndMessage(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : "unknown";
}

class LocalAudio implements Connector {
  readonly hears: Connector["hears"];
  readonly speaks = "prompts";
  readonly apology: Audio;
  readonly #listening: AgentOutput;

  constructor(readonly config: Config, readonly prompts: Prompts, readonly deps: ConnectorDeps) {
    this.hears = { as: config.record_caller_audio ? "frames" : "turns", format: TELEPHONY };
    this.apology = prompts.error.audio;
    this.#listening = { type: "listening", expects: readExpectation(config.input) };
  }

  agents() {
    const names = this.config.agents ?? [this.config.agent_id];
    return Promise.resolve(names.map((name) => ({ id: `Local Audio: ${name}`, name })));
  }

  async *converse(call: CallInfo, caller: AsyncIterable<CallerInput>): AsyncGenerator<AgentOutput> {
    const { record_caller_audio: records, audio_recording: { output_dir: folder } } = this.config;
    const recording = records ? new OneVoiceRecording(call, folder, this.deps) : undefined;
    try {
      for await (const input of caller) {
        if (input.type === "audio") recording?.add(input.audio.data, call.sensitive);
        for (const output of this.#answer(input)) {
          yield output;
          if (ENDS_CALL[output.type]) return;
        }
      }
    } finally {
      await recording?.finish();
    }
  }

  *#answer(input: CallerInput): Generator<AgentOutput> {
    switch (input.type) {
      case "started":
        return yield* this.#say("welcome");
      case "utterance":
      case "speech_ended":
        return yield* this.#say("default");
      case "silence":
        return yield* this.#say("no_input");
      case "keys":
        if (input.digits === "5") {
          yield this.#prompt("transfer", false);
          return yield { type: "transfer", reason: "caller_asked" };
        }
        if (input.digits === "6") {
          yield this.#prompt("goodbye", false);
          return yield { type: "hang_up", reason: "caller_asked" };
        }
        return yield* this.#say("default");
      case "custom":
        return yield this.#listening;
    }
  }

  *#say(slot: Slot): Generator<AgentOutput> {
    yield this.#prompt(slot, this.config.barge_in_enabled);
    yield this.#listening;
  }

  #prompt(slot: Slot, bargeIn: boolean): AgentOutput {
    return { type: "say", bargeIn, ...this.prompts[slot] };
  }
}

async function readPrompts(config: Config, { readFile, log }: ConnectorDeps): Promise<Prompts> {
  const builtIn = (slot: Slot): Prompt => ({ audio: readPrompt(PROMPTS[slot]), text: WORDS[slot] });
  const paths = new Map(ownPrompts(config).map(({ slot, path }) => [slot, path]));
  const read = async (slot: Slot): Promise<Prompt> => {
    const path = paths.get(slot);
    if (path === undefined) return builtIn(slot);
    try {
      return { audio: readPrompt(await readFile(path)) };
    } catch (error) {
      const problem = nameAndMessage(error);
      log.warn("prompt cannot be read: the built-in one is used instead", {
        code: "PROMPT-UNREADABLE" satisfies ErrorCode,
        prompt: slot,
        path,
        problem,
      });
      return builtIn(slot);
    }
  };
  const slots = Object.keys(PROMPTS) as Slot[];
  return Object.fromEntries(
    await Promise.all(slots.map(async (slot) => [slot, await read(slot)])),
  ) as Record<Slot, Prompt>;
}
