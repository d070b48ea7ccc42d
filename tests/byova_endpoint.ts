import { TELEPHONY } from "../src/audio/format.ts";
import { writeWav } from "../src/audio/wav.ts";
import { GrpcServer, type Method, type Rpc, unary } from "../src/grpc/server.ts";
import {
  decodeListVARequest,
  encodeListVAResponse,
  EventInput_EventType as InputEvent,
  OutputEvent_EventType as EventType,
} from "../src/protocols/gen/byova_common.ts";
import {
  decodeVoiceVARequest,
  encodeVoiceVAResponse,
  type VoiceVARequest,
  VoiceVAResponse_ResponseType as ResponseType,
  VoiceVirtualAgent,
} from "../src/protocols/gen/voicevirtualagent.ts";
import { showKeys } from "../src/caller/keys.ts";

type Answer = Parameters<typeof encodeVoiceVAResponse>[0];

/** What the endpoint of a test does; every answer is sent as one response, and the RPC completed. */
export interface TestEndpoint {
  readonly welcome?: readonly Answer[];
  readonly toSpeech?: readonly Answer[];
  /** Whether the answer to speech waits until the caller's side is closed, as it may where no barge-in is on. */
  readonly waits?: boolean;
  toKeys?(keys: string): readonly Answer[];
  readonly toSilence?: readonly Answer[];
  readonly toCustom?: readonly Answer[];
  readonly toHangUp?: readonly Answer[];
  /** Type of the mark that ends the caller's speech. */
  readonly endType?: ResponseType;
  /** Does with an RPC as it likes, instead of all of the above. */
  readonly method?: Method;
}

/** One RPC as the endpoint saw it. */
export interface SeenRpc {
  readonly metadata: ReadonlyMap<string, string>;
  readonly requests: VoiceVARequest[];
  /** What happened, in order: "SESSION_START", "audio", "keys 12", "half-closed". Audio is told once. */
  readonly events: string[];
}

const SILENT = 0xFF;
/** So many bytes of speech start an input, so many of silence end it. */
const SPEECH_BYTES = 800;
const SILENCE_BYTES = 3200;

/** Returns mu-law audio of so many ms that is not silence. */
export function tone(ms: number): Uint8Array {
  return new Uint8Array(ms * 8).fill(0x20);
}

/** Returns an answer of one prompt of `ms` as a WAV file, after which the caller may speak and press one key. */
export function prompt(ms: number, answer: Answer & { bargeIn?: boolean } = {}): Answer {
  const { bargeIn = false, ...rest } = answer;
  return {
    prompts: [{ audioContent: writeWav({ format: TELEPHONY, data: tone(ms) }), isBargeInEnabled: bargeIn }],
    inputMode: 3,
    inputHandlingConfig: {
      dtmfConfig: { dtmfInputLength: 1, interDigitTimeoutMsec: 1000, termchar: 16 },
      speechTimers: { noInputTimeoutMsec: 10_000 },
    },
    ...rest,
  };
}

/** Serves an endpoint on a free port until it is disposed of, and keeps what it saw. */
export function serve(endpoint: TestEndpoint): GrpcServer & { readonly seen: SeenRpc[] } {
  const seen: SeenRpc[] = [];
  const methods = new Map<string, Method>([
    [VoiceVirtualAgent.ProcessCallerInput, endpoint.method ?? ((rpc) => answering(rpc, endpoint, seen))],
    [
      VoiceVirtualAgent.ListVirtualAgents,
      unary(decodeListVARequest, encodeListVAResponse, () => ({
        virtualAgents: [{ virtualAgentId: "a-1", virtualAgentName: "Booking", isDefault: true, attributes: {} }],
      })),
    ],
  ]);
  const server = GrpcServer.listen({ hostname: "127.0.0.1", port: 0, methods });
  return Object.assign(server, { seen });
}

function answering(rpc: Rpc, endpoint: TestEndpoint, seen: SeenRpc[]): ReturnType<Method> {
  const me: SeenRpc = { metadata: new Map(rpc.metadata), requests: [], events: [] };
  seen.push(me);
  let speech = 0, silence = 0, heardOut = false, answer: readonly Answer[] | undefined;
  const send = (responses: readonly Answer[]) => {
    for (const response of responses) rpc.send(encodeVoiceVAResponse(response));
    rpc.finish();
  };
  const hear = (audio: Uint8Array) => {
    if (me.events.at(-1) !== "audio") me.events.push("audio");
    for (const byte of audio) {
      if (heardOut) return;
      if (byte !== SILENT) {
        silence = 0;
        if (++speech === SPEECH_BYTES) {
          rpc.send(encodeVoiceVAResponse({ outputEvents: [{ eventType: EventType.START_OF_INPUT }] }));
        }
      } else if (speech >= SPEECH_BYTES && ++silence === SILENCE_BYTES) {
        heardOut = true;
        const responseType = endpoint.endType ?? ResponseType.FINAL;
        rpc.send(encodeVoiceVAResponse({ outputEvents: [{ eventType: EventType.END_OF_INPUT }], responseType }));
        answer = endpoint.toSpeech ?? [prompt(500)];
        if (!endpoint.waits) send(answer);
      }
    }
  };
  return {
    message(bytes) {
      const request = decodeVoiceVARequest(bytes.view().slice());
      me.requests.push(request);
      if (request.audioInput) hear(request.audioInput.callerAudio);
      if (request.dtmfInput) {
        const keys = showKeys(request.dtmfInput.dtmfEvents);
        me.events.push(`keys ${keys}`);
        answer = endpoint.toKeys?.(keys) ?? [prompt(500)];
      }
      switch (request.eventInput?.eventType) {
        case InputEvent.SESSION_START:
          me.events.push("SESSION_START");
          answer = endpoint.welcome ?? [prompt(1000)];
          break;
        case InputEvent.START_OF_DTMF:
          me.events.push("START_OF_DTMF");
          rpc.finish();
          break;
        case InputEvent.NO_INPUT:
          me.events.push("NO_INPUT");
          answer = endpoint.toSilence ?? [prompt(500)];
          break;
        case InputEvent.CUSTOM_EVENT:
          me.events.push(`custom ${request.eventInput.name}`);
          answer = endpoint.toCustom ?? [prompt(500)];
          break;
        case InputEvent.SESSION_END:
          me.events.push("SESSION_END");
          answer = endpoint.toHangUp ?? [{}];
          break;
      }
    },
    halfClosed() {
      me.events.push("half-closed");
      send(answer ?? []);
    },
    cancelled() {
      me.events.push("cancelled");
    },
  };
}
