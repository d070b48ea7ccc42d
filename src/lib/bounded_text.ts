/** The text of a response's body. Throws Error when it is longer than `most` bytes; then the rest is not read. */
export async function boundedText(response: Response, most: number): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    if (bytes > most) throw new Error(`at most ${most} bytes expected: received more`);
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}
