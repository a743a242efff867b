import type { Reminder } from '../../errors/hints.ts';
import type { Logger } from '../../runtime/logger.ts';
import { jsonOrText } from '../../wire/json.ts';

const TEXT =
  'a message is a text that holds JSON, and arrives as a text: publish the value itself, without JSON.stringify()';
const UNHEARD =
  'something was received, and nothing listens: add a listener, or read messages() of the subscription';

/** The reminder of one client. */
export function reminderOf(logger: Logger): Reminder {
  let isTextTold = false;
  let hasReceived = false;
  return {
    sent(operation, payload) {
      if (isTextTold || !isJsonText(payload)) return;
      isTextTold = true;
      logger.warn?.(TEXT, { operation });
    },
    // A program that listens at its first event knows how.
    received(channel, isHeard) {
      if (hasReceived) return;
      hasReceived = true;
      if (!isHeard()) logger.warn?.(UNHEARD, { channel });
    },
  };
}

/** `true` for the text of a JSON object or array. */
function isJsonText(value: unknown): boolean {
  return typeof value === 'string' && /^\s*[[{]/.test(value) && typeof jsonOrText(value) === 'object';
}
