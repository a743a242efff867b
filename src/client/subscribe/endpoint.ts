import type { WireGap } from '../../protocol/envelope.ts';
import { isTimetoken } from '../../protocol/timetoken.ts';
import type { Exchange, List, Params } from '../endpoint.ts';
import { encodeNames, path } from '../request/path.ts';
import { exactIntegers } from '../wire/exact-integers.ts';
import { at, expected, isRecord, listAt, recordAt, timetokenOf } from '../wire/read.ts';
import { joined } from '../wire/values.ts';
import type { LoopAnswer } from './state.ts';

/** Parameters of a subscribe request. */
export interface PollParams extends Params {
  readonly '~oneOf': 'channels' | 'channelGroups';
  channels?: List<string>;
  channelGroups?: List<string>;
  /** Absent in a handshake. */
  timetoken?: string | undefined;
  region?: number | undefined;
  filter?: string | undefined;
  /** JSON text: the user's state by channel, in a handshake. */
  state?: string | undefined;
}

/**
 * `GET /v2/subscribe/{sub}/{channels}/0` (docs/reference/protocol.md, "Subscribe"). The loop sends it, and repeats it by
 * itself. The names are the same list from poll to poll: they are encoded once.
 */
export function subscribeEndpoint(): Exchange<PollParams, LoopAnswer> {
  let last: { readonly channels: readonly string[]; readonly encoded: ReturnType<typeof encodeNames> };
  const encode = (channels: readonly string[]) => {
    if (last?.channels !== channels) last = { channels, encoded: encodeNames(channels) };
    return last.encoded;
  };
  return Object.freeze<Exchange<PollParams, LoopAnswer>>({
    operation: 'PNSubscribeOperation',
    path: ({ channels = [] }, keys) => path`/v2/subscribe/${keys.subscribeKey}/${encode(channels)}/0`,
    query: ({ timetoken = '0', region, channelGroups, filter, state }, keys) => ({
      tt: timetoken,
      tr: region,
      'channel-group': joined(channelGroups),
      'filter-expr': filter,
      heartbeat: keys.presenceTimeoutSeconds,
      state,
    }),
    retry: 'safe',
    parse({ body, text }, values) {
      const answer = readAnswer(body, text);
      // Zero is no place: everything would be newer, and a poll from there is a handshake again.
      return values?.timetoken || Number(answer.cursor.timetoken) > 0
        ? answer
        : expected('a timetoken above 0 at t.t');
    },
  });
}

const TIMETOKENS = [
  ['t', 't'],
  ['m', '*', 'p', 't'],
  ['m', '*', 'o', 't'],
] as const;

/**
 * Reads the answer to a subscribe request. Throws a `TypeError` where it is not a protocol answer; single entries are
 * checked when they are delivered.
 */
export function readAnswer(given: unknown, text: string): LoopAnswer {
  // The wire sends timetokens as strings; what sends numbers has lost their last digits by the time they are parsed.
  const body = hasBareTimetoken(given) ? exactIntegers({ body: given, text }, TIMETOKENS) : given;
  const { g: gaps, s: feed } = recordAt(body);
  const { t, r: region = 0 } = recordAt(body, 't');
  return {
    cursor: {
      timetoken: timetokenOf(t),
      region: typeof region === 'number' ? region : expected('a number at t.r'),
    },
    entries: listAt(body, 'm'),
    gaps: Array.isArray(gaps) ? gaps.filter(isGap) : undefined,
    bytes: text.length,
    feed,
  };
}

function hasBareTimetoken(body: unknown): boolean {
  return typeof at(body, 't', 't') === 'number' || typeof at(body, 'm', 0, 'p', 't') === 'number';
}

function isGap(value: unknown): value is WireGap {
  return (
    isRecord(value) &&
    [value['c'], value['w'], value['g']].filter((name) => typeof name === 'string').length === 1 &&
    isTimetoken(value['from']) &&
    isTimetoken(value['to'])
  );
}
