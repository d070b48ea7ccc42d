import * as z from "zod";
import { expectationConfig } from "../../call/expectation.ts";
import { indirect, secret } from "../../lib/secret.ts";
import { flag, number, oneOf, someText, text, whole } from "../../lib/scalars.ts";
import { CREDENTIAL_SOURCES } from "./credential_sources.ts";
import { outcomeConfig, SAMPLE_OUTCOMES } from "./outcome.ts";

/** What RecognizeUtterance takes, less Opus, which we do not make (Lex V2 API reference, requestContentType). */
const AUDIO_REQUEST =
  /^audio\/(l16; ?rate=(8000|16000); ?channels=1|x-l16; ?sample-rate=(8000|16000); ?channel-count=1|lpcm; ?sample-rate=8000; ?sample-size-bits=16; ?channel-count=1; ?is-big-endian=false)$/;
const AUDIO_REQUEST_WORDS =
  'expected "audio/l16; rate=16000; channels=1", or "audio/lpcm; sample-rate=8000; sample-size-bits=16; channel-count=1; is-big-endian=false"';
const RESPONSE_WORDS = 'expected "audio/pcm", or "text/plain; charset=utf-8" for a bot without a voice';
const REGION_WORDS = 'expected a region of AWS such as "us-east-1", here or in AWS_REGION';
const URL_WORDS = 'expected an address such as "https://runtime-v2-lex.us-east-1.amazonaws.com", or ""';
const LOCALE_WORDS = 'expected a locale of Lex such as "en_US"';

const ms = (usual: number) => whole(0, 60_000).default(usual);
const attributes = () => z.record(z.string(), text()).default({});
const endpoint = () => text().pipe(z.string().regex(/^(https?:\/\/[^\s/]+)?$/, URL_WORDS)).default("");
const locale = () => z.string(LOCALE_WORDS).regex(/^[a-z]{2,3}(_[A-Z]{2})?$/, LOCALE_WORDS);
const lexId = () => z.string("expected text").regex(/^[0-9A-Za-z]{10}$/, "expected ten letters and digits");
/** The sample's keys for the form of its files, which have one form here. */
const only = <const Value extends string | number>(value: Value) =>
  z.literal(value, `expected ${value}: other forms are not written`).default(value as never);

const agent = z.strictObject({
  bot_id: lexId(),
  alias_id: lexId().default("TSTALIASID"),
  name: someText(),
  locale_id: locale().optional(),
});

/** The `config` block of a Lex connector. */
export const lexConfig = z.strictObject({
  mode: oneOf(["utterance", "streaming"]).default("streaming"),
  region_name: indirect("AWS_REGION").default("").refine((name) => /^[a-z]{2}(-[a-z]+)+-\d$/.test(name), REGION_WORDS),
  locale_id: locale().default("en_US"),
  agents: z.array(agent).default([]),
  bot_alias_id: z.union([z.literal(""), lexId()]).default(""),
  discovery_interval_seconds: number(1, 86_400).default(300),
  endpoint: endpoint(),
  models_endpoint: endpoint(),
  credentials: oneOf(["automatic", ...CREDENTIAL_SOURCES]).default("automatic"),
  aws_access_key_id: secret().prefault(""),
  aws_secret_access_key: secret().prefault(""),
  aws_session_token: secret().prefault(""),
  initial_trigger_text: someText().default("hello"),
  silence_text: text().default(""),
  max_silences: whole(0, 100).default(3),
  barge_in_enabled: flag().default(true),
  end_of_speech: oneOf(["lex", "gateway"]).default("lex"),
  text_request_content_type: z.literal("text/plain; charset=utf-8", 'expected "text/plain; charset=utf-8"')
    .default("text/plain; charset=utf-8"),
  audio_request_content_type: z.string(AUDIO_REQUEST_WORDS).regex(AUDIO_REQUEST, AUDIO_REQUEST_WORDS)
    .default("audio/l16; rate=16000; channels=1"),
  response_content_type: z.string(RESPONSE_WORDS).regex(/^(audio\/pcm|text\/plain; ?charset=utf-8)$/, RESPONSE_WORDS)
    .default("audio/pcm"),
  pass_parameters: oneOf(["session", "request", "none"]).default("session"),
  session_attributes: attributes(),
  request_attributes: attributes(),
  custom_events: attributes(),
  outcomes: z.array(outcomeConfig).default([...SAMPLE_OUTCOMES]),
  metadata_slots: z.array(someText()).default([]),
  sensitive_slots: z.array(someText()).default([]),
  max_retries: whole(0, 10).default(3),
  timeout: number(1, 300).default(10),
  filler_after_ms: ms(2500),
  filler_file: text().default(""),
  say_again_file: text().default(""),
  failures_before_transfer: whole(1, 10).default(2),
  audio_logging: z.strictObject({
    enabled: flag().default(false),
    output_dir: someText().default("logs/audio_recordings"),
    filename_format: someText().default("{conversation_id}_{timestamp}_{source}.wav"),
    log_all_audio: flag().default(true),
    max_file_size: whole(10_000, 1_000_000_000).default(10_485_760),
    sample_rate: only(8000),
    bit_depth: only(8),
    channels: only(1),
    encoding: only("ulaw"),
  }).prefault({}),
  audio_buffering: z.looseObject({}).default({}),
  enable_debug_logging: flag().default(false),
  input: expectationConfig.optional(),
}).refine((config) => config.aws_access_key_id.empty === config.aws_secret_access_key.empty, {
  path: ["aws_secret_access_key"],
  error: "expected both halves of a key, or neither",
});

export type LexConfig = z.output<typeof lexConfig>;
