import type { Outgoing } from './message.ts';

/** The answer that a stream is the body of. */
export interface StreamOptions {
  /** Bytes that were announced to the client; `undefined` if none were. */
  readonly length: number | undefined;
  /** The client does not read as fast as the stream brings bytes. */
  onStall(): void;
}

/**
 * Sends a stream as the body of an answer. It is read no faster than the client reads, so that one chunk is held. Breaks
 * the connection when the stream fails or has another length than was announced. Never rejects.
 */
export async function sendStream(
  response: Outgoing,
  stream: ReadableStream<Uint8Array>,
  { length, onStall }: StreamOptions,
): Promise<void> {
  const reader = stream.getReader();
  let wake: (() => void) | undefined;
  response.on('drain', () => wake?.());
  response.once('close', () => {
    wake?.();
    // The client is gone, or the stream is at its end already. A read that is under way ends.
    reader.cancel().catch(() => undefined);
  });
  try {
    let size = 0;
    for (let part = await reader.read(); part.value; part = await reader.read()) {
      size += part.value.length;
      if (response.destroyed || size > (length ?? size)) break;
      if (response.write(part.value)) continue;
      onStall();
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (size === (length ?? size)) response.end();
    else response.destroy();
  } catch {
    response.destroy();
  }
}
