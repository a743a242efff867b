import { check, listOf, OBJECT } from '../origin/checks.ts';
import type { TestRequest } from './test-request.ts';

/** One request and its outcome. */
export interface TranscriptEntry
  extends Pick<TestRequest, 'operation' | 'channels' | 'channelGroups' | 'userId'> {
  /** The time of the request, in milliseconds of the network's clock. */
  readonly time: number;
  readonly method: string;
  /** `true` for the subscribe request that asks for a first cursor. */
  readonly handshake: boolean;
  /**
   * A status; the name of a fault; `reset`: the connection broke; `lost`: the machine slept; `aborted`: the client gave the
   * request up; `open`: there is no answer yet.
   */
  readonly outcome: string;
}

/** A request with its entry in the transcript. */
export interface Exchange {
  readonly request: TestRequest;
  readonly entry: { -readonly [Name in keyof TranscriptEntry]: TranscriptEntry[Name] };
}

/** The requests on the network, in order. */
export class Transcript {
  readonly #entries: Exchange['entry'][] = [];

  /** Adds a request. */
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

/** Lines that are printed, at most. */
const MAX_LINES = 50;

/** Prints a transcript as lines: `+1500 ms  alice  publish room → 200`. Of a long one, only the end. */
export function printTranscript(entries: readonly TranscriptEntry[]): string {
  check('printTranscript(): entries', entries, listOf(OBJECT));
  const [first] = entries;
  if (!first) return '  (no request was made)';
  const left = entries.length - MAX_LINES;
  const lines = entries.slice(-MAX_LINES).map((entry) => `  ${lineOf(entry, first.time)}`);
  return [...(left > 0 ? [`  (${left} earlier)`] : []), ...lines].join('\n');
}

function lineOf(entry: TranscriptEntry, start: number): string {
  const { time, userId, operation, handshake, channels, channelGroups, outcome } = entry;
  const names = [...channels, ...channelGroups.map((group) => `group ${group}`)].join(', ');
  const what = `${operation}${handshake ? ' (handshake)' : ''}${names ? ` ${names}` : ''}`;
  return `+${Math.round(time - start)} ms  ${userId ?? '-'}  ${what} → ${outcome}`;
}
