import {
  compareTimetokens,
  type Timetoken,
  timetokenFromBigInt,
  timetokenToBigInt,
} from '../../../protocol/timetoken.ts';
import type { Values } from '../../endpoint.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import type { Given } from '../../given.ts';
import { type FetchMessagesParams, fetchMessages, pageSizeOf } from './fetch-messages.ts';
import type { FetchMessagesResult } from './fetched.ts';

/**
 * The messages of all channels, page by page, backwards in time. The first page is asked for all channels at once; then
 * each channel that has more goes on by itself, one after the other and round again: each is at another place in time.
 */
export async function* messagePages(
  ask: (given: Given) => Promise<FetchMessagesResult>,
  given: Given,
): AsyncGenerator<FetchMessagesResult, void, undefined> {
  const first = await ask(given);
  // The first request would not have been sent if this were not what the endpoint declares.
  const values = given as Values<FetchMessagesParams>;
  const places = new Map<string, Timetoken>();
  const note = (channel: string, place: Timetoken | undefined) =>
    place === undefined ? places.delete(channel) : places.set(channel, place);
  for (const channel of values.channels) note(channel, placeAfter(first, channel, pageSizeOf(values)));
  if (hasMessages(first)) yield first;
  while (places.size > 0) {
    for (const [channel, start] of places) {
      const step = { ...values, channels: [channel], start, ...floorOf(values) };
      const page = await ask(step);
      const place = placeAfter(page, channel, pageSizeOf(step));
      if (place !== undefined && compareTimetokens(place, start) >= 0) throw standstill();
      note(channel, place);
      if (hasMessages(page)) yield page;
    }
  }
}

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

function standstill(): PubNubError {
  const { operation } = fetchMessages;
  return new PubNubError(
    'PN-4001',
    `${operation} failed: the next page is not older than the one before it.`,
    {
      operation,
    },
  );
}
