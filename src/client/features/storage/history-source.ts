import { EventKind, type WireEnvelope } from '../../../protocol/envelope.ts';
import {
  compareTimetokens,
  type Timetoken,
  timetokenFromBigInt,
  timetokenToBigInt,
} from '../../../protocol/timetoken.ts';
import type { Executor } from '../../request/execute.ts';
import { Turns } from '../../runtime/turns.ts';
import { listChannelsInChannelGroup } from '../../subscribe/list-channels-in-channel-group.ts';
import { SENT, type Sealed, UNREADABLE } from '../../wire/encrypted.ts';
import { sizeOf } from '../../wire/read.ts';
import { fetchStored } from './fetch-messages.ts';
import type { FetchedMessage } from './fetched.ts';

/** A part of the history of a channel. */
export interface HistoryRange {
  readonly channel: string;
  /** Exclusive start; everything without it. */
  readonly after?: Timetoken;
  /** Inclusive end. */
  readonly upTo: Timetoken;
  /** The newest so many messages, at most. */
  readonly most: number;
}

/** What history holds of a range. */
export interface HistoryRows {
  /** Oldest first. */
  readonly rows: readonly WireEnvelope[];
  /** Everything above this timetoken is there; older rows were left out. `undefined` if nothing was. */
  readonly cutAt: Timetoken | undefined;
}

const PAGE = 100;
/** What one read collects at most, in characters of JSON. */
const MOST_TEXT = 4 * 1024 * 1024;
const MOST_CHANNELS_AT_ONCE = 4;
const INCLUDED = Object.freeze({ includeMeta: true, includeCustomMessageType: true });

/**
 * The history of a keyset, as envelopes (docs/reference/protocol.md, "Fetch messages"). Its methods reject with a
 * `PubNubError`.
 */
export class HistorySource {
  readonly #executor: Executor;
  readonly #turns = new Turns(MOST_CHANNELS_AT_ONCE);

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** Reads a range. Only a few are read at a time. */
  read(range: HistoryRange, signal: AbortSignal): Promise<HistoryRows> {
    return this.#turns.run(signal, () => this.#read(range, signal));
  }

  /** The channels of a channel group. */
  async channelsOf(channelGroup: string, signal: AbortSignal): Promise<readonly string[]> {
    return (await this.#executor.call(listChannelsInChannelGroup, { channelGroup }, { signal })).channels;
  }

  // Pages come newest first, each of them oldest first.
  async #read({ channel, after, upTo, most }: HistoryRange, signal: AbortSignal): Promise<HistoryRows> {
    const end = after === undefined ? {} : { end: next(after) };
    let rows: WireEnvelope[] = [];
    let size = 0;
    for (let start = next(upTo); ; ) {
      const wanted = Math.min(PAGE, most - rows.length);
      const asked = { channels: [channel], maximumPerChannel: wanted, start, ...end, ...INCLUDED };
      const { channels, more } = await this.#executor.call(fetchStored, asked, { signal });
      const page = (channels[channel] ?? []).filter(({ timetoken }) => isWithin(timetoken, after, start));
      rows = [...page.map(envelopeOf), ...rows];
      size += page.reduce((sum, { message }) => sum + sizeOf(message), 0);
      const oldest = page[0]?.timetoken;
      // A page that is not older than the one before it would be asked for for ever.
      if (oldest === undefined || (page.length < wanted && !more)) return { rows, cutAt: undefined };
      if (rows.length >= most || size >= MOST_TEXT) return { rows, cutAt: oldest };
      start = oldest;
    }
  }
}

function isWithin(timetoken: Timetoken, after: Timetoken | undefined, before: Timetoken): boolean {
  const isLater = after === undefined || compareTimetokens(timetoken, after) > 0;
  return isLater && compareTimetokens(timetoken, before) < 0;
}

function next(timetoken: Timetoken): Timetoken {
  return timetokenFromBigInt(timetokenToBigInt(timetoken) + 1n);
}

function envelopeOf(row: Sealed<FetchedMessage>): Sealed<WireEnvelope> {
  const { channel, timetoken, message, messageType, customMessageType, uuid, meta, error } = row;
  return {
    c: channel,
    d: message,
    p: { t: timetoken, r: 0 },
    ...(messageType === EventKind.file && { e: EventKind.file }),
    ...(uuid !== undefined && { i: uuid }),
    ...(meta !== undefined && { u: meta }),
    ...(customMessageType !== undefined && { cmt: customMessageType }),
    [SENT]: row[SENT],
    ...(error && { [UNREADABLE]: error }),
  };
}
