/** A piece of the agent's audio and when it is played, in samples since the recording began. */
interface Piece {
  /** Nothing for one that is to be silence. */
  readonly audio: Uint8Array | undefined;
  readonly from: number;
  to: number;
  readonly bargeIn: boolean;
}

/** What may wait to be played, in samples: five minutes. What comes beyond that is left out. */
const MOST_AHEAD = 2_400_000;

/**
 * What the caller hears of the agent, on a playout clock: pieces of 8 kHz mu-law follow each other without a gap as long
 * as they come early enough. Webex never says what it has played; this is what it plays when nothing goes wrong.
 */
export class AgentTrack {
  #pieces: Piece[] = [];
  /** Where the last piece ends. */
  end = 0;

  /** Adds a piece that was handed over at `now`. `silent`: as so much silence. */
  add(audio: Uint8Array, now: number, { bargeIn, silent }: { bargeIn: boolean; silent: boolean }): void {
    const from = Math.max(now, this.end);
    const length = Math.min(audio.length, now + MOST_AHEAD - from);
    if (length <= 0) return;
    this.end = from + length;
    this.#pieces.push({ audio: silent ? undefined : audio, from, to: this.end, bargeIn });
  }

  /** Stops what is played at `now`, if it may be interrupted, and lets go of all behind it. */
  cut(now: number): void {
    const at = this.#pieces.findIndex(({ to }) => to > now);
    if (at < 0 || !this.#pieces[at]!.bargeIn) return;
    const playing = this.#pieces[at]!;
    this.#pieces.length = at + 1;
    this.end = playing.to = Math.max(playing.from, now);
  }

  /** Lets go of all that is not played at `now`, whether it may be interrupted or not. */
  stop(now: number): void {
    this.#pieces = this.#pieces.filter(({ from }) => from < now);
    const last = this.#pieces.at(-1);
    if (last) last.to = Math.min(last.to, now);
    this.end = Math.min(this.end, now);
  }

  /** Puts what is played from sample `from` on into every other byte of `stereo`, the second first; then it is forgotten. */
  takeInto(stereo: Uint8Array, from: number): void {
    const until = from + stereo.length / 2;
    for (const { audio, from: start, to } of this.#pieces) {
      if (start >= until) break;
      if (!audio) continue;
      const end = Math.min(to, until);
      for (let at = Math.max(start, from); at < end; at++) stereo[(at - from) * 2 + 1] = audio[at - start]!;
    }
    this.#pieces = this.#pieces.filter(({ to }) => to > until);
  }
}
