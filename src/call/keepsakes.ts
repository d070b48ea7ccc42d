import { excerptOf } from "../lib/excerpt.ts";
import type { Redactor } from "../lib/redaction.ts";
import type { CallDetails } from "./connector.ts";
import type { HandedAlong } from "./event.ts";
import type { Data } from "./input.ts";
import type { Remarks } from "./output.ts";

/** What an operator has kept of calls, beside the fact that they took place. */
export interface KeepOptions {
  /** What flows hand along. */
  readonly parameters: boolean;
  /** What agents tell of calls: transcripts, summaries, and the data that goes to a human. */
  readonly transcripts: boolean;
}

/** What goes to the human agent beside the reason. */
export interface HandOff extends Remarks {
  readonly data?: Data;
}

/** Characters of each member of an event; the rest is cut off, visibly. */
const MOST = 8192;

/** What of one call may stand in its events: nothing unless it is kept, and no more than a page of each. */
export class Keepsakes {
  constructor(readonly keep: KeepOptions, readonly redactor: Redactor) {}

  /** What the flow handed along, the operator's patterns masked. */
  handedAlong({ startName, parameters, additionalInfo }: CallDetails): { readonly handedAlong?: HandedAlong } {
    if (!this.keep.parameters) return {};
    const masked = <Value>(value: Value) => excerptOf(this.redactor.data(value), MOST) as Value;
    return {
      handedAlong: {
        startName: masked(startName),
        parameters: masked(parameters),
        additionalInfo: masked(additionalInfo),
      },
    };
  }

  /** What the agent remarked, already masked; undefined for nothing. */
  remarks({ transcript, summary }: Remarks): Remarks | undefined {
    if (!this.keep.transcripts || (transcript ?? summary) === undefined) return undefined;
    return {
      ...(transcript === undefined ? {} : { transcript: excerptOf(transcript, MOST) }),
      ...(summary === undefined ? {} : { summary: excerptOf(summary, MOST) }),
    };
  }

  /** What goes to a human, already masked. */
  handOff({ data, ...remarks }: HandOff): HandOff {
    if (!this.keep.transcripts) return {};
    return { ...(data === undefined ? {} : { data: excerptOf(data, MOST) }), ...this.remarks(remarks) };
  }
}
