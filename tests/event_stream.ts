/** A server-sent event (WHATWG HTML, section 9.2). */
export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  // deno-lint-ignore no-explicit-any
  readonly data: any;
}

/** Reads a stream of server-sent events, one by one. */
export class EventReader implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  /** The pieces as they came. */
  readonly pieces: Uint8Array[] = [];
  /** What the browser is told to wait before it comes back, in ms. */
  retry: number | undefined;
  #rest = "";
  #waiting: StreamEvent[] = [];

  constructor(response: Response) {
    this.#reader = response.body!.getReader();
  }

  /** The next event; undefined when the stream has ended. */
  async next(): Promise<StreamEvent | undefined> {
    while (this.#waiting.length === 0) {
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.pieces.push(value);
      const blocks = (this.#rest + this.#decoder.decode(value, { stream: true })).split("\n\n");
      this.#rest = blocks.pop()!;
      this.#waiting = blocks.map((block) => this.#parse(block));
    }
    return this.#waiting.shift();
  }

  /** The next event of a name: others before it are passed over. */
  async until(name: string): Promise<StreamEvent> {
    for (let event = await this.next(); event; event = await this.next()) {
      if (event.event === name) return event;
    }
    throw new Error(`the stream ended without ${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
  }

  #parse(block: string): StreamEvent {
    const fields = new Map(block.split("\n").map((line) => line.split(/: (.*)/s, 2) as [string, string]));
    if (fields.has("retry")) this.retry = Number(fields.get("retry"));
    return { id: fields.get("id")!, event: fields.get("event")!, data: JSON.parse(fields.get("data")!) };
  }
}
