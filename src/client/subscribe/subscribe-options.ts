import { isPresenceName, presenceNameOf, withoutPresence } from '../../protocol/names.ts';
import { type Timetoken, timetokenFromBigInt, timetokenFromDate } from '../../protocol/timetoken.ts';
import type { Given } from '../builder/given.ts';
import type { OwnStates } from '../presence/own-states.ts';
import { isRecord } from '../wire/read.ts';
import { parseCursor } from '../wire/values.ts';
import type { LiveSubscription } from './live-subscription.ts';
import { type Names, namesOf } from './names.ts';
import type { LoopCursor } from './state.ts';

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
export function wishOf(given: Given, defaults: { readonly recovery: 'none' | 'history' }): SubscribeWish {
  const { withPresence, withTimetoken, withCursor, withLast, withState, recovery } = given;
  const wished = timetokenIn(withTimetoken);
  const gaps = (recovery ?? defaults.recovery) === 'history';
  return {
    names: namesIn(given, (name) =>
      withPresence === true && !isPresenceName(name) ? [name, presenceNameOf(name)] : [name],
    ),
    start:
      parseCursor(withCursor) ?? (wished === undefined ? wished : { timetoken: wished, region: undefined }),
    last: typeof withLast === 'number' ? withLast : undefined,
    recovers: { start: gaps || withTimetoken instanceof Date, gaps },
    state: isRecord(withState) ? withState : undefined,
  };
}

/** Reads the names of an `unsubscribe()` builder, with their presence names. */
export function namesToDrop(given: Given): Names {
  return namesIn(given, (name) => [withoutPresence(name), presenceNameOf(withoutPresence(name))]);
}

/**
 * The user's presence state for names, as JSON text; `undefined` if there is none. `setState()` overrides the states of
 * subscriptions.
 */
export function stateText(
  subscriptions: Iterable<LiveSubscription>,
  names: Names,
  own?: OwnStates,
): string | undefined {
  const texts = new Map<string, string>();
  const asked = new Set([...names.channels, ...names.groups]);
  for (const { wish, channels, channelGroups } of subscriptions) {
    if (!wish.state) continue;
    const text = JSON.stringify(wish.state);
    for (const name of [...channels, ...channelGroups]) if (asked.has(name)) texts.set(name, text);
  }
  for (const name of asked) {
    const text = own?.text(name);
    if (text !== undefined) texts.set(name, text);
  }
  if (texts.size === 0) return undefined;
  return `{${Array.from(texts, ([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

function timetokenIn(value: unknown): Timetoken | undefined {
  if (value instanceof Date) return timetokenFromDate(value);
  if (typeof value === 'bigint') return timetokenFromBigInt(value);
  return typeof value === 'string' ? value : undefined;
}

function namesIn({ channels, channelGroups }: Given, expand: (name: string) => readonly string[]): Names {
  return namesOf(strings(channels).flatMap(expand), strings(channelGroups).flatMap(expand));
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
