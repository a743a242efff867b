import type { BodyBytes, TransportRequest } from './transport.ts';

/** The bytes of one request on their way out. */
export interface Upload {
  /** The bytes to send. It is read no faster than it is taken, and fails if the upload ends early. */
  readonly stream: ReadableStream<Uint8Array>;
  /** The request is over: cancels the source, unless it has come to its end. May be called again. */
  end(): void;
}

/**
 * Opens a body. Its source is always cancelled when no more bytes are wanted: when the signal aborts, when the sending side
 * cancels, or at `end()`.
 *
 * A pipe does not promise that: it first waits until the chunk that it has read is taken, which never happens when the
 * request ends before it is connected, or against a server that does not read. The source is therefore read and cancelled
 * here, also while it makes its next chunk.
 */
export function uploadOf(
  body: BodyBytes,
  { signal, onProgress }: Pick<TransportRequest, 'signal' | 'onProgress'>,
): Upload {
  const source = body.stream().getReader();
  let sending: ReadableStreamDefaultController<Uint8Array> | undefined;
  let over = false;
  let loaded = 0;
  let told = 0;
  const finish = () => {
    over = true;
    signal.removeEventListener('abort', abort);
  };
  const stop = (reason: unknown) => {
    if (over) return;
    finish();
    sending?.error(reason);
    // A source whose `cancel()` fails goes on, which does no harm.
    source.cancel(reason).catch(() => undefined);
  };
  const abort = () => stop(signal.reason);
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        sending = controller;
      },
      async pull(controller) {
        // The chunk before has been taken, or there would be no call for the next one.
        if (loaded > told) onProgress?.(loaded);
        told = loaded;
        const { done, value } = await source.read();
        if (over) return;
        if (done) {
          finish();
          return controller.close();
        }
        loaded += value.byteLength;
        controller.enqueue(value);
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  return { stream, end: () => stop(new Error('The request was over before all of its body was sent.')) };
}
