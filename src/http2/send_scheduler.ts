import { type Linked, LinkedList } from "../lib/linked_list.ts";
import type { ControlBudget } from "./budget.ts";
import { windowTooWide } from "./faults.ts";
import { DEFAULT_WINDOW_BYTES, MAX_UINT31 } from "./frames.ts";
import type { Outbox } from "./outbox.ts";

/** A stream with DATA that only the connection holds back. */
export interface WaitingSender extends Linked<WaitingSender> {
  /** Sends what it may: one frame when others wait as well. */
  transmit(): void;
}

/** Who may send DATA now: the connection's flow-control window and the outbox, shared in turns (RFC 9113 §5.2). */
export class SendScheduler {
  /** Bytes of DATA that the peer still takes on the whole connection. */
  window = DEFAULT_WINDOW_BYTES;
  /** Window of a stream that opens now (SETTINGS_INITIAL_WINDOW_SIZE of the peer). */
  initialStreamWindow = DEFAULT_WINDOW_BYTES;
  readonly #waiting = new LinkedList<WaitingSender>();

  constructor(readonly outbox: Outbox, readonly budget: ControlBudget) {}

  /** Whether anyone may send DATA. */
  get open(): boolean {
    return this.window > 0 && this.outbox.roomForData;
  }

  /** Whether streams are queueing for their turn. */
  get contended(): boolean {
    return this.#waiting.size > 0;
  }

  /** Counts a DATA frame of `bytes` that was sent. */
  sent(bytes: number): void {
    this.window -= bytes;
    this.budget.earn(1);
  }

  /** Puts a sender at the end of the queue, unless it stands there already. */
  wait(sender: WaitingSender): void {
    if (!this.#waiting.has(sender)) this.#waiting.append(sender);
  }

  /** Takes a sender out of the queue. */
  leave(sender: WaitingSender): void {
    this.#waiting.remove(sender);
  }

  /** A WINDOW_UPDATE for the connection. Throws Http2Error FLOW_CONTROL_ERROR above 2³¹ − 1 (RFC 9113 §6.9.1). */
  grow(bytes: number): void {
    this.window += bytes;
    if (this.window > MAX_UINT31) throw windowTooWide(this.window);
    this.run();
  }

  /** Lets the waiting ones send, in turns: one that has more to send queues again. */
  run(): void {
    for (let sender = this.#waiting.first; sender !== undefined && this.open; sender = this.#waiting.first) {
      this.#waiting.remove(sender);
      sender.transmit();
    }
  }
}
