import type { CallDetails, CallInfo } from "./connector.ts";
import type { Discretion } from "./discretion.ts";
import type { Data } from "./input.ts";

/** Made once: an error of the platform gathers a stack, which is dear at the end of every call. */
const OVER = new DOMException("The call is over", "AbortError");

/** One call as its connector sees it. Its signal is made when it is first asked for: most calls do without. */
export class CallView implements CallInfo {
  readonly id: string;
  readonly orgId: string;
  readonly agentId: string;
  language: string;
  readonly vendorConfig: string;
  readonly startName: string;
  readonly parameters: Data;
  readonly additionalInfo: Readonly<Record<string, string>>;
  readonly trackingId: string;
  readonly #discretion: Discretion;
  #abort: AbortController | undefined;
  #over = false;

  constructor(details: CallDetails, discretion: Discretion) {
    this.#discretion = discretion;
    this.id = details.id;
    this.orgId = details.orgId;
    this.agentId = details.agentId;
    this.language = details.language;
    this.vendorConfig = details.vendorConfig;
    this.startName = details.startName;
    this.parameters = details.parameters;
    this.additionalInfo = details.additionalInfo;
    this.trackingId = details.trackingId;
  }

  get sensitive(): boolean {
    return this.#discretion.sensitive;
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#over) this.#abort.abort(OVER);
    return this.#abort.signal;
  }

  /** The call is over. */
  end(): void {
    this.#over = true;
    this.#abort?.abort(OVER);
  }
}
