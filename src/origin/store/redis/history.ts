import type { HistoryQuery, HistoryStore, StampRange, Stored, StoredEntry } from '../history.ts';
import type { Stamp } from '../stamp.ts';
import type { Calls } from './calls.ts';
import { listOf, numberOf, textsOf } from './reply.ts';

/** The history of one shard in Redis. */
export class RedisHistory implements HistoryStore {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  async read(
    channels: readonly string[],
    { from, to, max, reverse }: HistoryQuery,
  ): Promise<ReadonlyMap<string, readonly StoredEntry[]>> {
    const found = new Map<string, readonly StoredEntry[]>();
    if (channels.length === 0) return found;
    const args = [from, to, max, reverse ? 1 : 0, ...channels];
    const lists = listOf(await this.#calls.read('history.read', args));
    for (const [index, channel] of channels.entries()) {
      const entries = storedOf(textsOf(lists[index]));
      if (entries.length > 0) found.set(channel, entries);
    }
    // The newest come in the opposite order.
    if (!reverse) for (const [channel, entries] of found) found.set(channel, entries.toReversed());
    return found;
  }

  async count(channels: readonly string[], ranges: readonly StampRange[]): Promise<readonly number[]> {
    const args = channels.flatMap((channel, index) => {
      const { from = '', to = '' } = ranges[index] ?? {};
      return [channel, from, to];
    });
    return args.length > 0 ? listOf(await this.#calls.read('history.count', args)).map(numberOf) : [];
  }

  async remove(channel: string, { from, to }: StampRange): Promise<void> {
    while (numberOf(await this.#calls.call('history.remove', [channel, from, to])) === 0);
  }
}

function storedOf(flat: readonly string[]): readonly StoredEntry[] {
  const entries: StoredEntry[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) entries.push(entryOf(flat[at] ?? '', flat[at + 1] ?? ''));
  return entries;
}

function entryOf(tt: Stamp, data: string): StoredEntry {
  // The data of a publication, as an origin has written it.
  const { payload, publisher, meta, kind, customMessageType } = JSON.parse(data) as Stored;
  return { tt, payload, publisher, meta, kind, customMessageType };
}
