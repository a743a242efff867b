import type { HistoryRange, HistoryRows } from './history-source.ts';

/** Ranges that share a request. */
export type Sharing = readonly [Asked, ...Asked[]];

/** A range that was asked for. */
export interface Asked {
  readonly range: HistoryRange;
  readonly signal: AbortSignal;
  readonly settle: (rows: Promise<HistoryRows>) => void;
}

// What one request asks for: no more than an answer can hold, and an address.
const MOST_CHANNELS = 20;
const MOST_CHARACTERS = 4_000;

/** Puts ranges together that may share a request: of one start and one signal, no channel twice. */
export function sharing(asked: readonly Asked[]): readonly Sharing[] {
  const all: { readonly together: [Asked, ...Asked[]]; readonly names: Set<string>; left: number }[] = [];
  for (const one of asked) {
    const { channel, after } = one.range;
    const length = encodeURIComponent(channel).length + 1;
    const open = all.find(({ together: [{ range, signal }], names, left }) => {
      const isAlike = range.after === after && signal === one.signal;
      return isAlike && names.size < MOST_CHANNELS && left >= length && !names.has(channel);
    });
    if (open) {
      open.together.push(one);
      open.names.add(channel);
      open.left -= length;
    } else all.push({ together: [one], names: new Set([channel]), left: MOST_CHARACTERS - length });
  }
  return all.map(({ together }) => together);
}
