import { tt } from './loop-machine.ts';

/** A stored message as history has it; `at` is the small number of its timetoken. */
export interface StoredRow {
  readonly at: number;
  readonly channel?: string;
  readonly [member: string]: unknown;
}

/** A request for a part of a history, with small numbers for timetokens. */
export interface HistoryRead {
  readonly channel: string;
  readonly max: number;
  /** Exclusive end of the range. */
  readonly start: number | undefined;
  /** Inclusive begin of it. */
  readonly end: number | undefined;
}

type Response = [status: number, body: unknown];

/** A history and its channel groups, answering as the protocol says: the newest of a range, the oldest of them first. */
export class StoredHistory {
  rows: StoredRow[];
  groups: Readonly<Record<string, readonly string[]>> = {};
  readonly reads: HistoryRead[] = [];
  /** Statuses that the next reads are refused with. */
  readonly refusals: number[] = [];

  constructor(rows: readonly StoredRow[] = []) {
    this.rows = [...rows];
  }

  /** The answer to a request. */
  answer(address: string): Response {
    const { pathname, searchParams } = new URL(address);
    const name = decodeURIComponent(pathname.split('/').at(-1) ?? '');
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return [refusal, { error: true, status: refusal, error_message: 'No.' }];
    if (pathname.includes('/channel-group/'))
      return [
        200,
        { status: 200, error: false, payload: { channels: this.groups[name] ?? [], group: name } },
      ];
    const read: HistoryRead = {
      channel: name,
      max: Number(searchParams.get('max')),
      start: countIn(searchParams.get('start')),
      end: countIn(searchParams.get('end')),
    };
    this.reads.push(read);
    const names = decodeURIComponent(name).split(',');
    const max = Math.min(read.max, names.length === 1 ? 100 : 25);
    const channels = Object.fromEntries(
      names.map((channel) => [channel, this.#page({ ...read, channel, max })]),
    );
    return [200, { status: 200, error: false, error_message: '', channels }];
  }

  #page({ channel, max, start = Number.POSITIVE_INFINITY, end = 0 }: HistoryRead): readonly unknown[] {
    return this.rows
      .filter((row) => (row.channel ?? 'a') === channel && row.at < start && row.at >= end)
      .sort((a, b) => a.at - b.at)
      .slice(-max)
      .map(({ at, channel: _, ...members }) => ({ message: at, timetoken: tt(at), ...members }));
  }
}

/** Rows at small numbers, each with its number as payload. */
export function rowsAt(counts: readonly number[], channel = 'a'): readonly StoredRow[] {
  return counts.map((at) => ({ at, channel }));
}

/** Whole numbers from the first to the last. */
export function range(first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

function countIn(timetoken: string | null): number | undefined {
  return timetoken === null ? undefined : Number(BigInt(timetoken) - BigInt(tt(0)));
}
