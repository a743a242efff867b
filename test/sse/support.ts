import type { SseEvent, Subscriber } from 'timetoken/sse';

/** What waits in a stream now, as text; a read that finds nothing is given up. */
export class StreamReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';
  ended = false;
  error: unknown;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** Reads until the text holds a part, or the stream ends. */
  async until(part: string): Promise<string> {
    while (!this.#text.includes(part) && !this.ended) await this.#more();
    return this.#text;
  }

  /** Reads to the end. */
  async rest(): Promise<string> {
    while (!this.ended) await this.#more();
    return this.#text;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }

  async #more(): Promise<void> {
    try {
      const { done, value } = await this.#reader.read();
      this.ended = done;
      this.#text += this.#decoder.decode(value, { stream: true });
    } catch (error) {
      this.ended = true;
      this.error = error;
    }
  }
}

/** A subscriber's events until it ends. */
export async function all<P>(subscriber: Subscriber<P>): Promise<readonly SseEvent[]> {
  const events: SseEvent[] = [];
  for await (const event of subscriber) events.push(event);
  return events;
}

/** The data of a subscriber's events until it ends. */
export async function dataOf<P>(subscriber: Subscriber<P>): Promise<readonly string[]> {
  return (await all(subscriber)).map(({ data }) => data);
}

/** A stream of some texts or bytes. */
export function streamOf(...chunks: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks)
        controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
      controller.close();
    },
  });
}
