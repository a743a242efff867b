import { didYouMean, kindOf } from '../client/builder/did-you-mean.ts';
import { isTimetoken, type Timetoken, timetokenToBigInt } from '../protocol/timetoken.ts';
import { eventProblem, isRecordedType, RECORDED_TYPES, type RecordedType } from './recorded-members.ts';

/** What `network.replay()` plays: the path or `file:` URL of a recording, or its lines. */
export type Recording = string | URL | Iterable<string> | AsyncIterable<string>;

/** The members of a line, as they were written. */
export type Line = Readonly<Record<string, unknown>>;

/** One line of a recording that can be played. */
export interface RecordedEvent {
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
const HEADER = ['type', 'version', 'channels', 'channelGroups'];
const TICKS_PER_MILLISECOND = 10_000;
/** The members that an event cannot do without, beside its place. */
const NEEDED = {
  message: ['message'],
  signal: ['message'],
  presence: ['event'],
  messageAction: ['event', 'data'],
  objects: ['message'],
  file: ['file'],
} as const;

/** Reads and checks a recording whole. Rejects with a `TypeError` that names the line which is no part of one. */
export async function readRecording(recording: Recording): Promise<readonly RecordedEvent[]> {
  const name = nameOf(recording);
  const lines = await linesOf(recording, name);
  const last = lines.at(-1)?.number;
  const [header, ...others] = lines.map(({ text, number }) => {
    const at = { number, name, isLast: number === last };
    return { line: parse(text, at), at };
  });
  if (!header) throw new TypeError(`${name} is empty: not even a header is in it.`);
  checkHeader(header.line, header.at);
  let first: Timetoken | undefined;
  return others
    .filter(({ line }) => line['type'] !== 'gap')
    .map(({ line, at }) => event(line, at, (timetoken) => (first ??= timetoken)));
}

interface Place {
  readonly number: number;
  readonly name: string;
  readonly isLast: boolean;
}

/** The lines that are not blank, by their number. */
async function linesOf(recording: Recording, name: string) {
  const lines: { readonly text: string; readonly number: number }[] = [];
  let number = 0;
  for await (const text of await sourceOf(recording, name)) {
    number++;
    if (typeof text !== 'string') throw wrong({ number, name }, `it is no text, but ${kindOf(text)}`);
    if (text.trim() !== '') lines.push({ text: text.replace(/^\uFEFF/, ''), number });
  }
  return lines;
}

async function sourceOf(
  recording: Recording,
  name: string,
): Promise<Iterable<unknown> | AsyncIterable<unknown>> {
  if (typeof recording !== 'string' && !(recording instanceof URL)) return iterable(recording);
  if (typeof recording === 'string' && /^\s*\{|\n/.test(recording))
    throw new TypeError(
      'network.replay() takes a path or lines. Of a text, give the lines: text.split("\\n").',
    );
  const { readLines } = await import('./recording-file.ts');
  return readLines(recording).catch((cause: unknown) => {
    const error = new TypeError(`${name} cannot be read: ${Object(cause).message}`, { cause });
    throw Object.assign(error, { code: Object(cause).code });
  });
}

function iterable(recording: unknown): Iterable<unknown> | AsyncIterable<unknown> {
  const lines = Object(recording);
  if (typeof (lines[Symbol.asyncIterator] ?? lines[Symbol.iterator]) === 'function') return lines;
  const what = `not ${kindOf(recording)}`;
  throw new TypeError(`network.replay() plays a recording: give its path, or its lines, ${what}.`);
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
    const cut = at.isLast && at.number > 1 ? ': the recording ends in the middle of it' : '';
    throw wrong(at, `it is not JSON${cut}`, cause);
  }
  if (typeof line === 'object' && line !== null && !Array.isArray(line)) return { ...line };
  throw wrong(at, 'it is not a JSON object');
}

function checkHeader({ type, version, ...line }: Line, at: Place): void {
  if (type !== 'recording')
    throw wrong(at, `a recording begins with {"type":"recording","version":${VERSION}}`);
  if (version !== VERSION)
    throw wrong(at, `it is of version ${String(version)}, and only version ${VERSION} is known here`);
  const unknown = Object.keys(line).find((name) => !HEADER.includes(name));
  if (unknown === undefined) return;
  const meant = didYouMean(unknown, HEADER).replace(/\.$/, '');
  throw wrong(at, `the first line has no member "${unknown}"${meant}`);
}

function event(line: Line, at: Place, begin: (timetoken: Timetoken) => Timetoken): RecordedEvent {
  const { type, channel, subscription, timetoken } = line;
  if (!isRecordedType(type))
    throw wrong(at, `the type ${JSON.stringify(type)} is none of ${RECORDED_TYPES.join(', ')}`);
  if (channel === undefined || channel === '') throw wrong(at, 'it names no channel');
  if (typeof timetoken === 'number')
    throw wrong(at, 'its timetoken is a number: only a string keeps all digits');
  if (!isTimetoken(timetoken)) throw wrong(at, 'its timetoken is no string of digits');
  const missing = NEEDED[type].find((name) => line[name] === undefined);
  if (missing !== undefined) throw wrong(at, `a ${type} has a member "${missing}"`);
  const problem = eventProblem(type, line);
  if (problem !== undefined) throw wrong(at, problem);
  const ticks = Number(timetokenToBigInt(timetoken) - timetokenToBigInt(begin(timetoken)));
  return {
    // It has been found to be a name.
    ...{ type, channel: channel as string, timetoken, line },
    subscription: typeof subscription === 'string' ? subscription : undefined,
    offset: Math.max(0, ticks / TICKS_PER_MILLISECOND),
  };
}

function wrong({ number, name }: Omit<Place, 'isLast'>, why: string, cause?: unknown): TypeError {
  const message = `${name} cannot be played: line ${number} is wrong, ${why}.`;
  return cause === undefined ? new TypeError(message) : new TypeError(message, { cause });
}
