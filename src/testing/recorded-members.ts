import type {
  PNFileEvent,
  PNMessageActionEvent,
  PNMessageResult,
  PNObjectsEvent,
  PNPresenceEventResult,
  PNSignalResult,
} from 'timetoken';
import {
  ANYTHING,
  BOOLEAN,
  isRecord,
  type Kind,
  type Kinds,
  kind,
  listOf,
  NAME,
  NOT_EMPTY,
  OBJECT,
  oneOf,
  STRING,
  unknownName,
  whole,
} from '../origin/checks.ts';
import { PRESENCE_ACTIONS } from '../protocol/envelope.ts';
import { isPresenceName, isWildcard, wildcardCovers } from '../protocol/names.ts';
import { isTimetoken } from '../protocol/timetoken.ts';
import type { Line } from './recording.ts';

/** The events that can be replayed. */
interface Events {
  message: PNMessageResult;
  signal: PNSignalResult;
  presence: PNPresenceEventResult;
  messageAction: PNMessageActionEvent;
  objects: PNObjectsEvent;
  file: PNFileEvent;
}

/** The type of an event that can be replayed, named as its listener. */
export type RecordedType = keyof Events;

/** A member that may be absent or `null`. */
const maybe = ({ problem }: Kind): Kind => ({
  problem: (value) => (value === undefined || value === null ? undefined : problem(value)),
});

/** An object with members of the given kinds. */
const objectOf = <T extends object>(kinds: Kinds<T>): Kind => ({
  problem: (value) => OBJECT.problem(value) ?? problemIn(Object(value), kinds),
});

const TIMETOKEN = kind('a string of digits', isTimetoken);
const PLACE = { channel: NAME, subscription: maybe(NAME), timetoken: ANYTHING };
const SENT = { publisher: maybe(STRING), userMetadata: ANYTHING, customMessageType: maybe(STRING) };
const USERS = maybe(listOf(STRING));

const KINDS: { readonly [Type in RecordedType]: Kinds<Events[Type]> } = {
  message: { ...PLACE, ...SENT, message: ANYTHING, error: ANYTHING },
  signal: { ...PLACE, ...SENT, message: ANYTHING },
  presence: {
    ...PLACE,
    event: oneOf(PRESENCE_ACTIONS),
    uuid: maybe(STRING),
    timestamp: maybe(whole(0)),
    occupancy: maybe(whole(0)),
    state: maybe(OBJECT),
    ...{ joined: USERS, left: USERS, timedOut: USERS },
    hereNowRefresh: maybe(BOOLEAN),
  },
  messageAction: {
    ...PLACE,
    publisher: maybe(STRING),
    event: oneOf(['added', 'removed']),
    data: objectOf<PNMessageActionEvent['data']>({
      ...{ type: STRING, value: STRING, uuid: maybe(STRING) },
      ...{ actionTimetoken: TIMETOKEN, messageTimetoken: TIMETOKEN },
    }),
  },
  objects: {
    ...PLACE,
    message: kind(
      'an object with event, type and data',
      (value) =>
        isRecord(value) &&
        typeof value['event'] === 'string' &&
        typeof value['type'] === 'string' &&
        isRecord(value['data']),
    ),
  },
  file: {
    ...{ ...PLACE, ...SENT, message: ANYTHING },
    file: objectOf<PNFileEvent['file']>({ id: NOT_EMPTY, name: NOT_EMPTY, url: maybe(STRING) }),
  },
};

/** All types of events that can be replayed. */
export const RECORDED_TYPES: readonly string[] = Object.freeze(Object.keys(KINDS));

export function isRecordedType(type: unknown): type is RecordedType {
  return typeof type === 'string' && Object.hasOwn(KINDS, type);
}

/** The reason why no server could have sent an event, as a clause; `undefined` if it is valid. */
export function eventProblem(type: RecordedType, { type: _, ...line }: Line): string | undefined {
  const kinds = KINDS[type];
  const unknown = unknownName(line, Object.keys(kinds), `a member of a ${type}`);
  if (unknown !== undefined) return unknown;
  const problem = problemIn(line, kinds);
  return problem === undefined ? placeProblem(type, line) : `its ${problem}`;
}

function placeProblem(type: RecordedType, line: Line): string | undefined {
  // They have been checked to be strings.
  const [channel, subscription] = [String(line['channel']), line['subscription']];
  if (type === 'presence' && isPresenceName(channel))
    return 'a presence event has the name of the channel itself, without "-pnpres"';
  if (/^0+$/.test(String(line['timetoken']))) return 'its timetoken is 0, at which nothing was published';
  return typeof subscription === 'string' &&
    isWildcard(subscription) &&
    !wildcardCovers(subscription, channel)
    ? `the wildcard "${subscription}" does not cover "${channel}"`
    : undefined;
}

function problemIn(object: Readonly<Record<string, unknown>>, kinds: object): string | undefined {
  for (const [name, { problem }] of Object.entries<Kind>({ ...kinds })) {
    const found = problem(Object.hasOwn(object, name) ? object[name] : undefined);
    if (found !== undefined) return `${name} ${found}`;
  }
  return undefined;
}
