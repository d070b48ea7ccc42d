/** One file of an archive. */
export interface TarFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Permission bits; 0o644 unless told. */
  readonly mode?: number;
}

const BLOCK = 512;

/**
 * A tar archive (POSIX.1-2017 pax, ustar interchange format) that depends on nothing but its files: owner root, one time
 * for all, in seconds since 1970. Folders are not listed: who unpacks makes them. Throws for paths over 100 bytes.
 */
export function tar(files: readonly TarFile[], time: number): Uint8Array<ArrayBuffer> {
  const size = files.reduce((sum, { bytes }) => sum + BLOCK + padded(bytes.length), 2 * BLOCK);
  const archive = new Uint8Array(size);
  let at = 0;
  for (const { path, bytes, mode = 0o644 } of files) {
    archive.set(header(path, { size: bytes.length, mode, time }), at);
    archive.set(bytes, at + BLOCK);
    at += BLOCK + padded(bytes.length);
  }
  return archive;
}

/** Compresses by gzip (RFC 1952), the same bytes for the same input. */
export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function header(path: string, { size, mode, time }: { size: number; mode: number; time: number }): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const text = (value: string, at: number) => void block.set(new TextEncoder().encode(value), at);
  const octal = (value: number, at: number, digits: number) => text(value.toString(8).padStart(digits, "0"), at);
  if (new TextEncoder().encode(path).length > 100) throw new Error(`Cannot archive ${path}: up to 100 bytes expected`);
  text(path, 0);
  octal(mode, 100, 7);
  octal(0, 108, 7); // owner and group: root
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(time, 136, 11);
  text(" ".repeat(8), 148);
  text("0", 156); // a plain file
  text("ustar\x0000", 257);
  text("root", 265);
  text("root", 297);
  octal(block.reduce((sum, byte) => sum + byte, 0), 148, 6);
  text("\0 ", 154);
  return block;
}
