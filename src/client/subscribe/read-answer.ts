import type { WireGap } from '../../protocol/envelope.ts';
import { isTimetoken } from '../../protocol/timetoken.ts';
import { exactIntegers } from '../wire/exact-integers.ts';
import { isRecord, timetokenOf } from '../wire/read.ts';
import type { LoopAnswer } from './state.ts';

const TIMETOKENS = [
  ['t', 't'],
  ['m', '*', 'p', 't'],
  ['m', '*', 'o', 't'],
] as const;

interface Parts {
  readonly cursor: Readonly<Record<string, unknown>>;
  readonly entries: readonly unknown[];
  readonly gaps: unknown;
}

/**
 * Reads the answer of a subscribe request (docs/reference/protocol.md, "Subscribe"). Throws a `SyntaxError` or
 * `TypeError` where it is none of the protocol's; single entries are checked when they are delivered.
 */
export function readAnswer(text: string): LoopAnswer {
  const body: unknown = JSON.parse(text);
  const parts = partsOf(body);
  // The wire sends timetokens as strings; what sends numbers has lost their last digits by the time they are parsed.
  const { cursor, entries, gaps } = hasBareTimetoken(parts)
    ? partsOf(exactIntegers({ body, text }, TIMETOKENS))
    : parts;
  const { t, r: region } = cursor;
  const timetoken = timetokenOf(t);
  if (region !== undefined && typeof region !== 'number') throw new TypeError('expected a number in t.r');
  return {
    cursor: { timetoken, region: region ?? 0 },
    entries,
    gaps: Array.isArray(gaps) ? gaps.filter(isGap) : undefined,
  };
}

function partsOf(body: unknown): Parts {
  if (!isRecord(body)) throw new TypeError('expected an object');
  const { t: cursor, m: entries, g: gaps } = body;
  if (!isRecord(cursor) || !Array.isArray(entries)) throw new TypeError('expected an object with t and m');
  return { cursor, entries, gaps };
}

function hasBareTimetoken({ cursor, entries: [first] }: Parts): boolean {
  if (typeof cursor['t'] === 'number') return true;
  return isRecord(first) && isRecord(first['p']) && typeof first['p']['t'] === 'number';
}

function isGap(value: unknown): value is WireGap {
  return (
    isRecord(value) &&
    [value['c'], value['w'], value['g']].filter((name) => typeof name === 'string').length === 1 &&
    isTimetoken(value['from']) &&
    isTimetoken(value['to'])
  );
}
