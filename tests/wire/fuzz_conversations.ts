import { Flag, FrameType, readUint24, readUint31 } from "../../src/http2/frames.ts";
import { Setting } from "../../src/http2/settings.ts";
import { Health } from "../../src/protocols/gen/health.ts";
import { encodeVoiceVARequest, VoiceVirtualAgent } from "../../src/protocols/gen/voicevirtualagent.ts";
import {
  data,
  frame,
  goaway,
  joined,
  message,
  ping,
  type RawFrame,
  request,
  requestBlock,
  rstStream,
  settings,
  uint32,
  windowUpdate,
} from "./raw_frames.ts";

const CALL = VoiceVirtualAgent.ProcessCallerInput;
const nothing = message(new Uint8Array(0));
const about = { conversationId: "fuzz", customerOrgId: "o" };
const start = message(encodeVoiceVARequest({ ...about, eventInput: { eventType: 1, parameters: { a: [1, "b"] } } }));
const keys = message(encodeVoiceVARequest({ ...about, dtmfInput: { dtmfEvents: [6] } }));
const audio = message(
  encodeVoiceVARequest({
    ...about,
    audioInput: { callerAudio: new Uint8Array(160).fill(0x55), encoding: 2, sampleRateHertz: 8000 },
  }),
);

/** What a client sends that keeps to every rule, preface aside. */
const VALID: readonly (readonly RawFrame[])[] = [
  [settings(), request(1, Health.Check), data(1, nothing, true), frame(FrameType.SETTINGS, Flag.ACK, 0)],
  [
    settings([Setting.INITIAL_WINDOW_SIZE, 1 << 20], [Setting.MAX_FRAME_SIZE, 1 << 20], [Setting.ENABLE_PUSH, 0]),
    windowUpdate(0, 1 << 20),
    request(1, CALL, [["authorization", "Bearer a.b.c"], ["grpc-timeout", "5S"], ["trackingid", "t"]]),
    data(1, start),
    data(1, audio),
    data(1, audio.subarray(0, 50)),
    ping(),
    data(1, audio.subarray(50), true),
  ],
  [
    settings([Setting.HEADER_TABLE_SIZE, 0]),
    request(1, CALL),
    data(1, joined(start, keys)),
    request(3, Health.Watch, [["x-bin", "AAEC"]]),
    data(3, nothing),
    rstStream(3),
    windowUpdate(1, 1000),
    data(1, new Uint8Array(0), true),
  ],
  [
    settings([Setting.INITIAL_WINDOW_SIZE, 0]),
    request(1, Health.List),
    data(1, nothing, true),
    settings([Setting.INITIAL_WINDOW_SIZE, 65_535]),
    windowUpdate(1, 10),
    goaway(),
  ],
  [
    settings(),
    frame(FrameType.HEADERS, 0, 1, requestBlock(VoiceVirtualAgent.ListVirtualAgents).subarray(0, 30)),
    frame(FrameType.CONTINUATION, Flag.END_HEADERS, 1, requestBlock(VoiceVirtualAgent.ListVirtualAgents).subarray(30)),
    frame(FrameType.DATA, Flag.PADDED | Flag.END_STREAM, 1, joined(Uint8Array.of(3), nothing, new Uint8Array(3))),
  ],
  [
    settings(),
    frame(
      FrameType.HEADERS,
      Flag.END_HEADERS | Flag.PRIORITY | Flag.PADDED,
      1,
      joined(Uint8Array.of(2), uint32(0), Uint8Array.of(16), requestBlock("/no/Such"), new Uint8Array(2)),
    ),
    frame(FrameType.PRIORITY, 0, 5, joined(uint32(1), Uint8Array.of(1))),
    data(1, nothing, true),
  ],
];

/** What has ended a server's process elsewhere: the bytes after the preface. */
const CRASHERS: readonly string[] = [
  "00000004000000000000000807000000000000000000000000000000040300000000010000000b",
  "0000000400000000000000080700000000000000000000000002000062010000000001838600053a70617468072f6e6f7065" +
  "2f4e000a3a617574686f72697479096c6f63616c686f7374000c636f6e74656e742d74797065106170706c69636174696f6e" +
  "2f677270630002746508747261696c6572730009782d62696e2d62696e03212121000038010000000005828600053a706174" +
  "68012f000a3a617574686f726974790168000c636f6e74656e742d74797065106170706c69636174696f6e2f67727063",
  "0000000400000000000000080700000000000000000000000002000066010500000001838600053a70617468072f6e6f7065" +
  "2f4e000a3a617574686f72697479096c6f63616c686f7374000c636f6e74656e742d74797065106170706c69636174696f6e" +
  "2f677270630002746508747261696c657273000d677270632d656e636f64696e67037a7a7a00000100000000000100",
  "000000040000000000" + "0000080700000000000000000000000000" + "000000040100000000",
  "000000040000000000" + "000015010400000001838600053a70617468072f6e6f70652f4e00" + "00000408000000000100000000",
  "000000040000000000" + "0000080601000000000000000000000000" + "000000010400000001" + "000000010400000003",
];

/** Cuts bytes into frames; what is cut off at the end becomes a frame that says it is longer. */
function framesOf(bytes: Uint8Array): RawFrame[] {
  const frames: RawFrame[] = [];
  for (let at = 0; at + 9 <= bytes.length;) {
    const length = readUint24(bytes, at);
    const payload = bytes.slice(at + 9, at + 9 + length);
    frames.push({ type: bytes[at + 3]!, flags: bytes[at + 4]!, id: readUint31(bytes, at + 5), payload, length });
    at += 9 + length;
  }
  return frames;
}

function crasher(hex: string): RawFrame[] {
  return framesOf(Uint8Array.from(hex.match(/../g)!, (octet) => parseInt(octet, 16)));
}

/** Where every mutation begins. */
export const CONVERSATIONS: readonly (readonly RawFrame[])[] = [...CRASHERS.map(crasher), ...VALID];
