import type { Timetoken } from '../../protocol/timetoken.ts';
import { defineEndpoint, type Params } from '../endpoint.ts';
import { exactIntegers } from '../wire/exact-integers.ts';
import { expected, listAt, timetokenOf } from '../wire/read.ts';

/** `time()` has no parameters. */
export interface TimeParams extends Params {}

/** Result of `time()`. */
export interface TimeResult {
  /** The server's clock. */
  readonly timetoken: Timetoken;
}

/** `GET /time/0` (docs/reference/protocol.md, "Time"). */
export const time = defineEndpoint<TimeParams, TimeResult>({
  operation: 'PNTimeOperation',
  params: {},
  path: () => '/time/0',
  auth: 'none',
  retry: 'safe',
  parse: (answer) => {
    // The wire sends a bare number, whose last digits JSON.parse would round.
    const [timetoken, ...others] = listAt(exactIntegers(answer, [[0]]));
    return others.length === 0 ? { timetoken: timetokenOf(timetoken) } : expected('one timetoken');
  },
});
