import { strict as assert } from "node:assert";
import { asked, call, OWN_SOUND, TIMES } from "../../../tests/lex/lex_block.ts";
import { outline } from "../../../tests/lex/lex_calls.ts";
import { decides, exception, type LexLine, says } from "../../../tests/lex/scripted_lex.ts";
import { join, silence, speech } from "../../../tests/speech_samples.ts";
import { convert, readPrompt } from "../../audio/convert.ts";
import { BRIDGES } from "../../audio/prompts.ts";
import { readWav } from "../../audio/wav.ts";
import type { CallerInput } from "../../call/input.ts";
import { unpack } from "./answer.ts";
import type { LexConfig } from "./options.ts";

/** What each key of the connector does: what is seen without it, and what with it. */

/** A line of a `config` block, and the two things that are to be seen. */
interface Effect {
  readonly block: string;
  see(block: string): Promise<unknown>;
  readonly usual: unknown;
  readonly changed: unknown;
}

const SILENCE: CallerInput = { type: "silence" };
const UTTERANCE: CallerInput = { type: "utterance", audio: speech("slt_booking") };
const EVENT: CallerInput = { type: "custom", name: "order", data: {} };
const SPOKEN: readonly CallerInput[] = [
  { type: "speech_started" },
  { type: "audio", audio: convert(join(speech("slt_yes"), silence(700)), { encoding: "linear16", sampleRate: 8000 }) },
  { type: "speech_ended" },
];

const texts = async (block: string, ...inputs: CallerInput[]) =>
  (await call(block, inputs)).lex.turns.map(({ text }) => text);

/** What a turn says of the call beside the caller's words. */
const attributes = async (block: string) => {
  const { lex: { requests: [first] } } = await call(block);
  const { sessionAttributes } = unpack<{ sessionAttributes?: object }>(first!.sessionState) ?? {};
  return { session: sessionAttributes, request: unpack(first!.requestAttributes) };
};

const slots = async (block: string) => {
  const { outputs } = await call(block, [UTTERANCE], [decides("BookRoom", "Failed")]);
  const end = outputs.at(-1)!;
  return end.type === "transfer" && end.data!.slots;
};

/** How long the first say of a kind is, in bytes of mu-law. */
const bridge = async (block: string, line: LexLine | Error, interim: boolean) => {
  const { outputs } = await call(block, [UTTERANCE], [line]);
  return outputs.flatMap((each) => each.type === "say" && !each.piece && !!each.interim === interim ? [each] : [])[0]
    ?.audio?.data.length;
};

const AWS = "us-east-1.amazonaws.com";
const KEYS = "aws_access_key_id: AKID, aws_secret_access_key: hunter2";
const ENV = { AWS_ACCESS_KEY_ID: "ENV", AWS_SECRET_ACCESS_KEY: "hunter3" };
const L16 = "audio/l16; rate=16000; channels=1";
const TEXT = "text/plain; charset=utf-8";
const DOWN = exception("InternalServerException", 500);

const EFFECTS: { readonly [Key in Exclude<keyof LexConfig, "audio_logging">]: Effect } = {
  mode: {
    block: "mode: streaming",
    see: async (block) => (await call(block)).connector.hears.as,
    usual: "utterances", // as these tests have it
    changed: "frames",
  },
  region_name: {
    block: `region_name: eu-west-2, ${KEYS}`,
    see: async (block) => {
      const { hosts, region } = await asked(block || KEYS);
      return [...hosts, region];
    },
    usual: [`models-v2-lex.${AWS}`, `runtime-v2-lex.${AWS}`, "us-east-1"],
    changed: ["models-v2-lex.eu-west-2.amazonaws.com", "runtime-v2-lex.eu-west-2.amazonaws.com", "eu-west-2"],
  },
  locale_id: {
    block: "locale_id: de_DE",
    see: async (block) => (await call(block)).lex.requests[0]!.localeId,
    usual: "en_US",
    changed: "de_DE",
  },
  agents: {
    block: "agents: [{bot_id: ABCDEFGHIJ, alias_id: KLMNOPQRST, name: Travel, locale_id: fr_FR}]",
    see: async (block) => {
      const { agents, lex: { requests: [first] } } = await call(block);
      return [...agents, first!.botId, first!.botAliasId, first!.localeId];
    },
    usual: ["lex: Found", "FOUND", "LIVE", "en_US"],
    changed: ["lex: Travel", "ABCDEFGHIJ", "KLMNOPQRST", "fr_FR"],
  },
  bot_alias_id: {
    block: "bot_alias_id: MYALIAS001",
    see: async (block) => (await call(block)).lex.requests[0]!.botAliasId,
    usual: "LIVE",
    changed: "MYALIAS001",
  },
  discovery_interval_seconds: {
    block: "discovery_interval_seconds: 1",
    see: async (block) => {
      const { connector, models } = await call(block);
      await new Promise((resolve) => setTimeout(resolve, 1000 / TIMES));
      await connector.agents();
      return models.lists > 1;
    },
    usual: false,
    changed: true,
  },
  endpoint: {
    block: 'endpoint: "http://private:81"',
    see: async (block) => (await asked(`${KEYS}, ${block}`)).hosts,
    usual: [`models-v2-lex.${AWS}`, `runtime-v2-lex.${AWS}`],
    changed: [`models-v2-lex.${AWS}`, "private:81"],
  },
  models_endpoint: {
    block: 'models_endpoint: "http://private:81"',
    see: async (block) => (await asked(`${KEYS}, ${block}`)).hosts,
    usual: [`models-v2-lex.${AWS}`, `runtime-v2-lex.${AWS}`],
    changed: ["private:81", `runtime-v2-lex.${AWS}`],
  },
  credentials: {
    block: "credentials: profile",
    see: async (block) => (await asked(block, ENV)).accessKeyId,
    usual: "ENV",
    changed: undefined,
  },
  aws_access_key_id: {
    block: KEYS,
    see: async (block) => (await asked(block, ENV)).accessKeyId,
    usual: "ENV",
    changed: "AKID",
  },
  aws_secret_access_key: {
    block: "aws_access_key_id: ENV, aws_secret_access_key: hunter4",
    see: async (block) => (await asked(block, ENV)).secret,
    usual: "hunter3",
    changed: "hunter4",
  },
  aws_session_token: {
    block: "aws_session_token: TOKEN",
    see: async (block) => (await asked(`${KEYS}, ${block}`)).token,
    usual: undefined,
    changed: "TOKEN",
  },
  initial_trigger_text: {
    block: "initial_trigger_text: good morning",
    see: (block) => texts(block),
    usual: ["hello"],
    changed: ["good morning"],
  },
  silence_text: {
    block: "silence_text: nothing",
    see: (block) => texts(block, SILENCE),
    usual: ["hello"],
    changed: ["hello", "nothing"],
  },
  max_silences: {
    block: "max_silences: 1",
    see: async (block) => (await call(block, [SILENCE, SILENCE])).end,
    usual: "listening",
    changed: "transfer no_input",
  },
  barge_in_enabled: {
    block: "barge_in_enabled: false, pass_parameters: none",
    see: async (block) => {
      const { outputs } = await call(block, [UTTERANCE, UTTERANCE, SILENCE], [DOWN]);
      const bargeIns = new Set(outputs.flatMap((output) => output.type === "say" ? [output.bargeIn] : []));
      return [...bargeIns, (await attributes(block || "pass_parameters: none")).session];
    },
    usual: [true, undefined],
    changed: [false, { "x-amz-lex:allow-interrupt:*:*": "false" }],
  },
  end_of_speech: {
    block: "end_of_speech: gateway",
    see: async (block) => {
      const { outputs } = await call(`mode: streaming, ${block}`, SPOKEN, [says("Fine.", { heard: "yes" })]);
      return outputs.flatMap((output) => output.type === "heard" ? [output.what] : []);
    },
    usual: ["speech_started", "speech_ended"],
    changed: ["speech_started"],
  },
  text_request_content_type: {
    block: `text_request_content_type: "${TEXT}"`, // there is no other
    see: async (block) => (await call(block)).lex.requests[0]!.requestContentType,
    usual: TEXT,
    changed: TEXT,
  },
  audio_request_content_type: {
    block: `audio_request_content_type: "${L16.replace("16000", "8000")}"`,
    see: async (block) => {
      const { lex: { requests, turns } } = await call(block, [UTTERANCE]);
      return [requests[1]!.requestContentType, turns[1]!.sound!.length / speech("slt_booking").data.length];
    },
    usual: [L16, 4],
    changed: [L16.replace("16000", "8000"), 2],
  },
  response_content_type: {
    block: `response_content_type: "${TEXT}"`,
    see: async (block) => {
      const fine = says("Fine.", { heard: "yes", ...(block ? { voiceMs: 0 } : {}) });
      const { lex, outputs } = await call(`mode: streaming, ${block}`, SPOKEN, [fine]);
      return [
        lex.requests[0]!.responseContentType,
        ...lex.configurations.map((each) => each.responseContentType),
        outline(outputs).at(-2),
      ];
    },
    usual: ["audio/pcm", "audio/pcm", "voice 200 ms"],
    changed: [TEXT, TEXT, "Fine."],
  },
  pass_parameters: {
    block: "pass_parameters: request",
    see: attributes,
    usual: { session: { tier: "gold" }, request: undefined },
    changed: { session: undefined, request: { tier: "gold" } },
  },
  session_attributes: {
    block: 'session_attributes: {call: "{conversation_id}"}',
    see: attributes,
    usual: { session: { tier: "gold" }, request: undefined },
    changed: { session: { call: "c1", tier: "gold" }, request: undefined },
  },
  request_attributes: {
    block: 'request_attributes: {call: "{conversation_id}"}',
    see: attributes,
    usual: { session: { tier: "gold" }, request: undefined },
    changed: { session: { tier: "gold" }, request: { call: "c1" } },
  },
  custom_events: {
    block: 'custom_events: {"*": "event {name}"}',
    see: (block) => texts(block, EVENT),
    usual: ["hello"],
    changed: ["hello", "event order"],
  },
  outcomes: {
    block: "outcomes: [{intent: BookRoom, outcome: transfer, reason: asked}]",
    see: async (block) => (await call(block, [UTTERANCE], [decides("BookRoom", "Fulfilled")])).end,
    usual: "hang_up intent_fulfilled",
    changed: "transfer asked",
  },
  metadata_slots: {
    block: "metadata_slots: [City]",
    see: slots,
    usual: {},
    changed: { City: "Berlin" },
  },
  sensitive_slots: {
    block: "sensitive_slots: [Card]",
    see: (block) => slots(`metadata_slots: ["*"], ${block}`),
    usual: { City: "Berlin", Card: "4111" },
    changed: { City: "Berlin" },
  },
  max_retries: {
    block: "max_retries: 1",
    see: async (block) => {
      const throttled = Array.from({ length: 9 }, () => exception("ThrottlingException", 429));
      return (await call(block, [UTTERANCE], throttled)).lex.turns.length - 1;
    },
    usual: 4,
    changed: 2,
  },
  timeout: {
    block: "timeout: 4",
    see: async (block) => (await call(block)).timers.filter((ms) => ms === 10_000 || ms === 4000)[0],
    usual: 10_000,
    changed: 4000,
  },
  filler_after_ms: {
    block: "filler_after_ms: 700",
    see: async (block) => (await call(block)).timers.filter((ms) => ms === 2500 || ms === 700)[0],
    usual: 2500,
    changed: 700,
  },
  filler_file: {
    block: "filler_file: mine.wav",
    see: (block) => {
      const slow = says("At last.", { after: new Promise((resolve) => setTimeout(resolve, 30)) });
      return bridge(`filler_after_ms: 20, ${block}`, slow, true);
    },
    usual: readPrompt(BRIDGES.one_moment).data.length,
    changed: OWN_SOUND.data.length,
  },
  say_again_file: {
    block: "say_again_file: mine.wav",
    see: (block) => bridge(block, DOWN, false),
    usual: readPrompt(BRIDGES.say_again).data.length,
    changed: OWN_SOUND.data.length,
  },
  failures_before_transfer: {
    block: "failures_before_transfer: 1",
    see: async (block) => (await call(block, [UTTERANCE], [DOWN])).end,
    usual: "listening",
    changed: "lex_unavailable",
  },
  audio_buffering: {
    block: "audio_buffering: {silence_threshold: 4000}", // taken from older files, and not needed
    see: async (block) => (await call(block, [UTTERANCE])).lex.turns[1]!.sound!.length,
    usual: speech("slt_booking").data.length * 4,
    changed: speech("slt_booking").data.length * 4,
  },
  enable_debug_logging: {
    block: "enable_debug_logging: true",
    see: async (block) => (await call(block)).log.filter(({ level }) => level === "info").map(({ message }) => message),
    usual: [],
    changed: ["lex answered"],
  },
  input: {
    block: "input: {dtmf_length: 9}",
    see: async (block) => {
      const last = (await call(block)).outputs.at(-1)!;
      return last.type === "listening" && last.expects!.keyCount;
    },
    usual: undefined,
    changed: 9,
  },
};

/** The files of a call, with what their headers say. */
const files = async (block: string) => {
  const { disk } = await call(`audio_logging: {enabled: true${block && ", "}${block}}`, [UTTERANCE]);
  return [...disk.files.keys()].map((name) => name.replace(/\d{8}_\d{6}_\d{3}/, "T")).sort();
};
const form = async (block: string) => {
  const { disk } = await call(`audio_logging: {enabled: true${block && ", "}${block}}`, [UTTERANCE]);
  const [file] = disk.files.values();
  const head = new DataView(file!.buffer, file!.byteOffset);
  assert.equal(readWav(file!).data.length > 0, true);
  return {
    tag: head.getUint16(20, true),
    channels: head.getUint16(22, true),
    rate: head.getUint32(24, true),
    bits: head.getUint16(34, true),
  };
};
const BOTH = ["logs/audio_recordings/c1_T_aws.wav", "logs/audio_recordings/c1_T_wxcc.wav"];
const MULAW = { tag: 7, channels: 1, rate: 8000, bits: 8 };
const FORM = { see: form, usual: MULAW, changed: MULAW }; // there is no other

const LOGGING_EFFECTS: { readonly [Key in keyof LexConfig["audio_logging"]]: Effect } = {
  enabled: {
    block: "audio_logging: {enabled: true}",
    see: async (block) => (await call(block, [UTTERANCE])).disk.files.size,
    usual: 0,
    changed: 2,
  },
  output_dir: {
    block: "output_dir: there",
    see: files,
    usual: BOTH,
    changed: ["there/c1_T_aws.wav", "there/c1_T_wxcc.wav"],
  },
  filename_format: {
    block: 'filename_format: "{source}-{conversation_id}.wav"',
    see: files,
    usual: BOTH,
    changed: ["logs/audio_recordings/aws-c1.wav", "logs/audio_recordings/wxcc-c1.wav"],
  },
  log_all_audio: { block: "log_all_audio: false", see: files, usual: BOTH, changed: BOTH.slice(1) },
  max_file_size: {
    block: "max_file_size: 10000",
    see: async (block) => (await files(block)).filter((name) => name.includes("_part2")).length,
    usual: 0,
    changed: 1,
  },
  sample_rate: { block: "sample_rate: 8000", ...FORM },
  bit_depth: { block: "bit_depth: 8", ...FORM },
  channels: { block: "channels: 1", ...FORM },
  encoding: { block: "encoding: ulaw", ...FORM },
};

for (
  const [prefix, effects] of Object.entries({ "": EFFECTS, "audio_logging.": LOGGING_EFFECTS }) as [
    string,
    Record<string, Effect>,
  ][]
) {
  for (const [key, { block, see, usual, changed }] of Object.entries(effects)) {
    Deno.test(`${prefix}${key} does what it says: {${block}}`, async () => {
      assert.deepEqual([await see(""), await see(block)], [usual, changed]);
    });
  }
}
