import { isRecord, sentence, unknownName } from '../origin/checks.ts';
import { kindOf } from '../protocol/names.ts';
import { isTimetoken, type Timetoken, timetokenToBigInt } from '../protocol/timetoken.ts';
import { importOnNode } from './node-only.ts';
import { eventProblem, isRecordedType, RECORDED_TYPES, type RecordedType } from './recorded-members.ts';

/** A recording for `network.replay()`: its path, its `file:` URL, or its lines. */
export type Recording = string | URL | Iterable<string> | AsyncIterable<string>;

/** The members of a line, not checked. */
export type Line = Readonly<Record<string, unknown>>;

/** One line of a recording that can be played. */
export interface RecordedEvent {
  readonly type: RecordedType;
  readonly channel: string;
  /** The group or wildcard that matched. */
  readonly subscription: string | undefined;
  /** The publish timetoken. */
  readonly timetoken: Timetoken;
  /** Milliseconds after the first event. */
  readonly offset: number;
  readonly line: Line;
}

const VERSION = 1;
const HEADER = ['type', 'version', 'channels', 'channelGroups'];
const TICKS_PER_MILLISECOND = 10_000;
/** The members that an event must have, beside channel and timetoken. */
const NEEDED = {
  message: ['message'],
  signal: ['message'],
  presence: ['event'],
  messageAction: ['event', 'data'],
  objects: ['message'],
  file: ['file'],
} as const;

/** Reads a recording and checks all of it. Rejects with a `TypeError` that names the invalid line. */
export async function readRecording(recording: Recording): Promise<readonly RecordedEvent[]> {
  const name = nameOf(recording);
  const lines = await linesOf(recording, name);
  const last = lines.at(-1)?.number;
  const [header, ...others] = lines.map(({ text, number }) => {
    const at = { number, name, isLast: number === last };
    return { line: parse(text, at), at };
  });
  if (!header) throw new TypeError(`${name} is empty: it has no header.`);
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

/** The lines that are not blank, with their numbers. */
async function linesOf(recording: Recording, name: string) {
  const lines: { readonly text: string; readonly number: number }[] = [];
  let number = 0;
  for await (const text of await sourceOf(recording, name)) {
    number++;
    if (typeof text !== 'string') throw wrong({ number, name }, `it is not a string, but ${kindOf(text)}`);
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
      'network.replay() takes a path or lines. Split a text into its lines: text.split("\\n").',
    );
  const { readFile } = (await importOnNode('network.replay() of a path', 'node:fs/promises')) as FileSystem;
  const text = await readFile(recording, 'utf8').catch((cause: unknown) => {
    const error = new TypeError(`${name} cannot be read: ${Object(cause).message}`, { cause });
    throw Object.assign(error, { code: Object(cause).code });
  });
  return text.split('\n');
}

// What the import above resolves to.
type FileSystem = Pick<typeof import('node:fs/promises'), 'readFile'>;

function iterable(recording: unknown): Iterable<unknown> | AsyncIterable<unknown> {
  const lines = Object(recording);
  if (typeof (lines[Symbol.asyncIterator] ?? lines[Symbol.iterator]) === 'function') return lines;
  throw new TypeError(
    `network.replay() takes the path or the lines of a recording, not ${kindOf(recording)}.`,
  );
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
  if (isRecord(line)) return line;
  throw wrong(at, 'it is not a JSON object');
}

function checkHeader({ type, version, ...line }: Line, at: Place): void {
  if (type !== 'recording')
    throw wrong(at, `a recording begins with {"type":"recording","version":${VERSION}}`);
  if (version !== VERSION)
    throw wrong(at, `its version is ${String(version)}, and only version ${VERSION} is supported`);
  const unknown = unknownName(line, HEADER, 'a member of the first line');
  if (unknown !== undefined) throw wrong(at, unknown);
}

function event(line: Line, at: Place, begin: (timetoken: Timetoken) => Timetoken): RecordedEvent {
  const { type, channel, subscription, timetoken } = line;
  if (!isRecordedType(type))
    throw wrong(at, `the type ${JSON.stringify(type)} is not one of ${RECORDED_TYPES.join(', ')}`);
  if (channel === undefined || channel === '') throw wrong(at, 'it names no channel');
  if (typeof timetoken === 'number')
    throw wrong(at, 'its timetoken is a number: only a string keeps all digits');
  if (!isTimetoken(timetoken)) throw wrong(at, 'its timetoken is not a string of digits');
  const missing = NEEDED[type].find((name) => line[name] === undefined);
  if (missing !== undefined) throw wrong(at, `a ${type} needs a member "${missing}"`);
  const problem = eventProblem(type, line);
  if (problem !== undefined) throw wrong(at, problem);
  const ticks = Number(timetokenToBigInt(timetoken) - timetokenToBigInt(begin(timetoken)));
  return {
    // `eventProblem` has checked the name.
    ...{ type, channel: channel as string, timetoken, line },
    subscription: typeof subscription === 'string' ? subscription : undefined,
    offset: Math.max(0, ticks / TICKS_PER_MILLISECOND),
  };
}

function wrong({ number, name }: Omit<Place, 'isLast'>, why: string, cause?: unknown): TypeError {
  const message = `${name} cannot be played: line ${number} is invalid, ${why}`;
  return new TypeError(sentence(message), cause === undefined ? undefined : { cause });
}
