import { EventKind, type WireEnvelope } from '../../../protocol/envelope.ts';
import {
  compareTimetokens,
  type Timetoken,
  timetokenFromBigInt,
  timetokenToBigInt,
} from '../../../protocol/timetoken.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import type { Executor } from '../../request/execute.ts';
import { Turns } from '../../runtime/turns.ts';
import { later } from '../../subscribe/gaps.ts';
import { listChannelsInChannelGroup } from '../../subscribe/list-channels-in-channel-group.ts';
import { SENT, type Sealed, UNREADABLE } from '../../wire/encrypted.ts';
import { sizeOf } from '../../wire/read.ts';
import { fetchStored } from './fetch-messages.ts';
import type { FetchedMessage } from './fetched.ts';
import { type Asked, type Sharing, sharing } from './sharing.ts';

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
const PAGE_OF_MANY = 25;
/** What one read collects at most, in characters of JSON. */
const MOST_TEXT = 4 * 1024 * 1024;
const MOST_AT_ONCE = 4;
const INCLUDED = Object.freeze({ includeMeta: true, includeCustomMessageType: true });

/**
 * The history of a keyset, as envelopes (docs/reference/protocol.md, "Fetch messages"). Its methods reject with a
 * `PubNubError`.
 */
export class HistorySource {
  readonly #executor: Executor;
  readonly #turns = new Turns(MOST_AT_ONCE);
  #asked: Asked[] = [];

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** Reads a range. Only a few requests are under way at a time. */
  read(range: HistoryRange, signal: AbortSignal): Promise<HistoryRows> {
    return this.#turns.run(signal, () => this.#read(range, signal));
  }

  /**
   * As `read`. Ranges of several channels that begin alike and are asked for in one turn share requests: most channels have
   * less than a page.
   */
  readTogether(range: HistoryRange, signal: AbortSignal): Promise<HistoryRows> {
    return new Promise((settle) => {
      if (this.#asked.push({ range, signal, settle }) === 1) void Promise.resolve().then(() => this.#begin());
    });
  }

  /** The channels of a channel group. */
  async channelsOf(channelGroup: string, signal: AbortSignal): Promise<readonly string[]> {
    return (await this.#executor.call(listChannelsInChannelGroup, { channelGroup }, { signal })).channels;
  }

  #begin(): void {
    const asked = this.#asked;
    this.#asked = [];
    for (const together of sharing(asked)) {
      const [{ range, signal, settle }, ...others] = together;
      if (others.length === 0) settle(this.read(range, signal));
      else this.#share(together, signal);
    }
  }

  #share(together: Sharing, signal: AbortSignal): void {
    const pages = this.#turns.run(signal, () => this.#readPages(together));
    for (const { range, settle } of together)
      settle(pages.then((found) => found.get(range) ?? this.read(range, signal)));
  }

  // The ranges of which one page has everything.
  async #readPages(together: Sharing): Promise<ReadonlyMap<HistoryRange, HistoryRows>> {
    const [{ signal, range: first }] = together;
    const ranges = together.map(({ range }) => range);
    const asked = {
      channels: ranges.map(({ channel }) => channel),
      maximumPerChannel: PAGE_OF_MANY,
      start: next(ranges.map(({ upTo }) => upTo).reduce(later)),
      ...endOf(first.after),
      ...INCLUDED,
    };
    try {
      const { channels, more } = await this.#executor.call(fetchStored, asked, { signal });
      const found = new Map<HistoryRange, HistoryRows>();
      for (const range of ranges) {
        const { channel, after, upTo, most } = range;
        const page = channels[channel] ?? [];
        const within = page.filter(({ timetoken }) => isWithin(timetoken, after, next(upTo)));
        const rows = within.slice(-most).map(envelopeOf);
        if (rows.length === most) found.set(range, { rows, cutAt: rows[0]?.p.t });
        else if (page.length < PAGE_OF_MANY && !more) found.set(range, { rows, cutAt: undefined });
      }
      return found;
    } catch (error) {
      // Each for itself: one of them may be what the server refuses.
      if (PubNubError.is(error) && !error.retryable) return new Map();
      throw error;
    }
  }

  // Pages come newest first, each of them oldest first.
  async #read({ channel, after, upTo, most }: HistoryRange, signal: AbortSignal): Promise<HistoryRows> {
    const end = endOf(after);
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

function endOf(after: Timetoken | undefined): { readonly end?: Timetoken } {
  return after === undefined ? {} : { end: next(after) };
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
