import { convert } from "../../audio/convert.ts";
import { type Audio, TELEPHONY } from "../../audio/format.ts";
import { wavHeader } from "../../audio/wav.ts";
import type { CallInfo, ConnectorDeps } from "../../call/connector.ts";
import type { Say } from "../../call/output.ts";
import { OneVoiceRecording } from "../../recording/one_voice.ts";
import type { LexConfig } from "./options.ts";
import { partName, Parts } from "./parts.ts";

/**
 * Writes what went to Lex and what came back, in a file for each side and in parts where it is long; what is sensitive as
 * silence.
 */
export class AudioLog {
  readonly #heard: Parts;
  readonly #spoken: Parts | undefined;

  constructor(readonly call: CallInfo, { audio_logging: options }: LexConfig, deps: ConnectorDeps) {
    const mostBytes = options.max_file_size - wavHeader(TELEPHONY, 0).length;
    const record = (source: string) => {
      const name = options.filename_format.replaceAll("{source}", source);
      const open = (part: number) =>
        new OneVoiceRecording(call, options.output_dir, deps, { name: partName(name, part) });
      return new Parts(open, mostBytes);
    };
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
