import type { AudioFormat } from "../audio/format.ts";
import type { CallDetails } from "../call/connector.ts";
import type { CallerInput } from "../call/input.ts";
import { invalid } from "./decoding.ts";
import { type DTMFInputs, type EventInput, EventInput_EventType as EventType } from "./gen/byova_common.ts";
import { VoiceInput_VoiceEncoding as VoiceEncoding, type VoiceVARequest } from "./gen/voicevirtualagent.ts";

/** The longest id that is taken, in UTF-16 units. Webex's own are UUIDs of 36. */
const LONGEST_ID = 256;
/** The longest language tag that is kept, in characters: 35 are enough for nearly all (RFC 5646 section 4.4.1). */
const LONGEST_LANGUAGE = 64;
/** The longest entry of keys that is taken. */
const MOST_KEYS = 128;

const format = (encoding: AudioFormat["encoding"], sampleRate: number): AudioFormat => ({ encoding, sampleRate });
const FORMATS: Readonly<Record<number, { readonly 8000: AudioFormat; readonly 16000: AudioFormat }>> = {
  [VoiceEncoding.LINEAR16_FORMAT]: { 8000: format("linear16", 8000), 16000: format("linear16", 16000) },
  [VoiceEncoding.MULAW_FORMAT]: { 8000: format("mulaw", 8000), 16000: format("mulaw", 16000) },
  [VoiceEncoding.ALAW_FORMAT]: { 8000: format("alaw", 8000), 16000: format("alaw", 16000) },
};

/** Returns the format for an encoding and a rate in Hz, or undefined for what Webex does not send. */
export function telephoneFormat(encoding: number, sampleRate: number): AudioFormat | undefined {
  return FORMATS[encoding]?.[sampleRate as 8000 | 16000];
}

/** What of the tracking id of a stream's metadata may be written down and sent back; "" for none. */
export function readTrackingId(trackingId = ""): string {
  return visible(trackingId, LONGEST_ID);
}

/** Reads who calls whom from the first request of a stream. Throws INVALID_ARGUMENT, naming the field. */
export function readDetails(request: VoiceVARequest, trackingId: string): CallDetails {
  return {
    id: readId("conversation_id", request.conversationId),
    orgId: readId("customer_org_id", request.customerOrgId),
    agentId: request.virtualAgentId === "" ? "" : readId("virtual_agent_id", request.virtualAgentId),
    language: visible(request.audioInput?.languageCode ?? "", LONGEST_LANGUAGE),
    vendorConfig: request.vendorSpecificConfig,
    startName: startOf(request)?.name ?? "",
    parameters: startOf(request)?.parameters ?? {},
    additionalInfo: request.additionalInfo,
    trackingId,
  };
}

/** Whether a request says that a new call starts. */
export function startsCall(request: VoiceVARequest): boolean {
  return startOf(request) !== undefined;
}

/**
 * Returns how a request's audio is encoded. Webex may leave encoding and rate
 * out after the first frame: then `known` holds. Throws INVALID_ARGUMENT.
 */
export function readFormat(encoding: number, sampleRate: number, known: AudioFormat): AudioFormat {
  if (encoding === VoiceEncoding.UNSPECIFIED_FORMAT && sampleRate === 0) return known;
  if (encoding !== VoiceEncoding.UNSPECIFIED_FORMAT && !FORMATS[encoding]) {
    throw invalid(`audio_input.encoding must be LINEAR16_FORMAT, MULAW_FORMAT or ALAW_FORMAT: received ${encoding}`);
  }
  const rate = sampleRate === 0 ? known.sampleRate : sampleRate;
  const found = encoding === VoiceEncoding.UNSPECIFIED_FORMAT
    ? Object.values(FORMATS).map((rates) => rates[rate as 8000]).find((each) => each?.encoding === known.encoding)
    : telephoneFormat(encoding, rate);
  if (!found) throw invalid(`audio_input.sample_rate_hertz must be 8000 or 16000: received ${sampleRate}`);
  return found;
}

/** Throws INVALID_ARGUMENT for 16-bit audio that breaks off in the middle of a sample. */
export function checkWholeSamples(bytes: number, { encoding }: AudioFormat): void {
  if (encoding !== "linear16" || bytes % 2 === 0) return;
  throw invalid(`audio_input.caller_audio must hold whole 16-bit samples: received ${bytes} bytes`);
}

/** Reads an entry of keys. One that holds none is silence. Throws INVALID_ARGUMENT. */
export function readKeys({ dtmfEvents }: DTMFInputs): CallerInput {
  if (dtmfEvents.length > MOST_KEYS) {
    throw invalid(`dtmf_input.dtmf_events must hold at most ${MOST_KEYS} keys: received ${dtmfEvents.length}`);
  }
  const digits = dtmfEvents.map((digit) => KEYS[digit] ?? "").join("");
  return digits === "" ? { type: "silence" } : { type: "keys", digits };
}

/** Reads an event; undefined for one that this contract does not know. */
export function readEvent({ eventType, name, parameters }: EventInput): CallerInput | undefined {
  switch (eventType) {
    case EventType.SESSION_START:
      return { type: "started" };
    case EventType.SESSION_END:
      return { type: "hung_up", reason: "caller" };
    case EventType.NO_INPUT:
      return { type: "silence" };
    case EventType.START_OF_DTMF:
      return { type: "keys_started" };
    case EventType.CUSTOM_EVENT:
      return { type: "custom", name, data: parameters ?? {} };
    default:
      return undefined;
  }
}

/** The text of each DTMFDigits value. */
export const KEYS: readonly (string | undefined)[] = [undefined, ..."1234567890ABCD*#"];

function startOf(request: VoiceVARequest): EventInput | undefined {
  return request.eventInput?.eventType === EventType.SESSION_START ? request.eventInput : undefined;
}

/** What is visible of an ASCII text, up to so many characters. */
function visible(text: string, most: number): string {
  return text.replaceAll(/[^\x21-\x7e]/g, "").slice(0, most);
}

function readId(field: string, id: string): string {
  if (id === "") throw invalid(`${field} must be set: received nothing`);
  if (id.length > LONGEST_ID) {
    throw invalid(`${field} must have at most ${LONGEST_ID} characters: received ${id.length}`);
  }
  return id;
}
