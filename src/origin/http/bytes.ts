/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/**
 * Reads a stream to its end, or one byte further than so many. Rejects when the stream fails. The rest is left where it
 * is, for the caller to cancel: a form of the platform's own that is cancelled throws where nobody can catch it.
 */
export async function readUpTo(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = stream.getReader();
  for (let part = await reader.read(); part.value; part = await reader.read()) {
    const chunk = part.value.subarray(0, maxBytes + 1 - size);
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break;
  }
  reader.releaseLock();
  return concat(chunks, size);
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
