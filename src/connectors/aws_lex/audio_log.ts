import { convert } from "../../audio/convert.ts";
import { type Audio, TELEPHONY } from "../../audio/format.ts";
import type { CallInfo, ConnectorDeps } from "../../call/connector.ts";
import type { Say } from "../../call/output.ts";
import { OneVoiceRecording } from "../../recording/one_voice.ts";
import type { LexConfig } from "./options.ts";

/** Writes what went to Lex and what came back, in a file for each side; what is sensitive as silence. */
export class AudioLog {
  readonly #heard: OneVoiceRecording;
  readonly #spoken: OneVoiceRecording | undefined;

  constructor(readonly call: CallInfo, { audio_logging: options }: LexConfig, deps: ConnectorDeps) {
    const record = (source: string) =>
      new OneVoiceRecording(call, options.output_dir, deps, {
        name: options.filename_format.replaceAll("{source}", source),
        mostBytes: options.max_file_size,
      });
    this.#heard = record("wxcc");
    this.#spoken = options.log_all_audio ? record("aws") : undefined;
  }

  /** The caller's side. */
  heard(audio: Audio): void {
    this.#heard.add(convert(audio, TELEPHONY).data, this.call.sensitive);
  }

  /** The bot's side, as the telephone plays it. */
  spoken({ audio }: Say): void {
    if (audio) this.#spoken?.add(audio.data, this.call.sensitive);
  }

  async finish(): Promise<void> {
    await this.#heard.finish();
    await this.#spoken?.finish();
  }
}
