#!/bin/sh
# Records the prompts beside this file: audio/record.sh. Needs flite, sox and deno.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

# record NAME WORDS: speaks, band-limits, levels, trims and encodes as 8 kHz mono mu-law.
voice=slt
record() {
  flite -voice "$voice" --setf duration_stretch=1.05 -t "$2" -o "$work/spoken.wav"
  # To 8 kHz, without what a telephone does not carry.
  sox "$work/spoken.wav" -b 32 "$work/narrow.wav" gain -6 rate -v 8000 highpass 150
  # 80 ms of silence at either end, and short fades into it.
  sox "$work/narrow.wav" "$work/trimmed.wav" silence 1 0.005 0.15% reverse silence 1 0.005 0.15% reverse
  sox "$work/trimmed.wav" "$work/faded.wav" fade h 0.005 -0 0.02 pad 0.08 0.075
  # RMS level to -20 dBFS, which leaves the peaks of this voice 7 to 10 dB below full scale.
  rms=$(sox "$work/faded.wav" -n stats 2>&1 | awk '/^RMS lev dB/ { print -20 - $4 }')
  sox "$work/faded.wav" "$work/levelled.wav" gain "$rms"
  sox "$work/levelled.wav" -t raw -e mu-law -b 8 -D "$work/data"
  DATA="$work/data" WAV="$1.wav" deno eval '
    import { TELEPHONY } from "../src/audio/format.ts";
    import { writeWav } from "../src/audio/wav.ts";
    const data = Deno.readFileSync(Deno.env.get("DATA"));
    Deno.writeFileSync(Deno.env.get("WAV"), writeWav({ format: TELEPHONY, data }));'
  sox "$1.wav" -n stats 2>&1 | grep -E "DC|Pk lev|RMS lev|Length"
}

record welcome "Hello, and welcome. This is your Webex gateway speaking. How can I help you?"
record transferring "Transferring you to an agent. Please wait."
record goodbye "Thank you for calling. Goodbye!"
record error "I'm sorry, something went wrong. I am transferring you to an agent."
record default_response "Thank you. I heard you."
record no_input "I'm sorry, I did not hear anything. How can I help you?"

# What is said while an agent takes its time, and when it must be asked once more.
record one_moment "One moment, please."
record say_again "I'm sorry, I did not get that. Could you say it again, please?"

# The callers of `deno task call` and `deno task bench` have another voice.
voice=rms
record caller_booking "Hello, I would like to change my booking, please."
record caller_order "Where is my order? I have waited for a week."
