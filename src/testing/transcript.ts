import { check, listOf, OBJECT } from './checks.ts';
import type { TestRequest } from './test-request.ts';

/** One request and what became of it. */
export interface TranscriptEntry
  extends Pick<TestRequest, 'operation' | 'channels' | 'channelGroups' | 'userId'> {
  /** When it came, in milliseconds of the network's clock. */
  readonly time: number;
  readonly method: string;
  /** `true` for a subscribe request that asks where to start. */
  readonly handshake: boolean;
  /**
   * A status; a fault's name; `reset` when the connection broke; `lost` when the machine slept; `aborted` when the client
   * gave it up; `open` while it is not answered.
   */
  readonly outcome: string;
}

/** A request on its way. */
export interface Exchange {
  readonly request: TestRequest;
  readonly entry: { -readonly [Name in keyof TranscriptEntry]: TranscriptEntry[Name] };
}

/** What went over the network, in order. */
export class Transcript {
  readonly #entries: Exchange['entry'][] = [];

  /** A request came. */
  open(request: TestRequest, time: number): Exchange {
    const { operation, channels, channelGroups, userId, method, handshake } = request;
    const entry = { time, operation, method, channels, channelGroups, userId, handshake, outcome: 'open' };
    this.#entries.push(entry);
    return { request, entry };
  }

  get entries(): readonly TranscriptEntry[] {
    return this.#entries.map((entry) => ({ ...entry }));
  }

  clear(): void {
    this.#entries.length = 0;
  }
}

/** Lines that are worth reading when a test has failed. */
const PRINTED = 50;

/** A transcript as lines for people: `+1500 ms  alice  publish room → 200`. Of a long one, the end. */
export function printTranscript(entries: readonly TranscriptEntry[]): string {
  check('printTranscript(): entries', entries, listOf(OBJECT));
  const [first] = entries;
  if (!first) return '  (no request was made)';
  const left = entries.length - PRINTED;
  const lines = entries.slice(-PRINTED).map((entry) => `  ${lineOf(entry, first.time)}`);
  return [...(left > 0 ? [`  (${left} before)`] : []), ...lines].join('\n');
}

function lineOf(entry: TranscriptEntry, start: number): string {
  const { time, userId, operation, handshake, channels, channelGroups, outcome } = entry;
  const names = [...channels, ...channelGroups.map((group) => `group ${group}`)].join(', ');
  const what = `${operation}${handshake ? ' (handshake)' : ''}${names ? ` ${names}` : ''}`;
  return `+${Math.round(time - start)} ms  ${userId ?? '-'}  ${what} → ${outcome}`;
}
