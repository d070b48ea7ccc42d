/** What a window holds: nothing but background, something louder than it that may yet be noise, or speech. */
export type Sound = "background" | "unclear" | "speech";

/** Tells speech from everything else, one window after the other. Windows follow each other without gap or overlap. */
export interface SpeechDetector extends Disposable {
  /** Length of one window, in samples at 8 kHz. */
  readonly windowSamples: number;
  /** Where each window is put to be judged, as 16-bit samples at 8 kHz: from `windowAt` on. */
  readonly memory: Int16Array;
  readonly windowAt: number;
  /** Judges the window that has been put there. */
  judge(): Sound;
}
