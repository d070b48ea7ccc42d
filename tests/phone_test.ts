import { strict as assert } from "node:assert";
import type { PhoneNews, PhoneOrder } from "../islands/phone_talk.ts";
import { decodeG711 } from "../src/audio/g711.ts";
import { TestGateway } from "./gateway_harness.ts";
import { frames, join, silence, speech } from "./speech_samples.ts";

const DIAL: PhoneOrder = {
  type: "dial",
  agent: "",
  org: "org-phone",
  language: "en-US",
  start_name: "call_start",
  parameters: { language: "en" },
  vendor_config: "",
  additional_info: {},
  token: "",
};

/** A page with a phone, as a browser would open it. */
class Page implements AsyncDisposable {
  readonly news: PhoneNews[] = [];
  /** Bytes of audio that came, and those that were cut off. */
  played = 0;
  closed: { code: number; reason: string } | undefined;
  readonly #socket: WebSocket;
  readonly #waiters = new Set<() => void>();

  constructor(house: TestGateway) {
    this.#socket = openSocket(house, house.url);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.news.push(JSON.parse(data));
      else this.played += data.byteLength;
      this.#look();
    };
    this.#socket.onopen = () => this.#look();
    this.#socket.onclose = ({ code, reason }) => {
      this.closed = { code, reason };
      this.#look();
    };
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  send(order: PhoneOrder | string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(typeof order === "string" || order instanceof Uint8Array ? order : JSON.stringify(order));
  }

  async dial(order: Partial<Extract<PhoneOrder, { type: "dial" }>> = {}): Promise<void> {
    await this.until(() => this.open);
    this.send({ ...DIAL, ...order } as PhoneOrder);
    await this.until(() => this.said("dialled"));
  }

  said<T extends PhoneNews["type"]>(type: T): Extract<PhoneNews, { type: T }> | undefined {
    return this.news.findLast((news) => news.type === type) as Extract<PhoneNews, { type: T }> | undefined;
  }

  happened(what: RegExp): boolean {
    return this.news.some((news) => news.type === "happened" && what.test(`${news.what} ${news.note ?? ""}`));
  }

  until(look: () => unknown): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!look()) return;
        this.#waiters.delete(check);
        resolve();
      };
      this.#waiters.add(check);
      check();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.until(() => this.closed);
  }

  #look(): void {
    for (const check of [...this.#waiters]) check();
  }
}

/** Deno's WebSocket takes headers, which the types of browsers do not know. */
function openSocket({ url }: TestGateway, origin: string): WebSocket {
  const options = { headers: { Origin: origin } } as unknown as string[];
  return new WebSocket(`${url.replace("http", "ws")}/api/phone`, options);
}

/** Speaks into the microphone at its pace. */
async function speak(page: Page, name: string): Promise<void> {
  for (const frame of frames(join(speech(name), silence(1200)))) {
    const samples = new Int16Array(frame.length);
    decodeG711("mulaw", frame, samples);
    page.send(new Uint8Array(samples.buffer));
    await new Promise((resolve) => setTimeout(resolve, 19));
  }
}

Deno.test("a person speaks, is heard by the agent, hears its answer and barges in, all through the gateway's own port", async () => {
  await using house = await TestGateway.open();
  await using page = new Page(house);
  await page.dial({ agent: "Local Audio: Local Playback" });
  const { call_id, org_id } = page.said("dialled")!;
  assert.deepEqual(org_id, "org-phone");
  await page.until(() => page.played > 8000);
  await page.until(() => page.said("state")?.playing);
  await speak(page, "slt_yes");
  assert.ok(page.happened(/START_OF_INPUT/) && page.happened(/END_OF_INPUT/), JSON.stringify(page.news));
  assert.ok(page.said("cut_off"), "the welcome was not cut off");
  const live = await (await fetch(`${house.url}/api/connections`)).json();
  assert.deepEqual(live.active_sessions.map(({ session_id }: { session_id: string }) => session_id), [call_id]);
  page.send({ type: "hang_up" });
  await page.until(() => page.closed);
  assert.deepEqual(page.closed, { code: 1000, reason: "the call is over" });
  assert.equal(page.said("state")!.end, "hung_up");
  assert.ok(
    !page.news.some((news) => news.type === "happened" && news.kind === "violation"),
    JSON.stringify(page.news),
  );
});

Deno.test("keys reach the agent, and a transfer ends the call", async () => {
  await using house = await TestGateway.open();
  await using page = new Page(house);
  await page.dial({ agent: "Local Audio: Local Playback" });
  await page.until(() => page.said("state")?.takes_keys && page.said("state")?.playing);
  page.send({ type: "press", key: "5" });
  await page.until(() => page.closed);
  assert.equal(page.said("state")!.end, "transfer");
  assert.ok(page.happened(/TRANSFER_TO_AGENT/));
});

Deno.test("a page that goes away hangs up", async () => {
  await using house = await TestGateway.open();
  {
    await using page = new Page(house);
    await page.dial();
  }
  for (;;) {
    const { total_active, history } = await (await fetch(`${house.url}/api/connections`)).json();
    if (total_active > 0 || history.length === 0) continue;
    assert.equal(history[0].outcome, "caller_hung_up");
    break;
  }
});

Deno.test("what the phone cannot do it says: an unknown agent, a second call, an order that is none", async () => {
  await using house = await TestGateway.open();
  await using page = new Page(house);
  await page.until(() => page.open);
  page.send("{}");
  await page.until(() => page.said("problem"));
  assert.match(page.said("problem")!.message, /^Cannot follow/);
  await page.dial({ agent: "nobody" });
  await page.until(() => page.closed);
  assert.equal(page.said("state")!.end, "failed");
  assert.ok(page.happened(/NOT_FOUND/));

  await using twice = new Page(house);
  await twice.dial();
  twice.send(DIAL);
  await twice.until(() => twice.said("problem"));
  assert.equal(twice.said("problem")!.message, "Cannot dial: a socket carries one call");
  twice.send("x".repeat(70_000));
  await twice.until(() => twice.closed);
  assert.equal(twice.closed!.code, 1009);
});

Deno.test("a page of another site cannot call, nor who asks for no WebSocket", async () => {
  await using house = await TestGateway.open();
  const ask = (headers: Record<string, string>) => fetch(`${house.url}/api/phone`, { headers });
  const plain = await ask({});
  assert.equal(plain.status, 426);
  await plain.body?.cancel();
  const foreign = openSocket(house, "https://elsewhere.example");
  const { promise, resolve } = Promise.withResolvers<string>();
  foreign.onopen = () => resolve("open");
  foreign.onerror = () => resolve("refused");
  assert.equal(await promise, "refused");
});
