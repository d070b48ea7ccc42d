/** What a window holds: nothing but background, something louder than it that may yet be noise, or speech. */
export type Sound = "background" | "unclear" | "speech";

/** Tells speech from everything else, one window after the other. Windows follow each other without gap or overlap. */
export interface SpeechDetector extends Disposable {
  /** Length of one window, in samples at 8 kHz. */
  readonly windowSamples: number;
  /** Judges the next window of 16-bit samples at 8 kHz. The detector keeps no reference to `window`. */
  judge(window: Int16Array): Sound;
}
