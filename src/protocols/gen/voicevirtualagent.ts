// Written by `deno task gen` from proto/voicevirtualagent.proto. Change that file, not this one.
import {
  type Encodable,
  Reader,
  type Writer,
  writer,
} from "../../lib/protobuf.ts";
import {
  readTimestamp,
  setEntry,
  writeTimestamp,
} from "../../lib/protobuf_struct.ts";
import {
  type DTMFInputs,
  readDTMFInputs,
  writeDTMFInputs,
  type EventInput,
  readEventInput,
  writeEventInput,
  type OutputEvent,
  readOutputEvent,
  writeOutputEvent,
  type InputHandlingConfig,
  readInputHandlingConfig,
  writeInputHandlingConfig,
  type TextContent,
  readTextContent,
  writeTextContent,
} from "./byova_common.ts";

const NO_BYTES = new Uint8Array(0);

const NO_ITEMS: readonly never[] = Object.freeze([]);

const NO_ENTRIES: Readonly<Record<string, never>> = Object.freeze({});

/** One piece of what the caller does. */
export interface VoiceVARequest {
  /** The call; the same in every stream of it. */
  readonly conversationId: string;
  /** The customer's Webex organization. */
  readonly customerOrgId: string;
  /** An id of ListVirtualAgents, or empty for the default. */
  readonly virtualAgentId: string;
  /** Whether PARTIAL responses may be sent. */
  readonly allowPartialResponses: boolean;
  /** What the flow hands through to the agent, as it was typed in Control Hub. */
  readonly vendorSpecificConfig: string;
  readonly audioInput?: VoiceInput | undefined;
  readonly dtmfInput?: DTMFInputs | undefined;
  readonly eventInput?: EventInput | undefined;
  readonly additionalInfo: Readonly<Record<string, string>>;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeVoiceVARequest(bytes: Uint8Array): VoiceVARequest {
  return readVoiceVARequest(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeVoiceVARequest(message: Encodable<VoiceVARequest>): Uint8Array<ArrayBuffer> {
  writeVoiceVARequest(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readVoiceVARequest(r: Reader): VoiceVARequest {
  let conversationId = "";
  let customerOrgId = "";
  let virtualAgentId = "";
  let allowPartialResponses = false;
  let vendorSpecificConfig = "";
  let audioInput: VoiceInput | undefined;
  let dtmfInput: DTMFInputs | undefined;
  let eventInput: EventInput | undefined;
  let additionalInfo: Record<string, string> | undefined;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        conversationId = r.string();
        break;
      case 18:
        customerOrgId = r.string();
        break;
      case 26:
        virtualAgentId = r.string();
        break;
      case 32:
        allowPartialResponses = r.bool();
        break;
      case 42:
        vendorSpecificConfig = r.string();
        break;
      case 50: {
        const outer = r.enter();
        audioInput = readVoiceInput(r);
        dtmfInput = undefined;
        eventInput = undefined;
        r.leave(outer);
        break;
      }
      case 58: {
        const outer = r.enter();
        dtmfInput = readDTMFInputs(r);
        audioInput = undefined;
        eventInput = undefined;
        r.leave(outer);
        break;
      }
      case 66: {
        const outer = r.enter();
        eventInput = readEventInput(r);
        audioInput = undefined;
        dtmfInput = undefined;
        r.leave(outer);
        break;
      }
      case 74: {
        const outer = r.enter();
        readVoiceVARequest_AdditionalInfoEntry(r, additionalInfo ??= {});
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return {
    conversationId,
    customerOrgId,
    virtualAgentId,
    allowPartialResponses,
    vendorSpecificConfig,
    audioInput,
    dtmfInput,
    eventInput,
    additionalInfo: additionalInfo ?? NO_ENTRIES,
  };
}

function readVoiceVARequest_AdditionalInfoEntry(r: Reader, record: Record<string, string>): void {
  let key = "";
  let value: string | undefined;
  while (r.at < r.end) {
    const tag = r.tag();
    if (tag === 10) key = r.string();
    else if (tag === 18) value = r.string();
    else r.skip(tag);
  }
  setEntry(record, key, value ?? "");
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeVoiceVARequest(w: Writer, m: Encodable<VoiceVARequest>): void {
  if (Number(m.audioInput !== undefined) + Number(m.dtmfInput !== undefined) + Number(m.eventInput !== undefined) > 1) {
    throw new TypeError(
      "Cannot encode VoiceVARequest: one of audioInput, dtmfInput, eventInput is expected: received several",
    );
  }
  if (m.additionalInfo !== undefined) writeVoiceVARequest_AdditionalInfoEntry(w, m.additionalInfo);
  if (m.eventInput !== undefined) {
    const begun = w.size;
    writeEventInput(w, m.eventInput);
    w.wrap(66, begun);
  }
  if (m.dtmfInput !== undefined) {
    const begun = w.size;
    writeDTMFInputs(w, m.dtmfInput);
    w.wrap(58, begun);
  }
  if (m.audioInput !== undefined) {
    const begun = w.size;
    writeVoiceInput(w, m.audioInput);
    w.wrap(50, begun);
  }
  if (m.vendorSpecificConfig) w.string(42, m.vendorSpecificConfig);
  if (m.allowPartialResponses) w.bool(32, m.allowPartialResponses);
  if (m.virtualAgentId) w.string(26, m.virtualAgentId);
  if (m.customerOrgId) w.string(18, m.customerOrgId);
  if (m.conversationId) w.string(10, m.conversationId);
}

function writeVoiceVARequest_AdditionalInfoEntry(w: Writer, record: Readonly<Record<string, string>>): void {
  const keys = Object.keys(record);
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i]!;
    const begun = w.size;
    w.string(18, record[key]!);
    w.string(10, key);
    w.wrap(74, begun);
  }
}

/** A frame of the caller's voice. */
export interface VoiceInput {
  readonly callerAudio: Uint8Array;
  /** May be unset on all but the first frame. */
  readonly encoding: VoiceInput_VoiceEncoding;
  /** In Hz; may be unset on all but the first frame. */
  readonly sampleRateHertz: number;
  /** When the audio was captured. */
  readonly audioTimestamp?: number | undefined;
  /** BCP 47, "en-US". */
  readonly languageCode: string;
  readonly isSingleUtterance: boolean;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeVoiceInput(bytes: Uint8Array): VoiceInput {
  return readVoiceInput(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeVoiceInput(message: Encodable<VoiceInput>): Uint8Array<ArrayBuffer> {
  writeVoiceInput(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readVoiceInput(r: Reader): VoiceInput {
  let callerAudio: Uint8Array = NO_BYTES;
  let encoding = 0;
  let sampleRateHertz = 0;
  let audioTimestamp: number | undefined;
  let languageCode = "";
  let isSingleUtterance = false;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        callerAudio = r.byteString();
        break;
      case 16:
        encoding = r.int32();
        break;
      case 24:
        sampleRateHertz = r.int32();
        break;
      case 34: {
        const outer = r.enter();
        audioTimestamp = readTimestamp(r);
        r.leave(outer);
        break;
      }
      case 42:
        languageCode = r.string();
        break;
      case 48:
        isSingleUtterance = r.bool();
        break;
      default:
        r.skip(tag);
    }
  }
  return {
    callerAudio,
    encoding,
    sampleRateHertz,
    audioTimestamp,
    languageCode,
    isSingleUtterance,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeVoiceInput(w: Writer, m: Encodable<VoiceInput>): void {
  if (m.isSingleUtterance) w.bool(48, m.isSingleUtterance);
  if (m.languageCode) w.string(42, m.languageCode);
  if (m.audioTimestamp !== undefined) {
    const begun = w.size;
    writeTimestamp(w, m.audioTimestamp);
    w.wrap(34, begun);
  }
  if (m.sampleRateHertz) w.int32(24, m.sampleRateHertz);
  if (m.encoding) w.int32(16, m.encoding);
  if (m.callerAudio?.length) w.byteString(10, m.callerAudio);
}

export const VoiceInput_VoiceEncoding = {
  UNSPECIFIED_FORMAT: 0,
  /** 16-bit linear PCM. */
  LINEAR16_FORMAT: 1,
  /** G.711 mu-law. */
  MULAW_FORMAT: 2,
  /** G.711 A-law. */
  ALAW_FORMAT: 3,
} as const;
/** One of the above, or a number this version does not know. */
export type VoiceInput_VoiceEncoding = number;

/** What the caller hears, and what Webex does next. */
export interface VoiceVAResponse {
  /** Played in this order. */
  readonly prompts: readonly Prompt[];
  /** Webex looks at the first one only. */
  readonly outputEvents: readonly OutputEvent[];
  /** Whether the caller's next input must not be recorded. */
  readonly inputSensitive: boolean;
  /** What the caller's next input may be. */
  readonly inputMode: VoiceVAInputMode;
  readonly inputHandlingConfig?: InputHandlingConfig | undefined;
  /** Webex takes the one in the last response. */
  readonly sessionTranscript?: TextContent | undefined;
  /** Webex takes the one in the last response. */
  readonly sessionSummary?: TextContent | undefined;
  readonly responseType: VoiceVAResponse_ResponseType;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeVoiceVAResponse(bytes: Uint8Array): VoiceVAResponse {
  return readVoiceVAResponse(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeVoiceVAResponse(message: Encodable<VoiceVAResponse>): Uint8Array<ArrayBuffer> {
  writeVoiceVAResponse(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readVoiceVAResponse(r: Reader): VoiceVAResponse {
  let prompts: Prompt[] | undefined;
  let outputEvents: OutputEvent[] | undefined;
  let inputSensitive = false;
  let inputMode = 0;
  let inputHandlingConfig: InputHandlingConfig | undefined;
  let sessionTranscript: TextContent | undefined;
  let sessionSummary: TextContent | undefined;
  let responseType = 0;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        (prompts ??= []).push(readPrompt(r));
        r.leave(outer);
        break;
      }
      case 18: {
        const outer = r.enter();
        (outputEvents ??= []).push(readOutputEvent(r));
        r.leave(outer);
        break;
      }
      case 24:
        inputSensitive = r.bool();
        break;
      case 32:
        inputMode = r.int32();
        break;
      case 42: {
        const outer = r.enter();
        inputHandlingConfig = readInputHandlingConfig(r);
        r.leave(outer);
        break;
      }
      case 50: {
        const outer = r.enter();
        sessionTranscript = readTextContent(r);
        r.leave(outer);
        break;
      }
      case 58: {
        const outer = r.enter();
        sessionSummary = readTextContent(r);
        r.leave(outer);
        break;
      }
      case 64:
        responseType = r.int32();
        break;
      default:
        r.skip(tag);
    }
  }
  return {
    prompts: prompts ?? NO_ITEMS,
    outputEvents: outputEvents ?? NO_ITEMS,
    inputSensitive,
    inputMode,
    inputHandlingConfig,
    sessionTranscript,
    sessionSummary,
    responseType,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeVoiceVAResponse(w: Writer, m: Encodable<VoiceVAResponse>): void {
  if (m.responseType) w.int32(64, m.responseType);
  if (m.sessionSummary !== undefined) {
    const begun = w.size;
    writeTextContent(w, m.sessionSummary);
    w.wrap(58, begun);
  }
  if (m.sessionTranscript !== undefined) {
    const begun = w.size;
    writeTextContent(w, m.sessionTranscript);
    w.wrap(50, begun);
  }
  if (m.inputHandlingConfig !== undefined) {
    const begun = w.size;
    writeInputHandlingConfig(w, m.inputHandlingConfig);
    w.wrap(42, begun);
  }
  if (m.inputMode) w.int32(32, m.inputMode);
  if (m.inputSensitive) w.bool(24, m.inputSensitive);
  if (m.outputEvents !== undefined && m.outputEvents.length > 0) {
    for (let i = m.outputEvents.length - 1; i >= 0; i--) {
      const begun = w.size;
      writeOutputEvent(w, m.outputEvents[i]!);
      w.wrap(18, begun);
    }
  }
  if (m.prompts !== undefined && m.prompts.length > 0) {
    for (let i = m.prompts.length - 1; i >= 0; i--) {
      const begun = w.size;
      writePrompt(w, m.prompts[i]!);
      w.wrap(10, begun);
    }
  }
}

export const VoiceVAResponse_ResponseType = {
  /** Nothing more follows in this stream. */
  FINAL: 0,
  /** More follows. */
  PARTIAL: 1,
  /** A piece of audio to be played as it comes. */
  CHUNK: 2,
} as const;
/** One of the above, or a number this version does not know. */
export type VoiceVAResponse_ResponseType = number;

/** Something to play. */
export interface Prompt {
  readonly text: string;
  readonly audioUri: string;
  /** A WAV file, or in a CHUNK bare samples. */
  readonly audioContent: Uint8Array;
  /** Whether the caller may interrupt it. */
  readonly isBargeInEnabled: boolean;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodePrompt(bytes: Uint8Array): Prompt {
  return readPrompt(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodePrompt(message: Encodable<Prompt>): Uint8Array<ArrayBuffer> {
  writePrompt(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readPrompt(r: Reader): Prompt {
  let text = "";
  let audioUri = "";
  let audioContent: Uint8Array = NO_BYTES;
  let isBargeInEnabled = false;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        text = r.string();
        break;
      case 18:
        audioUri = r.string();
        break;
      case 26:
        audioContent = r.byteString();
        break;
      case 32:
        isBargeInEnabled = r.bool();
        break;
      default:
        r.skip(tag);
    }
  }
  return {
    text,
    audioUri,
    audioContent,
    isBargeInEnabled,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writePrompt(w: Writer, m: Encodable<Prompt>): void {
  if (m.isBargeInEnabled) w.bool(32, m.isBargeInEnabled);
  if (m.audioContent?.length) w.byteString(26, m.audioContent);
  if (m.audioUri) w.string(18, m.audioUri);
  if (m.text) w.string(10, m.text);
}

/** What the caller's next input may be. */
export const VoiceVAInputMode = {
  /** Taken as INPUT_VOICE_DTMF. */
  INPUT_VOICE_MODE_UNSPECIFIED: 0,
  INPUT_VOICE: 1,
  INPUT_EVENT_DTMF: 2,
  INPUT_VOICE_DTMF: 3,
} as const;
/** One of the above, or a number this version does not know. */
export type VoiceVAInputMode = number;

export const VoiceVirtualAgent = {
  name: "com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent",
  /** One exchange of a call; a call is many of them. */
  ProcessCallerInput: "/com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent/ProcessCallerInput",
  /** The agents a flow designer can choose from. */
  ListVirtualAgents: "/com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent/ListVirtualAgents",
} as const;
