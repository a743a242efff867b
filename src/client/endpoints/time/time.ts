import { PNOperationType } from '../../../protocol/status.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import { defineEndpoint, type Params } from '../../endpoint.ts';

/** `time()` has no parameters. */
export interface TimeParams extends Params {}

/** Result of `time()`. */
export interface TimeResult {
  /** The server's clock. */
  readonly timetoken: Timetoken;
}

/** `GET /time/0` (docs/reference/protocol.md, "Time"). */
export const time = defineEndpoint<TimeParams, TimeResult>({
  operation: PNOperationType.PNTimeOperation,
  params: {},
  path: () => '/time/0',
  auth: 'none',
  retry: 'safe',
  parse: ({ text }) => {
    // The wire sends a bare number, whose last digits JSON.parse would round: it is read from the text.
    const timetoken = /^\s*\[\s*"?(\d{1,19})"?\s*\]\s*$/.exec(text)?.[1];
    if (timetoken === undefined) throw new TypeError('expected an array with one timetoken');
    return { timetoken };
  },
});
