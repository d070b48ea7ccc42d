import assert from "node:assert/strict";
import fc from "fast-check";
import protobuf from "protobufjs";
import { generate } from "../../proto/gen.ts";
import { DecodeError, Writer } from "../lib/protobuf.ts";
import * as common from "./gen/byova_common.ts";
import * as health from "./gen/health.ts";
import * as voice from "./gen/voicevirtualagent.ts";
import { PROTO_FILES } from "./proto_files.ts";

/** The same .proto texts in the hands of another implementation. */
const peer = new protobuf.Root();
for (const file of ["google/protobuf/struct.proto", "google/protobuf/timestamp.proto"]) {
  peer.addJSON(protobuf.common.get(file)!.nested!);
}
for (const text of Object.values(PROTO_FILES)) protobuf.parse(text, peer);
peer.resolveAll();

type Message = Readonly<Record<string, unknown>>;
const GENERATED = { ...common, ...health, ...voice } as unknown as Readonly<Record<string, unknown>>;
const decode = (name: string) => GENERATED[`decode${name}`] as (bytes: Uint8Array) => Message;
const encode = (name: string) => GENERATED[`encode${name}`] as (message: Message) => Uint8Array;

const TYPES = ["com.cisco.wcc.ccai.media.v1", "grpc.health.v1"]
  .flatMap((space) => (peer.lookup(space) as protobuf.Namespace).nestedArray)
  .filter((each) => each instanceof protobuf.Type);

/** Each message as field name = number and type; "|" parts the fields of a oneof. */
const CONTRACT = {
  VoiceVARequest: "conversation_id=1 string, customer_org_id=2 string, virtual_agent_id=3 string, " +
    "allow_partial_responses=4 bool, vendor_specific_config=5 string, " +
    "voice_va_input_type|audio_input=6 VoiceInput, voice_va_input_type|dtmf_input=7 DTMFInputs, " +
    "voice_va_input_type|event_input=8 EventInput, additional_info=9 map<string, string>",
  VoiceInput: "caller_audio=1 bytes, encoding=2 VoiceEncoding, sample_rate_hertz=3 int32, " +
    "audio_timestamp=4 google.protobuf.Timestamp, language_code=5 string, is_single_utterance=6 bool",
  DTMFInputs: "dtmf_events=1 repeated DTMFDigits",
  EventInput: "event_type=1 EventType, name=2 string, parameters=3 google.protobuf.Struct",
  VoiceVAResponse: "prompts=1 repeated Prompt, output_events=2 repeated OutputEvent, input_sensitive=3 bool, " +
    "input_mode=4 VoiceVAInputMode, input_handling_config=5 InputHandlingConfig, session_transcript=6 TextContent, " +
    "session_summary=7 TextContent, response_type=8 ResponseType",
  Prompt: "text=1 string, audio_uri=2 string, audio_content=3 bytes, is_barge_in_enabled=4 bool",
  OutputEvent: "event_type=1 EventType, name=2 string, metadata=3 google.protobuf.Struct",
  InputHandlingConfig: "dtmf_config=1 DTMFInputConfig, speech_timers=2 InputSpeechTimers",
  DTMFInputConfig: "inter_digit_timeout_msec=1 int32, termchar=2 DTMFDigits, dtmf_input_length=3 int32",
  InputSpeechTimers: "max_speech_timeout_msec=1 int32, complete_timeout_msec=2 int32, " +
    "incomplete_timeout_msec=3 int32, no_input_timeout_msec=4 int32",
  TextContent: "input_content|text=1 string, input_content|ssml=2 string, language_code=3 string",
  ListVARequest: "customer_org_id=1 string, is_default_virtual_agent_enabled=2 bool",
  ListVAResponse: "virtual_agents=1 repeated VirtualAgentInfo",
  VirtualAgentInfo: "virtual_agent_id=1 string, virtual_agent_name=2 string, is_default=3 bool, " +
    "attributes=4 map<string, string>",
  HealthCheckRequest: "service=1 string",
  HealthCheckResponse: "status=1 ServingStatus",
  HealthListRequest: "",
  HealthListResponse: "statuses=1 map<string, HealthCheckResponse>",
};

Deno.test("the .proto files hold every field of the contract under its number, and no other", () => {
  const root = new protobuf.Root();
  for (const text of Object.values(PROTO_FILES)) protobuf.parse(text, root, { keepCase: true });
  const found = TYPES.map(({ fullName, name }) => {
    const fields = root.lookupType(fullName).fieldsArray.map((field) => {
      const oneof = field.partOf ? `${field.partOf.name}|` : "";
      const type = field instanceof protobuf.MapField ? `map<${field.keyType}, ${field.type}>` : field.type;
      return `${oneof}${field.name}=${field.id} ${field.repeated ? "repeated " : ""}${type}`;
    });
    return [name, fields.join(", ")];
  });
  assert.deepEqual(Object.fromEntries(found), CONTRACT);
});

Deno.test("the enums have the names and numbers of the contract", () => {
  const numbered = (names: string) => Object.fromEntries(names.split(" ").map((name, number) => [name, number]));
  assert.deepEqual(
    { ...voice.VoiceInput_VoiceEncoding },
    numbered("UNSPECIFIED_FORMAT LINEAR16_FORMAT MULAW_FORMAT ALAW_FORMAT"),
  );
  assert.deepEqual(
    { ...common.EventInput_EventType },
    numbered("UNSPECIFIED_INPUT SESSION_START SESSION_END NO_INPUT START_OF_DTMF CUSTOM_EVENT"),
  );
  assert.deepEqual(
    { ...common.OutputEvent_EventType },
    numbered(
      "UNSPECIFIED_EVENT SESSION_END TRANSFER_TO_AGENT CUSTOM_EVENT START_OF_INPUT END_OF_INPUT NO_MATCH NO_INPUT",
    ),
  );
  assert.deepEqual({ ...voice.VoiceVAResponse_ResponseType }, numbered("FINAL PARTIAL CHUNK"));
  assert.deepEqual(
    { ...voice.VoiceVAInputMode },
    numbered("INPUT_VOICE_MODE_UNSPECIFIED INPUT_VOICE INPUT_EVENT_DTMF INPUT_VOICE_DTMF"),
  );
  assert.deepEqual(
    { ...health.HealthCheckResponse_ServingStatus },
    numbered("UNKNOWN SERVING NOT_SERVING SERVICE_UNKNOWN"),
  );
  const digits = ["ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "ZERO"];
  const keys = [...digits, "A", "B", "C", "D", "STAR", "POUND"].map((key) => `DTMF_DIGIT_${key}`);
  assert.deepEqual({ ...common.DTMFDigits }, numbered(["DTMF_EVENT_UNSPECIFIED", ...keys].join(" ")));
});

Deno.test("the method paths are those a gRPC client sends", () => {
  assert.deepEqual({ ...voice.VoiceVirtualAgent }, {
    name: "com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent",
    ProcessCallerInput: "/com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent/ProcessCallerInput",
    ListVirtualAgents: "/com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent/ListVirtualAgents",
  });
  assert.deepEqual({ ...health.Health }, {
    name: "grpc.health.v1.Health",
    Check: "/grpc.health.v1.Health/Check",
    List: "/grpc.health.v1.Health/List",
    Watch: "/grpc.health.v1.Health/Watch",
  });
});

Deno.test("the committed code is what the .proto files give", async () => {
  const folder = new URL("gen/", import.meta.url);
  const committed: Record<string, string> = {};
  for await (const { name } of Deno.readDir(folder)) committed[name] = await Deno.readTextFile(new URL(name, folder));
  assert.deepEqual(generate(PROTO_FILES), committed);
});

Deno.test("the generator refuses by name what it does not know", () => {
  const file = (field: string) => ({ "x.proto": `syntax = "proto3"; message X { ${field} = 1; }` });
  assert.throws(() => generate(file("map<int32, string> m")), /Cannot generate "\.X\.m": string keys are expected/);
  assert.throws(() => generate(file("optional string s")), /Cannot generate "\.X\.s": a plain field is expected/);
  assert.throws(() => generate(file("fixed64 f")), /fixed64/);
});

/** Any message of a type, in our words and in the peer's. */
interface Pair {
  readonly ours: unknown;
  readonly theirs: unknown;
}

const text = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: "binary", maxLength: 200 }));
const number = fc.oneof(fc.nat(20), fc.integer());
/** protobufjs drops the key "__proto__"; what ours does with it is a test of its own. */
const key = text.filter((key) => key !== "__proto__");
const json = fc.dictionary(key, fc.jsonValue({ maxDepth: 4 }), { maxKeys: 5 })
  .map((value) => JSON.stringify(value)).filter((text) => !text.includes("__proto__")).map((text) => JSON.parse(text));
const same = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<Pair> =>
  arbitrary.map((value) => ({ ours: value, theirs: value }));
const SCALARS: Readonly<Record<string, fc.Arbitrary<Pair>>> = {
  string: same(text),
  bytes: same(fc.uint8Array({ maxLength: 400 })),
  bool: same(fc.boolean()),
  int32: same(number),
  "google.protobuf.Struct": json.map((struct) => ({
    ours: struct,
    theirs: structOf(struct),
  })),
  "google.protobuf.Timestamp": fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }).map((ms) => ({
    ours: ms,
    theirs: { seconds: Math.floor(ms / 1000), nanos: (ms - Math.floor(ms / 1000) * 1000) * 1e6 },
  })),
};

const structOf = (struct: object): unknown => ({
  fields: Object.fromEntries(Object.entries(struct).map(([key, value]) => [key, valueOf(value)])),
});

function valueOf(value: unknown): unknown {
  if (value === null) return { nullValue: 0 };
  if (typeof value === "number") return { numberValue: value };
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return Array.isArray(value)
    ? { listValue: { values: value.map(valueOf) } }
    : { structValue: structOf(value as object) };
}

function arbitraryOf(type: protobuf.Type): fc.Arbitrary<Pair> {
  const single = type.fieldsArray.filter((field) => !field.partOf);
  const chosen = type.oneofsArray.map((oneof) => fc.constantFrom(undefined, ...oneof.fieldsArray));
  return fc.tuple(...chosen).chain((choices) => {
    const present = [...single, ...choices.filter((field) => field !== undefined)];
    return fc.tuple(...present.map(fieldOf)).map((pairs) => {
      const ours: Record<string, unknown> = {};
      const theirs: Record<string, unknown> = {};
      for (const field of type.fieldsArray) {
        const pair = pairs[present.indexOf(field)];
        ours[field.name] = pair?.ours;
        if (pair?.theirs !== undefined) theirs[field.name] = pair.theirs;
      }
      return { ours, theirs };
    });
  });
}

function fieldOf(field: protobuf.Field): fc.Arbitrary<Pair> {
  const { resolvedType } = field;
  const content = SCALARS[field.type] ??
    (resolvedType instanceof protobuf.Type ? arbitraryOf(resolvedType) : same(number));
  if (field.map) {
    return fc.dictionary(key, content, { maxKeys: 4 }).map((entries) => ({
      ours: Object.fromEntries(Object.entries(entries).map(([key, pair]) => [key, pair.ours])),
      theirs: Object.fromEntries(Object.entries(entries).map(([key, pair]) => [key, pair.theirs])),
    }));
  }
  if (field.repeated) {
    return fc.array(content, { maxLength: 5 }).map((pairs) => ({
      ours: pairs.map((pair) => pair.ours),
      theirs: pairs.map((pair) => pair.theirs),
    }));
  }
  const isMessage = resolvedType instanceof protobuf.Type;
  return isMessage && !field.partOf ? fc.option(content, { nil: { ours: undefined, theirs: undefined } }) : content;
}

const plain = (type: protobuf.Type, message: protobuf.Message) =>
  type.toObject(message, { longs: Number, bytes: Array, defaults: true });

for (const type of TYPES) {
  const message = arbitraryOf(type).map((pair) => ({ ours: pair.ours as Message, theirs: pair.theirs as Message }));

  Deno.test(`${type.name} comes back as it was sent`, () => {
    fc.assert(fc.property(message, ({ ours }) => {
      assert.deepEqual(decode(type.name)(encode(type.name)(ours)), ours);
    }));
  });

  Deno.test(`${type.name} means the same to protobufjs, in both directions`, () => {
    fc.assert(fc.property(message, ({ ours, theirs }) => {
      const sent = type.fromObject(theirs);
      assert.deepEqual(decode(type.name)(new Uint8Array(type.encode(sent).finish())), ours);
      assert.deepEqual(plain(type, type.decode(encode(type.name)(ours))), plain(type, sent));
    }));
  });

  Deno.test(`decode${type.name}() takes any bytes or throws DecodeError`, () => {
    const spoiled = fc.tuple(message, fc.nat(), fc.nat(255), fc.nat()).map(([{ ours }, at, value, length]) => {
      const bytes = encode(type.name)(ours);
      if (bytes.length > 0) bytes[at % bytes.length] = value;
      return bytes.subarray(0, 1 + length % (bytes.length + 1));
    });
    fc.assert(fc.property(fc.oneof(spoiled, fc.uint8Array({ maxLength: 60 })), (bytes) => {
      try {
        decode(type.name)(bytes);
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }));
  });
}

Deno.test("a message of nothing but defaults is no bytes, and no bytes are all defaults", () => {
  const { decodeVoiceVAResponse, encodeVoiceVAResponse } = voice;
  const empty = decodeVoiceVAResponse(new Uint8Array(0));
  assert.equal(encodeVoiceVAResponse(empty).length, 0);
  assert.deepEqual([empty.prompts, empty.responseType, empty.inputHandlingConfig], [[], 0, undefined]);
});

Deno.test("caller audio is a view into the message", () => {
  const message = voice.encodeVoiceVARequest({ audioInput: { callerAudio: new Uint8Array(160).fill(0x7f) } });
  const { audioInput } = voice.decodeVoiceVARequest(message);
  assert.equal(audioInput?.callerAudio.length, 160);
  assert.equal(audioInput?.callerAudio.buffer, message.buffer);
});

Deno.test("of the fields of a oneof the last one on the wire counts", () => {
  const audio = voice.encodeVoiceVARequest({ conversationId: "c", audioInput: {} });
  const keys = voice.encodeVoiceVARequest({ dtmfInput: { dtmfEvents: [1, 16] } });
  const request = voice.decodeVoiceVARequest(Uint8Array.from([...audio, ...keys]));
  assert.equal(request.conversationId, "c");
  assert.equal(request.audioInput, undefined);
  assert.deepEqual(request.dtmfInput?.dtmfEvents, [1, 16]);
});

Deno.test("two fields of a oneof are not encoded", () => {
  assert.throws(() => voice.encodeVoiceVARequest({ audioInput: {}, eventInput: {} }), TypeError);
  assert.throws(() => common.encodeTextContent({ text: "", ssml: "" }), TypeError);
});

Deno.test("keys are read packed, unpacked and mixed, and numbers nobody knows survive", () => {
  const bytes = Uint8Array.of(0x0a, 2, 1, 2, 0x08, 3, 0x0a, 0, 0x08, 99);
  assert.deepEqual(common.decodeDTMFInputs(bytes).dtmfEvents, [1, 2, 3, 99]);
  assert.deepEqual(common.encodeDTMFInputs({ dtmfEvents: [1, 2, 3, 99] }), Uint8Array.of(0x0a, 4, 1, 2, 3, 99));
});

Deno.test("a field of another wire type than its own is passed over like one nobody knows", () => {
  const bytes = Uint8Array.of(0x08, 1, 0x7a, 1, 65, 0x12, 1, 97);
  assert.deepEqual(common.decodeListVARequest(bytes), { customerOrgId: "", isDefaultVirtualAgentEnabled: false });
});

Deno.test("a timestamp is milliseconds, with fractions", () => {
  const at = (audioTimestamp: number) => voice.decodeVoiceInput(voice.encodeVoiceInput({ audioTimestamp }));
  assert.equal(at(1_763_000_000_123.25).audioTimestamp, 1_763_000_000_123.25);
  assert.equal(at(-0.5).audioTimestamp, -0.5);
  assert.equal(at(999.9999999).audioTimestamp, 1000);
  assert.throws(() => at(NaN), TypeError);
  assert.throws(() => at(Infinity), TypeError);
});

Deno.test('"__proto__" is a key like any other, in a Struct and in a map', () => {
  const hostile = JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": 1}}');
  const { metadata } = common.decodeOutputEvent(common.encodeOutputEvent({ metadata: hostile }));
  assert.deepEqual(metadata, hostile);
  assert.equal(Object.getPrototypeOf(metadata), Object.prototype);
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);

  const attributes = JSON.parse('{"__proto__": "a"}');
  const agent = common.decodeVirtualAgentInfo(common.encodeVirtualAgentInfo({ attributes }));
  assert.deepEqual(agent.attributes, attributes);
  assert.deepEqual(Object.keys(agent.attributes), ["__proto__"]);
});

Deno.test("a Struct leaves out what JSON leaves out, and refuses what JSON refuses", () => {
  const sent = { a: undefined, b: [undefined, 1] };
  const { metadata } = common.decodeOutputEvent(common.encodeOutputEvent({ metadata: sent }));
  assert.deepEqual(metadata, { b: [null, 1] });
  for (const value of [1n, Symbol("s"), () => 1]) {
    assert.throws(() => common.encodeOutputEvent({ metadata: { value } }), TypeError);
  }
});

/** A Struct of so many levels, objects and lists in turn. */
function nested(levels: number): Record<string, unknown> {
  let value: unknown = levels % 2 === 1 ? {} : [];
  for (let level = levels - 1; level > 0; level--) value = level % 2 === 1 ? { in: value } : [value];
  return value as Record<string, unknown>;
}

/** An EventInput with that Struct. */
function nestedBytes(levels: number): Uint8Array {
  const w = new Writer().start();
  for (let level = levels; level > 1; level--) {
    w.wrap(level % 2 === 1 ? 42 : 50, 0);
    if (level % 2 === 0) {
      w.wrap(18, 0);
      w.string(10, "in");
    }
    w.wrap(10, 0);
  }
  w.wrap(26, 0);
  return w.finish();
}

Deno.test("a Struct may be 64 levels deep and no deeper, on the way in as on the way out", () => {
  assert.deepEqual(common.decodeEventInput(nestedBytes(64)).parameters, nested(64));
  for (const levels of [65, 66, 100_000]) {
    assert.throws(() => common.decodeEventInput(nestedBytes(levels)), DecodeError);
  }

  assert.deepEqual(common.encodeEventInput({ parameters: nested(64) }), nestedBytes(64));
  assert.throws(() => common.encodeEventInput({ parameters: nested(65) }), TypeError);
  assert.throws(() => common.encodeEventInput({ parameters: nested(66) }), TypeError);
  const cycle: Record<string, unknown> = {};
  cycle["self"] = [cycle];
  assert.throws(() => common.encodeEventInput({ parameters: cycle }), TypeError);
});
