// Written by `deno task gen` from proto/byova_common.proto. Change that file, not this one.
import {
  type Encodable,
  Reader,
  type Writer,
  writer,
} from "../../lib/protobuf.ts";
import {
  readStruct,
  setEntry,
  type Struct,
  writeStruct,
} from "../../lib/protobuf_struct.ts";

const NO_ITEMS: readonly never[] = Object.freeze([]);

const NO_ENTRIES: Readonly<Record<string, never>> = Object.freeze({});

/** A transcript or a summary. */
export interface TextContent {
  /** Plain text. */
  readonly text?: string | undefined;
  /** The same in SSML. */
  readonly ssml?: string | undefined;
  /** BCP 47, "en-US". */
  readonly languageCode: string;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeTextContent(bytes: Uint8Array): TextContent {
  return readTextContent(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeTextContent(message: Encodable<TextContent>): Uint8Array<ArrayBuffer> {
  writeTextContent(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readTextContent(r: Reader): TextContent {
  let text: string | undefined;
  let ssml: string | undefined;
  let languageCode = "";
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        text = r.string();
        ssml = undefined;
        break;
      case 18:
        ssml = r.string();
        text = undefined;
        break;
      case 26:
        languageCode = r.string();
        break;
      default:
        r.skip(tag);
    }
  }
  return {
    text,
    ssml,
    languageCode,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeTextContent(w: Writer, m: Encodable<TextContent>): void {
  if (Number(m.text !== undefined) + Number(m.ssml !== undefined) > 1) {
    throw new TypeError(
      "Cannot encode TextContent: one of text, ssml is expected: received several",
    );
  }
  if (m.languageCode) w.string(26, m.languageCode);
  if (m.ssml !== undefined) w.string(18, m.ssml);
  if (m.text !== undefined) w.string(10, m.text);
}

/** How long Webex waits, in milliseconds; 0 leaves it to Webex. */
export interface InputSpeechTimers {
  /** Longest utterance. */
  readonly maxSpeechTimeoutMsec: number;
  /** Silence that ends an utterance taken as complete. */
  readonly completeTimeoutMsec: number;
  /** Silence that ends an utterance taken as incomplete. */
  readonly incompleteTimeoutMsec: number;
  /** Longest silence before a NO_INPUT event; 0 never sends one. */
  readonly noInputTimeoutMsec: number;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeInputSpeechTimers(bytes: Uint8Array): InputSpeechTimers {
  return readInputSpeechTimers(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeInputSpeechTimers(message: Encodable<InputSpeechTimers>): Uint8Array<ArrayBuffer> {
  writeInputSpeechTimers(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readInputSpeechTimers(r: Reader): InputSpeechTimers {
  let maxSpeechTimeoutMsec = 0;
  let completeTimeoutMsec = 0;
  let incompleteTimeoutMsec = 0;
  let noInputTimeoutMsec = 0;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        maxSpeechTimeoutMsec = r.int32();
        break;
      case 16:
        completeTimeoutMsec = r.int32();
        break;
      case 24:
        incompleteTimeoutMsec = r.int32();
        break;
      case 32:
        noInputTimeoutMsec = r.int32();
        break;
      default:
        r.skip(tag);
    }
  }
  return {
    maxSpeechTimeoutMsec,
    completeTimeoutMsec,
    incompleteTimeoutMsec,
    noInputTimeoutMsec,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeInputSpeechTimers(w: Writer, m: Encodable<InputSpeechTimers>): void {
  if (m.noInputTimeoutMsec) w.int32(32, m.noInputTimeoutMsec);
  if (m.incompleteTimeoutMsec) w.int32(24, m.incompleteTimeoutMsec);
  if (m.completeTimeoutMsec) w.int32(16, m.completeTimeoutMsec);
  if (m.maxSpeechTimeoutMsec) w.int32(8, m.maxSpeechTimeoutMsec);
}

/** How Webex collects the caller's next input. */
export interface InputHandlingConfig {
  readonly dtmfConfig?: DTMFInputConfig | undefined;
  readonly speechTimers?: InputSpeechTimers | undefined;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeInputHandlingConfig(bytes: Uint8Array): InputHandlingConfig {
  return readInputHandlingConfig(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeInputHandlingConfig(message: Encodable<InputHandlingConfig>): Uint8Array<ArrayBuffer> {
  writeInputHandlingConfig(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readInputHandlingConfig(r: Reader): InputHandlingConfig {
  let dtmfConfig: DTMFInputConfig | undefined;
  let speechTimers: InputSpeechTimers | undefined;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        dtmfConfig = readDTMFInputConfig(r);
        r.leave(outer);
        break;
      }
      case 18: {
        const outer = r.enter();
        speechTimers = readInputSpeechTimers(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return {
    dtmfConfig,
    speechTimers,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeInputHandlingConfig(w: Writer, m: Encodable<InputHandlingConfig>): void {
  if (m.speechTimers !== undefined) {
    const begun = w.size;
    writeInputSpeechTimers(w, m.speechTimers);
    w.wrap(18, begun);
  }
  if (m.dtmfConfig !== undefined) {
    const begun = w.size;
    writeDTMFInputConfig(w, m.dtmfConfig);
    w.wrap(10, begun);
  }
}

/** A key of the telephone. ZERO is 10, because 0 is what proto3 calls unset. */
export const DTMFDigits = {
  DTMF_EVENT_UNSPECIFIED: 0,
  DTMF_DIGIT_ONE: 1,
  DTMF_DIGIT_TWO: 2,
  DTMF_DIGIT_THREE: 3,
  DTMF_DIGIT_FOUR: 4,
  DTMF_DIGIT_FIVE: 5,
  DTMF_DIGIT_SIX: 6,
  DTMF_DIGIT_SEVEN: 7,
  DTMF_DIGIT_EIGHT: 8,
  DTMF_DIGIT_NINE: 9,
  DTMF_DIGIT_ZERO: 10,
  DTMF_DIGIT_A: 11,
  DTMF_DIGIT_B: 12,
  DTMF_DIGIT_C: 13,
  DTMF_DIGIT_D: 14,
  DTMF_DIGIT_STAR: 15,
  DTMF_DIGIT_POUND: 16,
} as const;
/** One of the above, or a number this version does not know. */
export type DTMFDigits = number;

/** What ends the collection of keys, whichever comes first. */
export interface DTMFInputConfig {
  /** Longest pause between two keys, in milliseconds. */
  readonly interDigitTimeoutMsec: number;
  /** The key that ends the entry. */
  readonly termchar: DTMFDigits;
  /** Most keys of one entry. */
  readonly dtmfInputLength: number;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeDTMFInputConfig(bytes: Uint8Array): DTMFInputConfig {
  return readDTMFInputConfig(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeDTMFInputConfig(message: Encodable<DTMFInputConfig>): Uint8Array<ArrayBuffer> {
  writeDTMFInputConfig(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readDTMFInputConfig(r: Reader): DTMFInputConfig {
  let interDigitTimeoutMsec = 0;
  let termchar = 0;
  let dtmfInputLength = 0;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        interDigitTimeoutMsec = r.int32();
        break;
      case 16:
        termchar = r.int32();
        break;
      case 24:
        dtmfInputLength = r.int32();
        break;
      default:
        r.skip(tag);
    }
  }
  return {
    interDigitTimeoutMsec,
    termchar,
    dtmfInputLength,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeDTMFInputConfig(w: Writer, m: Encodable<DTMFInputConfig>): void {
  if (m.dtmfInputLength) w.int32(24, m.dtmfInputLength);
  if (m.termchar) w.int32(16, m.termchar);
  if (m.interDigitTimeoutMsec) w.int32(8, m.interDigitTimeoutMsec);
}

/** The keys of one entry, in the order pressed. */
export interface DTMFInputs {
  readonly dtmfEvents: readonly DTMFDigits[];
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeDTMFInputs(bytes: Uint8Array): DTMFInputs {
  return readDTMFInputs(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeDTMFInputs(message: Encodable<DTMFInputs>): Uint8Array<ArrayBuffer> {
  writeDTMFInputs(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readDTMFInputs(r: Reader): DTMFInputs {
  let dtmfEvents: DTMFDigits[] | undefined;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        (dtmfEvents ??= []).push(r.int32());
        break;
      case 10: {
        const outer = r.enter();
        while (r.at < r.end) (dtmfEvents ??= []).push(r.int32());
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return {
    dtmfEvents: dtmfEvents ?? NO_ITEMS,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeDTMFInputs(w: Writer, m: Encodable<DTMFInputs>): void {
  if (m.dtmfEvents !== undefined && m.dtmfEvents.length > 0) {
    const begun = w.size;
    for (let i = m.dtmfEvents.length - 1; i >= 0; i--) w.packed(m.dtmfEvents[i]!);
    w.wrap(10, begun);
  }
}

/** Asks for the agents on offer. */
export interface ListVARequest {
  /** The customer's Webex organization. */
  readonly customerOrgId: string;
  /** Whether an agent may be marked as the default. */
  readonly isDefaultVirtualAgentEnabled: boolean;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeListVARequest(bytes: Uint8Array): ListVARequest {
  return readListVARequest(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeListVARequest(message: Encodable<ListVARequest>): Uint8Array<ArrayBuffer> {
  writeListVARequest(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readListVARequest(r: Reader): ListVARequest {
  let customerOrgId = "";
  let isDefaultVirtualAgentEnabled = false;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        customerOrgId = r.string();
        break;
      case 16:
        isDefaultVirtualAgentEnabled = r.bool();
        break;
      default:
        r.skip(tag);
    }
  }
  return {
    customerOrgId,
    isDefaultVirtualAgentEnabled,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeListVARequest(w: Writer, m: Encodable<ListVARequest>): void {
  if (m.isDefaultVirtualAgentEnabled) w.bool(16, m.isDefaultVirtualAgentEnabled);
  if (m.customerOrgId) w.string(10, m.customerOrgId);
}

/** One agent on offer. */
export interface VirtualAgentInfo {
  readonly virtualAgentId: string;
  readonly virtualAgentName: string;
  readonly isDefault: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeVirtualAgentInfo(bytes: Uint8Array): VirtualAgentInfo {
  return readVirtualAgentInfo(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeVirtualAgentInfo(message: Encodable<VirtualAgentInfo>): Uint8Array<ArrayBuffer> {
  writeVirtualAgentInfo(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readVirtualAgentInfo(r: Reader): VirtualAgentInfo {
  let virtualAgentId = "";
  let virtualAgentName = "";
  let isDefault = false;
  let attributes: Record<string, string> | undefined;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        virtualAgentId = r.string();
        break;
      case 18:
        virtualAgentName = r.string();
        break;
      case 24:
        isDefault = r.bool();
        break;
      case 34: {
        const outer = r.enter();
        readVirtualAgentInfo_AttributesEntry(r, attributes ??= {});
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return {
    virtualAgentId,
    virtualAgentName,
    isDefault,
    attributes: attributes ?? NO_ENTRIES,
  };
}

function readVirtualAgentInfo_AttributesEntry(r: Reader, record: Record<string, string>): void {
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
export function writeVirtualAgentInfo(w: Writer, m: Encodable<VirtualAgentInfo>): void {
  if (m.attributes !== undefined) writeVirtualAgentInfo_AttributesEntry(w, m.attributes);
  if (m.isDefault) w.bool(24, m.isDefault);
  if (m.virtualAgentName) w.string(18, m.virtualAgentName);
  if (m.virtualAgentId) w.string(10, m.virtualAgentId);
}

function writeVirtualAgentInfo_AttributesEntry(w: Writer, record: Readonly<Record<string, string>>): void {
  const keys = Object.keys(record);
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i]!;
    const begun = w.size;
    w.string(18, record[key]!);
    w.string(10, key);
    w.wrap(34, begun);
  }
}

/** The agents on offer. */
export interface ListVAResponse {
  readonly virtualAgents: readonly VirtualAgentInfo[];
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeListVAResponse(bytes: Uint8Array): ListVAResponse {
  return readListVAResponse(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeListVAResponse(message: Encodable<ListVAResponse>): Uint8Array<ArrayBuffer> {
  writeListVAResponse(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readListVAResponse(r: Reader): ListVAResponse {
  let virtualAgents: VirtualAgentInfo[] | undefined;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        (virtualAgents ??= []).push(readVirtualAgentInfo(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return {
    virtualAgents: virtualAgents ?? NO_ITEMS,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeListVAResponse(w: Writer, m: Encodable<ListVAResponse>): void {
  if (m.virtualAgents !== undefined && m.virtualAgents.length > 0) {
    for (let i = m.virtualAgents.length - 1; i >= 0; i--) {
      const begun = w.size;
      writeVirtualAgentInfo(w, m.virtualAgents[i]!);
      w.wrap(10, begun);
    }
  }
}

/** Something the agent tells Webex beside speech. */
export interface OutputEvent {
  readonly eventType: OutputEvent_EventType;
  readonly name: string;
  readonly metadata?: Struct | undefined;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeOutputEvent(bytes: Uint8Array): OutputEvent {
  return readOutputEvent(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeOutputEvent(message: Encodable<OutputEvent>): Uint8Array<ArrayBuffer> {
  writeOutputEvent(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readOutputEvent(r: Reader): OutputEvent {
  let eventType = 0;
  let name = "";
  let metadata: Struct | undefined;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        eventType = r.int32();
        break;
      case 18:
        name = r.string();
        break;
      case 26: {
        const outer = r.enter();
        metadata = readStruct(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return {
    eventType,
    name,
    metadata,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeOutputEvent(w: Writer, m: Encodable<OutputEvent>): void {
  if (m.metadata !== undefined) {
    const begun = w.size;
    writeStruct(w, m.metadata);
    w.wrap(26, begun);
  }
  if (m.name) w.string(18, m.name);
  if (m.eventType) w.int32(8, m.eventType);
}

export const OutputEvent_EventType = {
  UNSPECIFIED_EVENT: 0,
  /** The agent hangs up. */
  SESSION_END: 1,
  /** A person shall take over. */
  TRANSFER_TO_AGENT: 2,
  /** Whatever the flow and the agent agreed on, under `name`. */
  CUSTOM_EVENT: 3,
  /** The caller began to speak: stops a prompt that may be interrupted. */
  START_OF_INPUT: 4,
  /** The caller finished: Webex stops sending audio. */
  END_OF_INPUT: 5,
  /** What was heard fits nothing expected. */
  NO_MATCH: 6,
  /** Nothing was heard in time. */
  NO_INPUT: 7,
} as const;
/** One of the above, or a number this version does not know. */
export type OutputEvent_EventType = number;

/** Something that happened to the call beside speech and keys. */
export interface EventInput {
  readonly eventType: EventInput_EventType;
  readonly name: string;
  readonly parameters?: Struct | undefined;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeEventInput(bytes: Uint8Array): EventInput {
  return readEventInput(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeEventInput(message: Encodable<EventInput>): Uint8Array<ArrayBuffer> {
  writeEventInput(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readEventInput(r: Reader): EventInput {
  let eventType = 0;
  let name = "";
  let parameters: Struct | undefined;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        eventType = r.int32();
        break;
      case 18:
        name = r.string();
        break;
      case 26: {
        const outer = r.enter();
        parameters = readStruct(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return {
    eventType,
    name,
    parameters,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeEventInput(w: Writer, m: Encodable<EventInput>): void {
  if (m.parameters !== undefined) {
    const begun = w.size;
    writeStruct(w, m.parameters);
    w.wrap(26, begun);
  }
  if (m.name) w.string(18, m.name);
  if (m.eventType) w.int32(8, m.eventType);
}

export const EventInput_EventType = {
  UNSPECIFIED_INPUT: 0,
  /** The call begins. */
  SESSION_START: 1,
  /** The caller hung up. */
  SESSION_END: 2,
  /** The caller let the time for an input pass. */
  NO_INPUT: 3,
  /** The first key was pressed; the keys follow in a DTMFInputs. */
  START_OF_DTMF: 4,
  /** Whatever the flow and the agent agreed on, under `name`. */
  CUSTOM_EVENT: 5,
} as const;
/** One of the above, or a number this version does not know. */
export type EventInput_EventType = number;
