import {
  compareTimetokens,
  type Timetoken,
  timetokenFromBigInt,
  timetokenToBigInt,
} from '../../../protocol/timetoken.ts';
import type { Paging } from '../../builder/paging.ts';
import type { Values } from '../../endpoint.ts';
import { distinct } from '../../wire/values.ts';
import { type FetchMessagesParams, pageSizeOf } from './fetch-messages.ts';
import type { FetchMessagesResult } from './fetched.ts';

/**
 * The messages of all channels, page by page, backwards in time. The first page is asked for all channels at once; then
 * each channel that has more goes on by itself, one after the other and round again: each is at another place in time.
 */
export const messagePaging: Paging<FetchMessagesParams, FetchMessagesResult> = {
  place: ['channels', 'start', 'end'],
  pageIn: (_asked, answer) => (hasMessages(answer) ? answer : undefined),
  next: (asked, answer) =>
    distinct(asked.channels).flatMap((channel) => {
      const start = placeAfter(answer, channel, pageSizeOf(asked));
      return start === undefined ? [] : [{ channels: [channel], start, ...floorOf(asked) }];
    }),
};

/** Where a channel goes on; nothing when all of it has been seen. */
function placeAfter(
  { channels, more }: FetchMessagesResult,
  channel: string,
  pageSize: number,
): Timetoken | undefined {
  const messages = channels[channel] ?? [];
  return messages.length >= pageSize || more ? (messages[0]?.timetoken ?? more?.start) : undefined;
}

// `start` and `end` may come in either order, and only `end` counts. Here `start` moves, so that the other must stay
// below it: what is after `start` is what is from its successor on.
function floorOf({ start, end }: Values<FetchMessagesParams>): { readonly end?: Timetoken } {
  if (start === undefined || end === undefined || compareTimetokens(start, end) >= 0) return {};
  return { end: timetokenFromBigInt(timetokenToBigInt(start) + 1n) };
}

function hasMessages({ channels }: FetchMessagesResult): boolean {
  return Object.values(channels).some((messages) => messages && messages.length > 0);
}
