import assert from "node:assert/strict";
import { callUnary, GrpcChannel } from "../../src/grpc/client.ts";
import { Status } from "../../src/grpc/status.ts";
import { Health } from "../../src/protocols/gen/health.ts";
import { Line } from "../gateway_harness.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const SETTLED_CALLS = 30;

/** Somebody who makes calls all along and asks for health every few ms. The first failure ends it, and `stop` throws it. */
export class Bystander {
  /** How long each health check took, in ms. */
  readonly #latencies: number[] = [];
  readonly #going: Promise<void>[];
  readonly #channel: GrpcChannel;
  readonly #failed = Promise.withResolvers<void>();
  #stopped = false;
  #failure: unknown;
  /** Calls that went through from start to end. */
  calls = 0;

  private constructor(channel: GrpcChannel) {
    this.#channel = channel;
    this.#going = [this.#ask(), this.#talk(new Line(channel))];
  }

  static async start(port: number): Promise<Bystander> {
    return new Bystander(await GrpcChannel.connect({ hostname: "127.0.0.1", port }));
  }

  get checks(): number {
    return this.#latencies.length;
  }

  /** Resolves when something goes wrong for it. */
  get failure(): Promise<void> {
    return this.#failed.promise;
  }

  /** Whether something went wrong for it. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Waits until enough calls went through for the gateway's code to be compiled, and measures from then on. */
  async settle(): Promise<void> {
    while (this.calls < SETTLED_CALLS && !this.failed) await pause(4);
    this.#latencies.length = this.calls = 0;
  }

  /** Finishes what is under way and hangs up. Returns percentile 99 of the health checks, in ms; throws what went wrong. */
  async stop(): Promise<number> {
    this.#stopped = true;
    await Promise.all(this.#going);
    await this.#channel[Symbol.asyncDispose]();
    if (this.failed) throw this.#failure;
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length * 0.99)]!;
  }

  async #ask(): Promise<void> {
    await this.#again(4, async () => {
      const since = performance.now();
      await callUnary(this.#channel, Health.Check, new Uint8Array(0), [], { timeoutMs: 10_000 });
      this.#latencies.push(performance.now() - since);
    });
  }

  async #talk(line: Line): Promise<void> {
    await this.#again(20, async () => {
      const call = line.call();
      const started = await call.start();
      assert.equal(started.status, Status.OK, started.message);
      const { responses } = await call.press("6");
      assert.equal(responses[0]?.outputEvents[0]?.name, "session_ended");
      this.calls++;
    });
  }

  async #again(everyMs: number, act: () => Promise<void>): Promise<void> {
    while (!this.#stopped && !this.failed) {
      try {
        await act();
      } catch (error) {
        this.#failure = error;
        this.#failed.resolve();
      }
      await pause(everyMs);
    }
  }
}
