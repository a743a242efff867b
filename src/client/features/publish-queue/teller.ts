import type { PubNubError } from '../../errors/pubnub-error.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { PublishQueueOptions, QueuedMessage } from './types.ts';

/** Tells of what no promise tells. */
export type Tell = (error: PubNubError, message: QueuedMessage) => void;

/** Tells the handler of the program, or the log if there is none; a handler that fails hurts nobody. */
export function tellerOf(onError: PublishQueueOptions['onError'], logger: Logger | undefined): Tell {
  const failed = (error: unknown) => logger?.error?.('onError of a publish queue failed', { error });
  return (error, message) => {
    if (!onError) return void logger?.error?.('publish queue', { error, key: message.key });
    try {
      // A handler may be asynchronous, and anything may call itself a promise.
      Promise.resolve(onError(error, message)).catch(failed);
    } catch (thrown) {
      failed(thrown);
    }
  };
}
