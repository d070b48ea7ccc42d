import type { AudioFormat } from "../audio/format.ts";
import type { CallDetails } from "../call/connector.ts";
import type { Conversation } from "../call/conversation.ts";
import type { AgentDirectory } from "../call/directory.ts";
import type { InputExpectation } from "../call/output.ts";
import { CallRefused, type Switchboard } from "../call/switchboard.ts";
import type { DeliveryListener, Turn, TurnOutput, TurnSink } from "../call/turn.ts";
import type { Successor } from "../grpc/relay.ts";
import { type Method, type Rpc, type RpcListener, unary } from "../grpc/server.ts";
import { GrpcError, Status } from "../grpc/status.ts";
import type { ErrorCode } from "../lib/error_codes.ts";
import type { Log } from "../lib/log.ts";
import { DecodeError } from "../lib/protobuf.ts";
import type { Span } from "../lib/span.ts";
import { type Frame, FrameReader } from "./byova_frame.ts";
import { FAREWELL, Reply } from "./byova_reply.ts";
import { invalid, orInvalid } from "./decoding.ts";
import {
  checkWholeSamples,
  readDetails,
  readEvent,
  readFormat,
  readKeys,
  readTrackingId,
  startsCall,
} from "./byova_request.ts";
import { decodeListVARequest, encodeListVAResponse } from "./gen/byova_common.ts";
import { decodeVoiceVARequest, type VoiceVARequest, VoiceVirtualAgent } from "./gen/voicevirtualagent.ts";
import { type Caller, checkOrg, Guard, type GuardedMethod } from "./guard.ts";

/** How the gateway speaks BYOVA. */
export interface ByovaOptions {
  readonly log: Log;
  /** How many ProcessCallerInput streams may be open at once. */
  readonly maxStreams: number;
  /** What is announced to Webex when the agent says nothing about it. */
  readonly expects: InputExpectation;
  /** Whether the first prompt of a call may be interrupted, whatever its connector says; a farewell never may. */
  readonly welcomeBargeIn: boolean;
  readonly chunkBytes: number;
  readonly boundaryType: "final" | "chunk" | undefined;
  /** Lets callers in; everybody without one. */
  readonly guard?: Guard;
  /** Who takes new calls in this gateway's stead while it drains, if anybody does. */
  readonly successor?: () => Successor | undefined;
}

/** Among the first packets of a stream, those shorter than this, in bytes, are noise, and may hold half a sample. */
const FIRST_PACKETS = 3;
const SHORTEST_PACKET = 16;

const REFUSAL: { readonly [R in CallRefused["reason"]]: Status } = {
  no_agents: Status.UNAVAILABLE,
  unknown_agent: Status.NOT_FOUND,
  other_agent: Status.INVALID_ARGUMENT,
  full: Status.RESOURCE_EXHAUSTED,
  draining: Status.UNAVAILABLE,
};

/** The BYOVA service: its methods by path. */
export function byova(
  directory: AgentDirectory,
  switchboard: Switchboard,
  options: ByovaOptions,
): readonly (readonly [path: string, method: Method])[] {
  const streams = { open: 0 };
  const { guard = new Guard(undefined) } = options;
  return [
    [VoiceVirtualAgent.ListVirtualAgents, guard.method(listVirtualAgents(directory))],
    [
      VoiceVirtualAgent.ProcessCallerInput,
      guard.method((rpc, caller) => {
        if (streams.open >= options.maxStreams) {
          throw new GrpcError(
            Status.RESOURCE_EXHAUSTED,
            `as many streams as are allowed are open: ${options.maxStreams}`,
          );
        }
        return new CallerStream(rpc, caller, switchboard, options, streams);
      }),
    ],
  ];
}

function listVirtualAgents(directory: AgentDirectory): GuardedMethod {
  return (rpc, caller) =>
    unary(orInvalid(decodeListVARequest), encodeListVAResponse, ({ customerOrgId }) => {
      if (customerOrgId !== "") checkOrg(caller, customerOrgId);
      return {
        virtualAgents: directory.list().map(({ id, name, attributes }, at) => ({
          virtualAgentId: id,
          virtualAgentName: name,
          isDefault: at === 0,
          attributes: attributes ?? {},
        })),
      };
    })(rpc);
}

/** One ProcessCallerInput stream: it carries one turn of a call. */
class CallerStream implements RpcListener, TurnSink {
  #call: Conversation | undefined;
  #turn: Turn | undefined;
  /** Says what there is to say; nothing before the call is found, nor once the caller has been bidden farewell. */
  #reply: Reply | undefined;
  /** Where the stream goes on when its call is the successor's. */
  #relay: RpcListener | undefined;
  readonly #trackingId: string;
  readonly #frame = new FrameReader();
  #packets = 0;
  #closed = false;

  constructor(
    readonly rpc: Rpc,
    readonly caller: Caller,
    readonly switchboard: Switchboard,
    readonly options: ByovaOptions,
    readonly streams: { open: number },
  ) {
    this.#trackingId = readTrackingId(rpc.metadata.get("trackingid"));
    if (this.#trackingId !== "") rpc.respondWith([["trackingid", this.#trackingId]]);
    streams.open++; // whoever fails before this is not open
  }

  message(message: Span): void {
    try {
      const frame = this.#frame;
      if (this.#turn && frame.read(message)) return this.#hearAudio(message.bytes, frame);
      if (this.#relay) return this.#relay.message(message);
      const bytes = message.view();
      const request = decodeVoiceVARequest(bytes);
      if (this.#call === undefined) this.#open(request, message);
      else this.#checkIds(request, this.#call);
      if (request.audioInput) frame.learn(bytes);
      if (this.#turn) this.#hear(request, this.#turn, this.#call!);
    } catch (error) {
      throw error instanceof DecodeError ? invalid(error.message) : error;
    }
  }

  halfClosed(): void {
    if (this.#turn) return this.#turn.halfClosed();
    if (this.#relay) return this.#relay.halfClosed();
    this.#release();
    this.rpc.finish();
  }

  cancelled(): void {
    this.#release();
    this.#turn?.cancelled();
    this.#relay?.cancelled();
  }

  drained(): void {
    this.#turn?.drained();
    this.#relay?.drained?.();
  }

  put(output: TurnOutput, listener: DeliveryListener): boolean {
    return this.#reply?.put(output, listener) ?? true;
  }

  resume(): void {
    this.rpc.resume();
  }

  close(): void {
    this.#release();
    this.rpc.finish();
  }

  #open(request: VoiceVARequest, message: Span): void {
    const details = readDetails(request, this.#trackingId);
    checkOrg(this.caller, details.orgId);
    checkInput(request);
    const starts = startsCall(request);
    const about = { call: details.id, org: details.orgId, tracking: details.trackingId, peer: this.rpc.peer };
    this.options.log[starts ? "info" : "debug"]("stream opened", about);
    const leaves = request.eventInput !== undefined && readEvent(request.eventInput)?.type === "hung_up";
    const call = leaves ? this.#findLeft(details) : this.#join(details, starts);
    if (call === undefined && leaves) this.#handOver();
    if (this.#relay) return this.#relay.message(message);
    if (!call) {
      if (leaves) this.rpc.send(FAREWELL);
      this.#release();
      return this.rpc.finish();
    }
    this.#call = call;
    call.language = details.language || call.language;
    this.#reply = new Reply(this.rpc, {
      speaks: call.connector.speaks,
      partials: request.allowPartialResponses,
      bargeIn: starts ? this.options.welcomeBargeIn : undefined,
      expects: this.options.expects,
      expected: () => call.expects,
      chunkBytes: this.options.chunkBytes,
      boundaryType: this.options.boundaryType,
      language: call.language,
    });
    this.#turn = call.openTurn(this);
  }

  #join(details: CallDetails, starts: boolean): Conversation | undefined {
    try {
      return this.switchboard.join(details, starts);
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error;
      if (error.reason === "draining" && this.#handOver()) return undefined;
      this.options.log.warn("call refused", {
        code: "CALL-REFUSED" satisfies ErrorCode,
        call: details.id,
        org: details.orgId,
        reason: error.reason,
      });
      throw new GrpcError(REFUSAL[error.reason], error.message);
    }
  }

  /** Finds the call that its caller leaves. An end that nobody has heard yet is nobody's to hear then. */
  #findLeft({ orgId, id }: CallDetails): Conversation | undefined {
    const call = this.switchboard.find(orgId, id);
    if (!call?.ended) return call;
    call.hangUp("caller");
    return undefined;
  }

  /** Hands the stream to the gateway that takes over, if there is one. */
  #handOver(): boolean {
    this.#relay = this.options.successor?.()?.take(this.rpc, () => this.#release());
    return this.#relay !== undefined;
  }

  #checkIds({ conversationId, customerOrgId }: VoiceVARequest, { call }: Conversation): void {
    if (conversationId !== "" && conversationId !== call.id) {
      throw invalid("conversation_id must not change on a stream");
    }
    if (customerOrgId !== "" && customerOrgId !== call.orgId) {
      throw invalid("customer_org_id must not change on a stream");
    }
  }

  #hear(request: VoiceVARequest, turn: Turn, call: Conversation): void {
    if (request.audioInput) {
      const { callerAudio, encoding, sampleRateHertz: sampleRate } = request.audioInput;
      return this.#hearAudio(callerAudio, { from: 0, to: callerAudio.length, encoding, sampleRate });
    }
    checkInput(request);
    const input = request.dtmfInput ? readKeys(request.dtmfInput) : readEvent(request.eventInput!);
    if (input?.type === "hung_up") {
      this.rpc.send(FAREWELL);
      this.#reply = undefined;
      call.hangUp(input.reason);
    } else if (input) turn.hear(input);
    else {
      this.options.log.warn("event ignored", {
        code: "EVENT-IGNORED" satisfies ErrorCode,
        call: call.call.id,
        event: request.eventInput!.eventType,
      });
    }
  }

  #hearAudio(data: Uint8Array, { from, to, encoding, sampleRate }: Frame): void {
    const call = this.#call!;
    const format: AudioFormat = call.format = readFormat(encoding, sampleRate, call.format);
    if (++this.#packets <= FIRST_PACKETS && to - from < SHORTEST_PACKET) return;
    checkWholeSamples(to - from, format);
    if (!this.#turn!.hearAudio(data, format, from, to)) this.rpc.pause();
  }

  #release(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.streams.open--;
  }
}

function checkInput({ audioInput, dtmfInput, eventInput }: VoiceVARequest): void {
  if (audioInput || dtmfInput || eventInput) return;
  throw invalid("one of audio_input, dtmf_input and event_input must be set: received none");
}
