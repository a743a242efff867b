import { isTimetoken, type Timetoken, timetokenToBigInt } from '../protocol/timetoken.ts';

/** What `network.replay()` plays: the path or `file:` URL of a recording, or its lines. */
export type Recording = string | URL | Iterable<string> | AsyncIterable<string>;

/** The members of a line, as they were written. */
export type Line = Readonly<Record<string, unknown>>;

/** One line of a recording that can be played. */
export interface RecordedEvent {
  /** The name of the event, as listeners have it. */
  readonly type: RecordedType;
  readonly channel: string;
  /** The group or wildcard that matched. */
  readonly subscription: string | undefined;
  /** When it was published. */
  readonly timetoken: Timetoken;
  /** Milliseconds after the first event. */
  readonly offset: number;
  readonly line: Line;
}

const VERSION = 1;
const TICKS_PER_MILLISECOND = 10_000;
/** The events that can be played, with the members that they cannot do without. */
const TYPES = {
  message: ['message'],
  signal: ['message'],
  presence: ['event'],
  messageAction: ['event', 'data'],
  objects: ['message'],
  file: ['file'],
} as const;
type RecordedType = keyof typeof TYPES;

/** Reads a recording whole. Rejects with a `TypeError` that names the line which is no part of one. */
export async function readRecording(recording: Recording): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  let first: Timetoken | undefined;
  let number = 0;
  let begun = false;
  for await (const text of await linesOf(recording)) {
    number++;
    if (text.trim() === '') continue;
    const at = { number, name: nameOf(recording) };
    const line = parse(text.replace(/^\uFEFF/, ''), at);
    if (!begun) checkHeader(line, at);
    else if (line['type'] !== 'gap') events.push(event(line, at, (timetoken) => (first ??= timetoken)));
    begun = true;
  }
  if (!begun) throw new TypeError(`${nameOf(recording)} is empty: not even a header is in it.`);
  return events;
}

interface Place {
  readonly number: number;
  readonly name: string;
}

async function linesOf(recording: Recording): Promise<Iterable<string> | AsyncIterable<string>> {
  if (typeof recording !== 'string' && !(recording instanceof URL)) return recording;
  const { readLines } = await import('./recording-file.ts');
  return readLines(recording);
}

function nameOf(recording: Recording): string {
  return typeof recording === 'string' || recording instanceof URL
    ? `The recording ${String(recording)}`
    : 'The recording';
}

function parse(text: string, at: Place): Line {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (cause) {
    throw wrong(at, 'it is not JSON', cause);
  }
  if (typeof line === 'object' && line !== null && !Array.isArray(line)) return { ...line };
  throw wrong(at, 'it is not a JSON object');
}

function checkHeader({ type, version }: Line, at: Place): void {
  if (type !== 'recording')
    throw wrong(at, `a recording begins with {"type":"recording","version":${VERSION}}`);
  if (version !== VERSION)
    throw wrong(at, `it is of version ${String(version)}, and only version ${VERSION} is known here`);
}

function event(line: Line, at: Place, begin: (timetoken: Timetoken) => Timetoken): RecordedEvent {
  const { type, channel, subscription, timetoken } = line;
  if (!isType(type))
    throw wrong(at, `the type ${JSON.stringify(type)} is none of ${Object.keys(TYPES).join(', ')}`);
  if (typeof channel !== 'string' || channel === '') throw wrong(at, 'it names no channel');
  if (typeof timetoken === 'number')
    throw wrong(at, 'its timetoken is a number: only a string keeps all digits');
  if (!isTimetoken(timetoken)) throw wrong(at, 'its timetoken is no string of digits');
  const missing = TYPES[type].find((name) => line[name] === undefined);
  if (missing !== undefined) throw wrong(at, `a ${type} has a member "${missing}"`);
  const ticks = Number(timetokenToBigInt(timetoken) - timetokenToBigInt(begin(timetoken)));
  return {
    ...{ type, channel, timetoken, line },
    subscription: typeof subscription === 'string' ? subscription : undefined,
    offset: Math.max(0, ticks / TICKS_PER_MILLISECOND),
  };
}

function isType(type: unknown): type is RecordedType {
  return typeof type === 'string' && Object.hasOwn(TYPES, type);
}

function wrong({ number, name }: Place, why: string, cause?: unknown): TypeError {
  const message = `${name} cannot be played: line ${number} is wrong, ${why}.`;
  return cause === undefined ? new TypeError(message) : new TypeError(message, { cause });
}
