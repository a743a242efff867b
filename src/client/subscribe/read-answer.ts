import type { WireGap } from '../../protocol/envelope.ts';
import { isTimetoken } from '../../protocol/timetoken.ts';
import { isRecord } from '../read.ts';
import type { LoopAnswer } from './state.ts';

/**
 * Reads the answer of a subscribe request (docs/reference/protocol.md, "Subscribe"). Throws a `SyntaxError` or
 * `TypeError` where it is none of the protocol's; single entries are checked when they are delivered.
 */
export function readAnswer(text: string): LoopAnswer {
  const body: unknown = JSON.parse(text);
  if (!isRecord(body)) throw new TypeError('expected an object');
  const { t: cursor, m: entries, g: gaps } = body;
  if (!isRecord(cursor) || !Array.isArray(entries)) throw new TypeError('expected an object with t and m');
  const { t: timetoken, r: region } = cursor;
  if (typeof timetoken === 'number' || hasBareTimetoken(entries))
    return readAnswer(withQuotedTimetokens(text));
  if (!isTimetoken(timetoken)) throw new TypeError('expected a timetoken in t.t');
  if (region !== undefined && typeof region !== 'number') throw new TypeError('expected a number in t.r');
  return {
    cursor: { timetoken, region: region ?? 0 },
    entries,
    gaps: Array.isArray(gaps) ? gaps.filter(isGap) : undefined,
  };
}

// The wire sends timetokens as strings; what sends numbers has lost their last digits by the time they are parsed.
function hasBareTimetoken(entries: readonly unknown[]): boolean {
  const first: unknown = entries[0];
  return isRecord(first) && isRecord(first['p']) && typeof first['p']['t'] === 'number';
}

function withQuotedTimetokens(text: string): string {
  return text.replace(/("t"\s*:\s*)(\d{1,19})(?=\s*[,}])/g, '$1"$2"');
}

function isGap(value: unknown): value is WireGap {
  return (
    isRecord(value) &&
    typeof value['c'] === 'string' &&
    isTimetoken(value['from']) &&
    isTimetoken(value['to'])
  );
}
