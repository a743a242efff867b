import type { HistoryRange, HistoryRows } from './history-source.ts';

/** Ranges that share a request. */
export type Sharing = readonly [Asked, ...Asked[]];

/** A range that was asked for. */
export interface Asked {
  readonly range: HistoryRange;
  readonly signal: AbortSignal;
  readonly settle: (rows: Promise<HistoryRows>) => void;
}

// Of each a page, which an answer can hold.
const MOST_CHANNELS = 20;

/** Puts ranges together that may share a request: of one start and one signal, no channel twice. */
export function sharing(asked: readonly Asked[]): readonly Sharing[] {
  const all: [Asked, ...Asked[]][] = [];
  for (const one of asked) {
    const { after, channel } = one.range;
    const open = all.find(
      (together) =>
        together.length < MOST_CHANNELS &&
        together[0].signal === one.signal &&
        together[0].range.after === after &&
        !together.some(({ range }) => range.channel === channel),
    );
    if (open) open.push(one);
    else all.push([one]);
  }
  return all;
}
