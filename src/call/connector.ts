import type { ZodType } from "zod";
import type { Audio, AudioFormat } from "../audio/format.ts";
import type { Clock } from "../lib/clock.ts";
import type { ErrorCode } from "../lib/error_codes.ts";
import type { GrowingFile } from "../lib/files.ts";
import type { Log } from "../lib/log.ts";
import type { CallerInput, Data } from "./input.ts";
import type { HandOff } from "./keepsakes.ts";
import type { AgentOutput } from "./output.ts";

/** One virtual agent that a flow can choose. */
export interface Agent {
  /** What Webex sends to choose it; unique in the gateway. */
  readonly id: string;
  /** What the administrator sees. */
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What a connector knows about the call it answers: everything Webex said when the call came in. */
export interface CallInfo {
  /** Webex's conversation id. Unique within the organization only. */
  readonly id: string;
  readonly orgId: string;
  readonly agentId: string;
  /** A BCP 47 tag such as `en-US`, or "" as long as Webex has named none: it does so with the caller's first audio. */
  readonly language: string;
  /** The feature configuration from Control Hub, as it came. */
  readonly vendorConfig: string;
  /** The name and parameters of the flow's start event. */
  readonly startName: string;
  readonly parameters: Data;
  readonly additionalInfo: Readonly<Record<string, string>>;
  /** Webex's tracking id of the stream that opened the call, printable ASCII; "" for none. */
  readonly trackingId: string;
  /** Whether what the caller says and presses now is sensitive: it is kept nowhere, and a recording holds silence instead. */
  readonly sensitive: boolean;
  /** Aborted when the call is over, however it ended. */
  readonly signal: AbortSignal;
}

/** Everything about a call but what changes while it goes on. */
export type CallDetails = Omit<CallInfo, "sensitive" | "signal">;

/** A failure that its connector has a name for: thrown by `converse()`, the name is the call's `call_failed` code. */
export class AgentFailure extends Error {
  override readonly name: string = "AgentFailure";
  /** What the human who takes over is told beside the code. */
  handOff: HandOff = {};

  /** `code`: lower case words joined by `_`, from a list that the connector can count. */
  constructor(readonly code: string, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** A door to one vendor's virtual agents. */
export interface Connector extends Partial<AsyncDisposable> {
  /**
   * What it wants to hear: every frame as it comes, whole utterances, or no audio at all, only that the caller's turn is
   * over.
   */
  readonly hears: { readonly as: "frames" | "utterances" | "turns"; readonly format: AudioFormat };

  /** How it speaks: in whole prompts (Webex gets WAV files), or piece by piece (Webex gets chunks). */
  readonly speaks: "prompts" | "pieces";

  /** What a caller hears before a human takes over, when this connector fails. */
  readonly apology?: Audio;

  /** Lists the agents on offer, as they were known a while ago or, `afresh`, as they are. Throws when the vendor cannot be asked. */
  agents(afresh?: boolean): Promise<readonly Agent[]>;

  /**
   * Holds one conversation, from the first word to the last. Every input that
   * expects a reply (see `EXPECTS_REPLY`) is answered in order, each answer
   * closed by `listening`, `transfer` or `hang_up`. Return, and the call is
   * over; throw, and the caller is handed to a human: an AgentFailure says why.
   */
  converse(call: CallInfo, caller: AsyncIterable<CallerInput>): AsyncIterable<AgentOutput>;
}

/** What every connector is handed from outside, so that a test can hand in something else. */
export interface ConnectorDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Asks over HTTP. Throws what the platform throws. */
  readonly fetch: (url: string, request?: RequestInit) => Promise<Response>;
  /** A variable of the environment; undefined for one that is not set or may not be read. */
  readonly env: (name: string) => string | undefined;
  /** Reads a file of the operator's, such as a prompt. Throws what the platform throws. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /** Creates a file of the gateway's own, such as a recording, and its folder. */
  readonly createFile: (path: string) => Promise<GrowingFile>;
}

/** How a connector introduces itself. */
export interface ConnectorDefinition<Config> {
  /** Its name in the configuration, such as `local_audio`. */
  readonly kind: string;
  /** The schema of its `config` block; refuses keys it does not know. */
  readonly config: ZodType<Config>;
  /** Builds it. `id` is its key under `connectors:`. Throws when the configuration cannot work. */
  create(config: Config, deps: ConnectorDeps, id: string): Promise<Connector>;
  /** What it uses of the machine: hosts as `host:port`, files and folders by their path, variables by name. */
  needs?(config: Config): MachineNeeds;
  /** For the doctor: tries its credentials and files, and tells what is wrong with them. Rejects only where that cannot be tried. */
  check?(config: Config, deps: ConnectorDeps, signal: AbortSignal): Promise<readonly Shortcoming[]>;
}

/** What a connector must be allowed to use. */
export interface MachineNeeds {
  readonly net?: readonly string[];
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly env?: readonly string[];
}

/** Something that a connector cannot do without, and has not. */
export interface Shortcoming {
  readonly code: ErrorCode;
  /** What is wrong: no secret and nothing of a caller's. */
  readonly problem: string;
  /** What to do about it, as an instruction. */
  readonly remedy: string;
}

/** Ties the schema's type to the factory's argument. */
export function defineConnector<Config>(definition: ConnectorDefinition<Config>): ConnectorDefinition<Config> {
  return definition;
}
