import { EventKind, type WireEnvelope } from '../../../protocol/envelope.ts';
import {
  compareTimetokens,
  type Timetoken,
  timetokenFromBigInt,
  timetokenToBigInt,
} from '../../../protocol/timetoken.ts';
import type { Executor } from '../../request/execute.ts';
import type { HistoryRange, HistoryRows, HistorySource } from '../../subscribe/history-source.ts';
import { listChannelsInChannelGroup } from '../../subscribe/list-channels-in-channel-group.ts';
import { UNREADABLE } from '../../wire/encrypted.ts';
import { fetchMessages } from './fetch-messages.ts';
import type { FetchedMessage } from './fetched.ts';

const PAGE = 100;
/** What one read collects at most, in characters of JSON. */
const MOST_TEXT = 4 * 1024 * 1024;

/** The history of a keyset, as the subscribe loop reads it (docs/reference/protocol.md, "Fetch messages"). */
export function historySource(executor: Executor): HistorySource {
  return {
    read: (range, signal) => readRange(executor, range, signal),
    async channelsOf(channelGroup, signal) {
      return (await executor.call(listChannelsInChannelGroup, { channelGroup }, { signal })).channels;
    },
  };
}

// Pages come newest first, each of them oldest first.
async function readRange(
  executor: Executor,
  { channel, after, upTo, most }: HistoryRange,
  signal: AbortSignal,
): Promise<HistoryRows> {
  const end = after === undefined ? {} : { end: next(after) };
  let rows: WireEnvelope[] = [];
  let size = 0;
  for (let start = next(upTo); ; ) {
    const wanted = Math.min(PAGE, most - rows.length);
    const asked = { channels: [channel], maximumPerChannel: wanted, start, ...end, ...INCLUDED };
    const { channels, more } = await executor.call(fetchMessages, asked, { signal });
    const page = (channels[channel] ?? []).filter(({ timetoken }) => isWithin(timetoken, after, start));
    rows = [...page.map(envelopeOf), ...rows];
    size += page.reduce((sum, { message }) => sum + (JSON.stringify(message)?.length ?? 0), 0);
    const oldest = page[0]?.timetoken;
    // A page that is not older than the one before it would be asked for for ever.
    if (oldest === undefined || (page.length < wanted && !more)) return { rows, cutAt: undefined };
    if (rows.length >= most || size >= MOST_TEXT) return { rows, cutAt: oldest };
    start = oldest;
  }
}

const INCLUDED = Object.freeze({ includeMeta: true, includeCustomMessageType: true });

function isWithin(timetoken: Timetoken, after: Timetoken | undefined, before: Timetoken): boolean {
  const isLater = after === undefined || compareTimetokens(timetoken, after) > 0;
  return isLater && compareTimetokens(timetoken, before) < 0;
}

function next(timetoken: Timetoken): Timetoken {
  return timetokenFromBigInt(timetokenToBigInt(timetoken) + 1n);
}

function envelopeOf(row: FetchedMessage): WireEnvelope {
  const { channel, timetoken, message, messageType, customMessageType, uuid, meta, error } = row;
  return {
    c: channel,
    d: message,
    p: { t: timetoken, r: 0 },
    ...(messageType === EventKind.file && { e: EventKind.file }),
    ...(uuid !== undefined && { i: uuid }),
    ...(meta !== undefined && { u: meta }),
    ...(customMessageType !== undefined && { cmt: customMessageType }),
    ...(error && { [UNREADABLE]: error }),
  };
}
