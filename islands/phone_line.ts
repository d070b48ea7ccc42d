import { loudness, Loudspeaker, openMicrophone, sayFile } from "./phone_audio.ts";
import type { PhoneNews, PhoneOrder } from "./phone_talk.ts";

export type DialOrder = Extract<PhoneOrder, { type: "dial" }>;

/** What a line needs of its page. */
export interface PhoneLineOptions {
  /** Where the program of the audio thread is. */
  readonly microphoneUrl: string;
  readonly onNews: (news: PhoneNews) => void;
  /** How loud the caller is, 0 to 1, for each piece that goes out. */
  readonly onLevel: (level: number) => void;
  /** The line is down; `why` is "" at the end of a call. */
  readonly onClose: (why: string) => void;
}

/** The close of a call that ended by itself (RFC 6455 7.4.1). */
const CLOSED_WELL = 1000;

/** One call of the test phone. Make it in answer to a click: browsers let sound begin only then. */
export class PhoneLine {
  readonly #context = new AudioContext();
  readonly #loudspeaker = new Loudspeaker(this.#context);
  readonly #socket: WebSocket;
  #stopMicrophone: (() => void) | undefined;
  #stopFile: (() => void) | undefined;

  constructor(order: DialOrder, readonly options: PhoneLineOptions) {
    const address = new URL("/api/phone", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.#socket = new WebSocket(address);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => this.#send(order);
    this.#socket.onmessage = ({ data }) => this.#take(data);
    this.#socket.onclose = ({ code, reason }) => {
      this.#release();
      const why = reason || "the gateway could not be reached, or takes no call from this page";
      options.onClose(code === CLOSED_WELL ? "" : why);
    };
  }

  press(key: string): void {
    this.#send({ type: "press", key });
  }

  say(voice: Extract<PhoneOrder, { type: "say" }>["voice"]): void {
    this.#send({ type: "say", voice });
  }

  /** Says a sound file. Throws what the browser throws for one that it cannot play. */
  async sayFile(file: Blob): Promise<void> {
    this.#stopFile?.();
    this.#stopFile = await sayFile(this.#context, file, (piece) => this.#speak(piece));
  }

  /** Opens the microphone. Throws what the browser throws when it may not. */
  async listen(): Promise<void> {
    this.#stopMicrophone ??= await openMicrophone(
      this.#context,
      this.options.microphoneUrl,
      (piece) => this.#speak(piece),
    );
  }

  mute(): void {
    this.#stopMicrophone?.();
    this.#stopMicrophone = undefined;
    this.options.onLevel(0);
  }

  hangUp(): void {
    this.#send({ type: "hang_up" });
  }

  /** Leaves at once: the gateway hangs up for whoever goes. */
  leave(): void {
    this.#socket.close();
  }

  #take(data: string | ArrayBuffer): void {
    if (typeof data !== "string") return this.#loudspeaker.play(new Int16Array(data));
    const news: PhoneNews = JSON.parse(data);
    if (news.type === "cut_off") this.#loudspeaker.cutOff();
    this.options.onNews(news);
  }

  #speak(piece: Int16Array<ArrayBuffer>): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(piece);
    this.options.onLevel(loudness(piece));
  }

  #send(order: PhoneOrder): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(order));
  }

  #release(): void {
    this.mute();
    this.#stopFile?.();
    // What was said last is played out before the sound goes.
    this.#loudspeaker.whenSilent(() => void this.#context.close());
  }
}
