import type { WireGap } from '../../protocol/envelope.ts';
import { isTimetoken } from '../../protocol/timetoken.ts';
import { isRecord } from '../read.ts';
import type { LoopAnswer } from './state.ts';

interface Body {
  readonly cursor: Readonly<Record<string, unknown>>;
  readonly entries: readonly unknown[];
  readonly gaps: unknown;
}

/**
 * Reads the answer of a subscribe request (docs/reference/protocol.md, "Subscribe"). Throws a `SyntaxError` or
 * `TypeError` where it is none of the protocol's; single entries are checked when they are delivered.
 */
export function readAnswer(text: string): LoopAnswer {
  const body = parse(text);
  const { cursor, entries, gaps } = hasBareTimetoken(body) ? withTimetokensOf(body, text) : body;
  const { t: timetoken, r: region } = cursor;
  if (!isTimetoken(timetoken)) throw new TypeError('expected a timetoken in t.t');
  if (region !== undefined && typeof region !== 'number') throw new TypeError('expected a number in t.r');
  return {
    cursor: { timetoken, region: region ?? 0 },
    entries,
    gaps: Array.isArray(gaps) ? gaps.filter(isGap) : undefined,
  };
}

function parse(text: string): Body {
  const body: unknown = JSON.parse(text);
  if (!isRecord(body)) throw new TypeError('expected an object');
  const { t: cursor, m: entries, g: gaps } = body;
  if (!isRecord(cursor) || !Array.isArray(entries)) throw new TypeError('expected an object with t and m');
  return { cursor, entries, gaps };
}

// The wire sends timetokens as strings; what sends numbers has lost their last digits by the time they are parsed.
function hasBareTimetoken({ cursor, entries: [first] }: Body): boolean {
  if (typeof cursor['t'] === 'number') return true;
  return isRecord(first) && isRecord(first['p']) && typeof first['p']['t'] === 'number';
}

// The text is parsed once more with quotes around them. Only timetokens are taken from there: a publisher's own `t`
// stays the number that it is.
function withTimetokensOf({ entries, gaps }: Body, text: string): Body {
  const quoted = parse(text.replace(/("t"\s*:\s*)(\d{1,19})(?=\s*[,}])/g, '$1"$2"'));
  const repaired = entries.map((entry, index) => {
    const exact = quoted.entries[index];
    if (!isRecord(entry) || !isRecord(exact)) return entry;
    return { ...entry, p: exact['p'], ...(exact['o'] !== undefined && { o: exact['o'] }) };
  });
  return { cursor: quoted.cursor, entries: repaired, gaps };
}

function isGap(value: unknown): value is WireGap {
  return (
    isRecord(value) &&
    typeof value['c'] === 'string' &&
    isTimetoken(value['from']) &&
    isTimetoken(value['to'])
  );
}
