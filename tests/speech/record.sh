#!/bin/sh
# Records the speech and the noises beside this file: tests/speech/record.sh. Needs flite, espeak-ng, sox and deno.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

# finish NAME LEVEL: sets the RMS level of $work/sound.wav, in dBFS, and writes it as 8 kHz mono mu-law.
finish() {
  gain=$(sox "$work/sound.wav" -n stats 2>&1 | awk -v level="$2" '/^RMS lev dB/ { print level - $4 }')
  sox "$work/sound.wav" -t raw -e mu-law -b 8 -D "$work/data" gain "$gain"
  DATA="$work/data" WAV="$1.wav" deno eval '
    import { TELEPHONY } from "../../src/audio/format.ts";
    import { writeWav } from "../../src/audio/wav.ts";
    const data = Deno.readFileSync(Deno.env.get("DATA"));
    Deno.writeFileSync(Deno.env.get("WAV"), writeWav({ format: TELEPHONY, data }));'
}

# say VOICE WORDS: speaks into $work/sound.wav, in a telephone's band and without silence at the ends.
say() {
  if [ "$1" = espeak ]; then espeak-ng -v en-gb -s 165 -w "$work/spoken.wav" "$2"
  else flite -voice "$1" -t "$2" -o "$work/spoken.wav"; fi
  sox "$work/spoken.wav" -b 32 "$work/narrow.wav" gain -6 rate -v 8000 highpass 200 lowpass 3400
  sox "$work/narrow.wav" "$work/trimmed.wav" silence 1 0.005 0.3% reverse silence 1 0.005 0.3% reverse
  sox "$work/trimmed.wav" "$work/sound.wav" fade h 0.005 -0 0.01
}

for voice in slt rms awb espeak; do
  say $voice "I would like to change my booking."
  cp "$work/sound.wav" "$work/$voice.wav"
  finish ${voice}_booking -22
  say $voice "Can I speak to a person, please?"
  finish ${voice}_person -22
done
say slt "Yes, that is right."
finish slt_yes -22
say rms "No, thank you. That was all."
finish rms_no -22
cp "$work/slt.wav" "$work/sound.wav"
finish slt_booking_quiet -52

# Everybody at once, forwards and backwards, each starting somewhere else.
layers=
for voice in slt rms awb espeak; do
  sox "$work/$voice.wav" "$work/$voice.forwards.wav" norm -12 repeat 3 trim 0.3 3
  sox "$work/$voice.wav" "$work/$voice.backwards.wav" norm -12 reverse speed 0.9 rate -v 8000 repeat 3 trim 0.7 3
  layers="$layers $work/$voice.forwards.wav $work/$voice.backwards.wav"
done
sox -m $layers "$work/sound.wav" highpass 200 lowpass 3400
finish noise_babble -30

noise() {
  name=$1
  shift
  sox -R -n -r 8000 -c 1 -b 32 "$work/sound.wav" synth 3 "$@"
  finish "$name" -30
}
noise noise_white whitenoise gain -12
noise noise_pink pinknoise gain -12
noise noise_car brownnoise gain -12 highpass 30 lowpass 800

# Ringing as heard in North America: 440 and 480 Hz, two seconds of six.
sox -n -r 8000 -c 1 -b 32 "$work/ring.wav" synth 2 sine 440 synth 2 sine mix 480 gain -12
sox "$work/ring.wav" "$work/sound.wav" fade t 0.005 -0 0.005 pad 0 4
finish ringback -24
