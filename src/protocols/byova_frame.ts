import { Reader } from "../lib/protobuf.ts";

/** The tag of VoiceVARequest.audio_input, and of the fields of VoiceInput that a frame is heard by. */
const AUDIO_INPUT = 6 << 3 | 2;
const CALLER_AUDIO = 1 << 3 | 2;
const ENCODING = 2 << 3;
const SAMPLE_RATE = 3 << 3;
const NOTHING = new Uint8Array();

/**
 * Reads frame after frame of one stream. All that its requests say before the audio (the ids above all) is the same
 * bytes again and again: they are compared, not decoded.
 */
export class FrameReader {
  /** The frame that was read last: a view, valid as long as its request. */
  audio: Uint8Array = NOTHING;
  /** Its VoiceEncoding and its rate in Hz, 0 where the request leaves them out. */
  encoding = 0;
  sampleRate = 0;
  #head: Uint8Array | undefined;

  /** Remembers what a request that was decoded whole says before its audio. */
  learn(request: Uint8Array): void {
    this.#head = undefined;
    const reader = new Reader(request);
    while (reader.at < reader.end) {
      const at = reader.at;
      const tag = reader.tag();
      if (tag === AUDIO_INPUT) return void (this.#head = request.slice(0, at));
      reader.skip(tag);
    }
  }

  /** Whether a request is a frame like the one that was learned, and nothing else. Throws DecodeError. */
  read(request: Uint8Array): boolean {
    const head = this.#head;
    if (head === undefined || request.length <= head.length) return false;
    for (let at = 0; at < head.length; at++) if (request[at] !== head[at]) return false;
    const reader = new Reader(request);
    reader.at = head.length;
    if (reader.tag() !== AUDIO_INPUT) return false;
    reader.enter();
    if (reader.end !== request.length) return false;
    this.audio = NOTHING;
    this.encoding = 0;
    this.sampleRate = 0;
    while (reader.at < reader.end) {
      const tag = reader.tag();
      if (tag === CALLER_AUDIO) this.audio = reader.byteString();
      else if (tag === ENCODING) this.encoding = reader.int32();
      else if (tag === SAMPLE_RATE) this.sampleRate = reader.int32();
      else reader.skip(tag);
    }
    return true;
  }
}
