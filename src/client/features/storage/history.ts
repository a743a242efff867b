import { LARGEST_PAGE } from '../../../protocol/limits.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import type { Verbs } from '../../builder/builder.ts';
import {
  checkAmount,
  checkBoolean,
  checkName,
  checkTimetoken,
  optional,
  required,
} from '../../builder/params.ts';
import type { RestVerbs } from '../../builder/verbs.ts';
import type { ChannelName, PayloadOf, Received } from '../../channels.ts';
import { type Answer, defineEndpoint, type Params, type Values } from '../../endpoint.ts';
import type { PubNubError } from '../../errors/pubnub-error.ts';
import { path } from '../../request/path.ts';
import { decryptItems } from '../../wire/encrypted.ts';
import { exactIntegers } from '../../wire/exact-integers.ts';
import { listAt, timetokenOf } from '../../wire/read.ts';
import { metaOf, storedAt, switchText } from './fetched.ts';

/** Parameters of `history()`. */
export interface HistoryParams extends Params {
  /** Channel whose messages are read. */
  channel: ChannelName<this['~map']>;
  /** Read messages before this timetoken, exclusive; with `reverse`, after it. */
  start?: Timetoken;
  /** Read messages from this timetoken on, inclusive; with `reverse`, up to it. */
  end?: Timetoken;
  /** `true` reads the oldest messages of the range instead of the newest. The order is always oldest first. */
  reverse?: boolean;
  /** Largest number of messages, at most 100. Default 100. */
  count?: number;
  /** Include the timetokens of messages. Default `true`. */
  includeTimetoken?: boolean;
  /** Whether messages come with the `meta` they were published with. Default `false`. */
  includeMeta?: boolean;
}

/** A message from the history of one channel. */
export interface HistoryMessage<Payload = unknown, Token extends Timetoken | undefined = Timetoken> {
  /** The message as published, decrypted. */
  readonly entry: Payload;
  /** When it was published; absent with `includeTimetoken(false)`. */
  readonly timetoken: Token;
  /** Absent if it was not requested, or if the message has none. */
  readonly meta?: unknown;
  /** Why decryption failed; the entry is then unchanged. */
  readonly error?: PubNubError;
}

/** Result of `history()`. */
export interface HistoryResult<Message = HistoryMessage<unknown, Timetoken | undefined>> {
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** The timetoken of the oldest message; `0` when there is none. */
  readonly startTimeToken: Timetoken;
  /** The timetoken of the newest message; `0` when there is none. */
  readonly endTimeToken: Timetoken;
}

type TokenOf<G> = G extends { includeTimetoken: infer Included }
  ? Included extends true
    ? Timetoken
    : undefined
  : Timetoken;

type MessageOf<C, G> = HistoryMessage<
  G extends { channel: infer N extends string } ? Received<PayloadOf<C, N>> : unknown,
  TokenOf<G>
>;

/** The verbs of a `history()` builder. */
export interface HistoryVerbs extends Verbs {
  readonly verbs: RestVerbs<HistoryResult<MessageOf<this['~map'], this['~given']>>>;
}

// Places of bare numbers on the wire.
const TIMETOKENS = [[0, '*', 'timetoken'], [1], [2]];

/** `GET /v2/history/sub-key/{sub}/channel/{channel}` (docs/reference/protocol.md, "History"). */
export const history = defineEndpoint<HistoryParams, HistoryResult>({
  operation: 'PNHistoryOperation',
  params: {
    channel: required(checkName),
    start: optional(checkTimetoken),
    end: optional(checkTimetoken),
    reverse: optional(checkBoolean),
    count: optional(checkAmount),
    includeTimetoken: optional(checkBoolean),
    includeMeta: optional(checkBoolean),
  },
  path: ({ channel }, keys) => path`/v2/history/sub-key/${keys.subscribeKey}/channel/${channel}`,
  query: ({ start, end, reverse, count = LARGEST_PAGE, includeTimetoken = true, includeMeta }) => ({
    count: Math.min(count, LARGEST_PAGE),
    include_token: switchText(includeTimetoken),
    start,
    end,
    reverse: switchText(reverse),
    include_meta: includeMeta ? 'true' : undefined,
  }),
  retry: 'safe',
  parse: resultFrom,
  decrypt: async (result, decrypt) => ({
    ...result,
    messages: await decryptItems(result.messages, 'entry', decrypt),
  }),
});

function resultFrom(answer: Answer, asked?: Values<HistoryParams>): HistoryResult {
  const { includeTimetoken = true, includeMeta = false } = asked ?? {};
  const wrapped = includeTimetoken || includeMeta;
  const body = exactIntegers(answer, wrapped ? TIMETOKENS : TIMETOKENS.slice(1));
  const [items, start, end] = listAt(body);
  const messages = listAt(items).map((item) => {
    if (!wrapped) return { entry: item, timetoken: undefined };
    const { message: entry, timetoken, ...stored } = storedAt(item);
    return { entry, timetoken: includeTimetoken ? timetokenOf(timetoken) : undefined, ...metaOf(stored) };
  });
  return { messages, startTimeToken: timetokenOf(start), endTimeToken: timetokenOf(end) };
}
