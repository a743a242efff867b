import { isPresenceName, presenceNameOf, withoutPresence } from '../../protocol/names.ts';
import { type Timetoken, timetokenFromBigInt, timetokenFromDate } from '../../protocol/timetoken.ts';
import type { Values } from '../endpoint.ts';
import { parseCursor } from '../wire/values.ts';
import { type Names, namesOf } from './names.ts';
import type { LoopCursor } from './state.ts';
import type { SubscribeParams, UnsubscribeParams } from './subscribe.ts';

/** The options of one subscription. */
export interface SubscribeWish {
  readonly names: Names;
  /** Its start, if not the present. */
  readonly start?: LoopCursor | undefined;
  /** The number of stored messages that come first. */
  readonly last?: number | undefined;
  /** Whether history may fill what the live queue has lost: since the start, and later. */
  readonly recovers: { readonly start: boolean; readonly gaps: boolean };
  readonly state?: Readonly<Record<string, unknown>> | undefined;
}

/** Reads the checked values of a `subscribe()` builder. */
export function wishOf(
  given: Values<SubscribeParams>,
  defaults: { readonly recovery: 'none' | 'history' },
): SubscribeWish {
  const { withPresence, withTimetoken, withCursor, withLast, withState, recovery } = given;
  const wished = timetokenIn(withTimetoken);
  const gaps = (recovery ?? defaults.recovery) === 'history';
  return {
    names: namesIn(given, (name) =>
      withPresence && !isPresenceName(name) ? [name, presenceNameOf(name)] : [name],
    ),
    start:
      parseCursor(withCursor) ?? (wished === undefined ? wished : { timetoken: wished, region: undefined }),
    last: withLast,
    recovers: { start: gaps || withTimetoken instanceof Date, gaps },
    state: withState,
  };
}

/** Reads the names of an `unsubscribe()` builder, with their presence names. */
export function namesToDrop(given: Values<UnsubscribeParams>): Names {
  return namesIn(given, (name) => [withoutPresence(name), presenceNameOf(withoutPresence(name))]);
}

function timetokenIn(value: Values<SubscribeParams>['withTimetoken']): Timetoken | undefined {
  const text = typeof value === 'bigint' ? timetokenFromBigInt(value) : value;
  const timetoken = text instanceof Date ? timetokenFromDate(text) : text;
  // Zero asks for everything; on the wire it would ask for a handshake.
  return timetoken && !Number(timetoken) ? '1' : timetoken;
}

function namesIn(
  { channels = [], channelGroups = [] }: Values<UnsubscribeParams>,
  expand: (name: string) => readonly string[],
): Names {
  return namesOf(channels.flatMap(expand), channelGroups.flatMap(expand));
}
