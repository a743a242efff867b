import type { PubNubError } from '../../errors/pubnub-error.ts';
import { isBytes } from '../../runtime/bytes.ts';

interface StreamLimits {
  /** What the stream fails with, of what was thrown or is the signal's reason. */
  readonly failure: (thrown: unknown) => PubNubError;
  /** Its reason ends the stream early. */
  readonly signal: AbortSignal;
  /** Called with the bytes of each piece. */
  readonly count: (bytes: number) => void;
  /** Called when nothing more will be read. */
  readonly end: () => void;
}

/** The same stream within limits: it fails with a `PubNubError`, also while nobody reads, and tells when it is over. */
export function limited(
  stream: ReadableStream<Uint8Array>,
  { failure, signal, count, end }: StreamLimits,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let abort: () => void;
  const stop = async (reason?: unknown) => {
    signal.removeEventListener('abort', abort);
    end();
    // What has failed already fails again.
    await reader.cancel(reason).catch(() => undefined);
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        abort = () => {
          controller.error(failure(signal.reason));
          void stop(signal.reason);
        };
        signal.addEventListener('abort', abort);
        // Some transports answer when nobody waits any more.
        if (signal.aborted) abort();
      },
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (signal.aborted) return;
          if (!done) {
            if (!isBytes(value)) throw new TypeError('the transport gives something else than bytes');
            count(value.byteLength);
            controller.enqueue(value);
            return;
          }
          controller.close();
          await stop();
        } catch (error) {
          await stop(error);
          throw failure(signal.aborted ? signal.reason : error);
        }
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
}
