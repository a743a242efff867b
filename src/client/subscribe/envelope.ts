import { EventKind, type WireEnvelope } from '../../protocol/envelope.ts';
import { isPresenceName } from '../../protocol/names.ts';
import { isTimetoken } from '../../protocol/timetoken.ts';
import { isRecord } from '../wire/read.ts';

/** Checks the members of an entry that delivery needs. */
export function isEnvelope(entry: unknown): entry is WireEnvelope {
  return (
    isRecord(entry) &&
    typeof entry['c'] === 'string' &&
    isRecord(entry['p']) &&
    isTimetoken(entry['p']['t']) &&
    'd' in entry &&
    (entry['b'] === undefined || typeof entry['b'] === 'string')
  );
}

/** Whether history stores entries of this kind. */
export function isStored({ c, e = EventKind.message }: WireEnvelope): boolean {
  return (e === EventKind.message && !isPresenceName(c)) || e === EventKind.file;
}
