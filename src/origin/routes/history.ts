import { json, ok, Refusal } from '../http/answer.ts';
import type { Query } from '../http/request.ts';
import type { StampRange, StoredEntry } from '../store/history.ts';
import { HIGHEST_STAMP, type Stamp, timetokenOf, ZERO_STAMP } from '../store/stamp.ts';
import {
  channelOf,
  countOf,
  isOn,
  needsOnChannel,
  refuseInvalid,
  shardOf,
  splitNames,
  stampOfText,
} from './read.ts';
import type { Call, Route } from './route.ts';

const MAX_ENTRIES = 100;
const MAX_CHANNELS = 500;
const DONE = '"status": 200, "error": false, "error_message": ""';
const EMPTY: StampRange = { from: HIGHEST_STAMP, to: ZERO_STAMP };

/** The messages of one channel (docs/reference/protocol.md, "History"). */
export const history: Route = {
  operation: 'history',
  method: 'GET',
  path: '/v2/history/sub-key/{subscribeKey}/channel/{channel}',
  needs: needsOnChannel('read'),
  async handle(call) {
    const { query } = call;
    const shard = await shardOf(call);
    const channel = channelOf(call);
    const bounds = boundsOf(query);
    const max = countOf(query, 'count', { min: 1, max: MAX_ENTRIES });
    if (!bounds || max === undefined) throw invalidArguments();
    const reverse = isOn(query, 'reverse');
    const found = await shard.history.read([channel], { ...rangeOf(bounds, reverse), max, reverse });
    const entries = found.get(channel) ?? [];
    return ok(answerText(entries, { query, reverse, maxBytes: call.services.limits.answerBytes }));
  },
};

/** Deletes messages of one channel (docs/reference/protocol.md, "Delete messages"). */
export const deleteMessages: Route = {
  operation: 'delete-messages',
  method: 'DELETE',
  path: '/v3/history/sub-key/{subscribeKey}/channel/{channel}',
  needs: needsOnChannel('delete'),
  async handle(call) {
    const shard = await shardOf(call);
    const channel = channelOf(call);
    const bounds = boundsOf(call.query);
    if (!bounds) throw invalidArguments();
    await shard.history.remove(channel, rangeOf(bounds, false));
    return ok(`{${DONE}}`);
  },
};

/** The number of messages after a timetoken (docs/reference/protocol.md, "Message counts"). */
export const messageCounts: Route = {
  operation: 'message-counts',
  method: 'GET',
  path: '/v3/history/sub-key/{subscribeKey}/message-counts/{channels}',
  needs: needsToReadChannels,
  async handle(call) {
    const shard = await shardOf(call);
    const channels = channelsOf(call);
    const starts = startsOf(call.query, channels.length);
    const ranges = channels.map((_, index) =>
      rangeOf({ start: starts[index % starts.length], end: undefined }, true),
    );
    const counts = await shard.history.count(channels, ranges);
    return channelsAnswer(channels.map((channel, index) => [channel, `${counts[index] ?? 0}`]));
  },
};

/** The storage service's shape of an error; calls that answer by channel have an empty `channels`. */
export function invalidArguments(frame: { readonly channels?: object } = {}): Refusal {
  return new Refusal(json(400, { status: 400, error: true, error_message: 'Invalid Arguments', ...frame }));
}

/** The channels of the path. Throws a `Refusal` if there are none, too many, or invalid ones. */
export function channelsOf({ segment }: Call): readonly string[] {
  const channels = splitNames(segment('channels'));
  if (channels.length === 0 || channels.length > MAX_CHANNELS) throw invalidArguments({ channels: {} });
  refuseInvalid('channels', channels);
  return channels;
}

/** Reading all channels of the path. */
export function needsToReadChannels(call: Call): ReturnType<Route['needs']> {
  return [{ resource: 'channels', names: channelsOf(call), permission: 'read' }];
}

/** A good answer by channel, with the members that follow. */
export function channelsAnswer(channels: Iterable<readonly [name: string, json: string]>, more = '') {
  return ok(`{${DONE}, "channels": ${jsonObject(channels)}${more}}`);
}

/** The text of a JSON object whose members' values are JSON text. */
export function jsonObject(members: Iterable<readonly [name: string, json: string]>): string {
  return `{${Array.from(members, ([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
}

/** The timetokens that bound a range, as clients give them. */
export interface Bounds {
  readonly start: Stamp | undefined;
  readonly end: Stamp | undefined;
}

/** The `start` and `end` of a request; `undefined` if one of them is not a timetoken. */
export function boundsOf(query: Query): Bounds | undefined {
  const [start, end] = [query.text('start'), query.text('end')];
  const bounds = { start: stampOfText(start), end: stampOfText(end) };
  const areValid = (start === undefined || bounds.start) && (end === undefined || bounds.end);
  return areValid ? bounds : undefined;
}

/**
 * The range between bounds, in either order: without `start`, with `end`. A range with one bound runs from `start`, or to
 * `end`: backwards in time, or forwards if `reverse` is set (docs/reference/protocol.md, "Ranges").
 */
export function rangeOf({ start, end }: Bounds, reverse: boolean): StampRange {
  if (start === undefined) {
    if (end === undefined) return { from: ZERO_STAMP, to: HIGHEST_STAMP };
    return reverse ? { from: ZERO_STAMP, to: end } : { from: end, to: HIGHEST_STAMP };
  }
  if (end === undefined) return reverse ? after(start, HIGHEST_STAMP) : before(start, ZERO_STAMP);
  if (start === end) return EMPTY;
  return start > end ? before(start, end) : after(start, end);
}

function after(start: Stamp, to: Stamp): StampRange {
  return start === HIGHEST_STAMP ? EMPTY : { from: moved(start, 1n), to };
}

function before(start: Stamp, from: Stamp): StampRange {
  return start === ZERO_STAMP ? EMPTY : { from, to: moved(start, -1n) };
}

function moved(stamp: Stamp, by: bigint): Stamp {
  return (BigInt(stamp) + by).toString().padStart(stamp.length, '0');
}

// One timetoken for all channels, or one for each.
function startsOf(query: Query, channels: number): readonly Stamp[] {
  const one = query.text('timetoken');
  const each = query.text('channelsTimetoken');
  const given = (one ?? each ?? '').split(',');
  const starts = given.map(stampOfText).filter((stamp) => stamp !== undefined);
  const isBoth = one !== undefined && each !== undefined;
  const areEnough = given.length === 1 || given.length === channels;
  if (isBoth || !areEnough || starts.length < given.length) throw invalidArguments({ channels: {} });
  return starts;
}

interface Page {
  readonly query: Query;
  readonly reverse: boolean;
  readonly maxBytes: number;
}

// The timetokens are those of the entries in the answer, so that a client goes on from there when it was cut.
function answerText(found: readonly StoredEntry[], { query, reverse, maxBytes }: Page): string {
  // Bare timetokens are written digit by digit: no number in JavaScript could hold them.
  const timetoken = isOn(query, 'string_message_token') ? (tt: Stamp) => `"${tt}"` : timetokenOf;
  const withToken = isOn(query, 'include_token');
  const withMeta = isOn(query, 'include_meta');
  const write = ({ payload, tt, meta = '""' }: StoredEntry) => {
    if (!withToken && !withMeta) return payload;
    const token = withToken ? `,"timetoken":${timetoken(tt)}` : '';
    return `{"message":${payload}${token}${withMeta ? `,"meta":${meta}` : ''}}`;
  };
  const entries = fitting(found, { reverse, maxBytes });
  const [first, last] = [entries.at(0), entries.at(-1)];
  const page = first && last ? `${timetoken(first.tt)},${timetoken(last.tt)}` : '0,0';
  return `[[${entries.map(write).join(',')}],${page}]`;
}

// The oldest of a page that is read forwards, or the newest, that fit so many characters; at least one.
function fitting(
  entries: readonly StoredEntry[],
  { reverse, maxBytes }: Omit<Page, 'query'>,
): readonly StoredEntry[] {
  const inOrder = reverse ? entries : entries.toReversed();
  let size = 0;
  const count = inOrder.findIndex(({ payload, meta = '' }) => {
    size += payload.length + meta.length;
    return size > maxBytes;
  });
  if (count < 0) return entries;
  return reverse ? entries.slice(0, Math.max(1, count)) : entries.slice(-Math.max(1, count));
}
