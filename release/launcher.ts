import type { Need } from "../src/permissions/need.ts";
import { exactFlags, RUNTIME_VARIABLES, TOOLS } from "../src/permissions/profiles.ts";

/** What Deno looks for when it runs one file: nothing besides it. */
const ALONE = "--no-config --no-lock --no-remote --no-npm --deny-import";

/**
 * The part of a launcher (POSIX sh) that runs the program in `$folder`, with the flags of each command in the open. What
 * V8 made of the program is kept in `$DENO_DIR`, if that can be written: the next start is a quarter faster.
 * Whoever sets GATEWAY_FLAGS runs the gateway with others: what the command `permissions` prints. `set -f` keeps `*` and
 * `[` as they are.
 */
export function running(needs: readonly Need[]): string {
  return `set -f
GATEWAY_FLAGS=\${GATEWAY_FLAGS-'${exactFlags(needs).join(" ")}'} GATEWAY_LAUNCHER=$0
flags=$GATEWAY_FLAGS
case \${1-serve} in
${Object.entries(TOOLS).map(([name, flags]) => `  ${name}) flags='${flags.join(" ")}' ;;`).join("\n")}
esac
export GATEWAY_FLAGS GATEWAY_LAUNCHER DENO_DIR DENO_NO_UPDATE_CHECK=1
${Object.entries(RUNTIME_VARIABLES).map(([name, value]) => `export ${name}=\${${name}-${value}}`).join("\n")}
exec "$folder/deno" run ${ALONE} $flags "$folder/byova-gateway.js" "$@"
`;
}

/** Characters in which a part's place and length are written, so that the head is as long whatever they are. */
const SPAN = 18;

/** What the launcher of a packed file has to know of what is behind it. */
export interface Packed {
  /** The name of the folder that it is unpacked to: the same content, the same name. */
  readonly id: string;
  /** As `uname -sm` says it. */
  readonly platform: string;
  /** What must be there for Deno to run at all, such as the C library's loader; "" for nothing. */
  readonly loader: string;
  /** The files that run, each with its `cksum`: the sum and the size in bytes. */
  readonly sums: readonly { readonly path: string; readonly sum: number; readonly size: number }[];
  /** How long the gzipped parts are, in bytes: the two halves of Deno, and a tar of all else. */
  readonly parts: readonly [number, number, number];
}

/**
 * The head of a packed file: unpacks what follows it once, into a folder that only its user can read, and runs it. Deno
 * comes in two halves, so that two cores unpack it. The head asks for sh, head, tail, gzip, tar, mktemp, cksum and uname,
 * and needs no variable of the environment.
 */
export function packedHead(
  { id, platform, loader, sums, parts }: Packed,
  title: string,
  needs: readonly Need[],
): string {
  const kept = sums.map(({ path, sum, size }) => `${sum} ${size} ${path}`).join("\n");
  const body = `#!/bin/sh
# ${title}
# This file is readable up to its last line of text; compressed parts follow: Deno, and a tar of the program, proto, audio.
umask 077
cannot() {
  echo "byova-gateway: cannot start: $*" >&2
  exit 1
}
[ "$(uname -sm)" = '${platform}' ] || cannot "this file is for ${platform}, and this machine is $(uname -sm)"
${loader === "" ? "" : `[ -e ${loader} ] || cannot "${loader} is missing: Deno needs glibc 2.27 or later"\n`}
remedy="name a folder for it: GATEWAY_UNPACK_DIR=/var/lib/byova-gateway $0"
cache=\${GATEWAY_UNPACK_DIR:-\${XDG_CACHE_HOME:-\${HOME:+$HOME/.cache}}}
[ -n "\${GATEWAY_UNPACK_DIR:-}" ] || cache=\${cache:+$cache/byova-gateway}
[ -n "$cache" ] || cache=\${TMPDIR:-/tmp}/byova-gateway-$(id -u)
folder=$cache/${id}

whole() {
  [ -d "$folder" ] && [ "$(cd "$folder" && cksum deno byova-gateway.js 2>/dev/null)" = '${kept}' ]
}
part() {
  tail -c "+$1" "$0" | head -c "$2" | gzip -dc
}
unpack() {
  mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] || cannot "$cache cannot be written: $remedy"
  [ -O "$cache" ] && [ ! -L "$cache" ] || cannot "$cache belongs to somebody else: $remedy"
  new=$(mktemp -d "$cache/.new.XXXXXXXX") || cannot "$cache cannot be written: $remedy"
  trap 'rm -rf "$new"' EXIT
  trap 'exit 1' HUP INT TERM
  part @0 >"$new/deno" &
  part @1 >"$new/deno.end" &
  part @2 | tar -xf - -C "$new" && wait && cat "$new/deno.end" >>"$new/deno" && rm "$new/deno.end" &&
    chmod 755 "$new/deno" ||
    cannot "$cache has no room for it (110 MB), or this file is damaged: $remedy"
  whole || [ ! -d "$folder" ] || mv "$folder" "$new/damaged" 2>/dev/null
  [ -d "$folder" ] || mv "$new" "$folder" 2>/dev/null
  rm -rf "$new" "$folder"/.new.* "$folder/damaged"
  trap - EXIT HUP INT TERM
  # Three versions are kept: folders of others, the oldest first, go.
  ls -1dt "$cache"/*/ | tail -n +4 | while IFS= read -r old; do rm -rf "$old"; done
}
if ! whole; then
  [ ! -d "$folder" ] || echo "byova-gateway: $folder is damaged: unpacking it again" >&2
  unpack
  whole || cannot "$folder is not what was packed: $remedy"
fi
[ -x "$folder/deno" ] || cannot "programs may not be run from $cache (mounted noexec?): $remedy"
DENO_DIR=$folder/cache
${running(needs)}`;
  let at = new TextEncoder().encode(body).length + parts.length * (SPAN - "@0".length) + 1;
  return parts.reduce((text, size, which) => {
    const span = `${at} ${size}`.padEnd(SPAN);
    at += size;
    return text.replace(`@${which}`, span);
  }, body);
}

/** The CRC of POSIX `cksum` (IEEE Std 1003.1-2017): the polynomial 0x04C11DB7 over the bytes and their count. */
export function cksum(bytes: Uint8Array): number {
  let crc = 0;
  for (let at = 0; at < bytes.length; at++) crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ bytes[at]!]!;
  for (let size = bytes.length; size > 0; size = Math.floor(size / 256)) {
    crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ (size & 0xff)]!;
  }
  return ~crc >>> 0;
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});
