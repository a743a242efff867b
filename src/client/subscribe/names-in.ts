import { isPresenceName, presenceNameOf, withoutPresence } from '../../protocol/names.ts';
import type { Given } from '../builder.ts';
import type { OwnStates } from '../presence/own-states.ts';
import { isRecord } from '../read.ts';
import { parseCursor } from '../values.ts';
import type { LiveSubscription } from './live-subscription.ts';
import { type Mix, mixOf } from './mix.ts';
import type { LoopCursor } from './state.ts';

/** What a `subscribe()` builder was given, as the loop needs it. */
export interface SubscribeWish {
  readonly mix: Mix;
  readonly start: LoopCursor | undefined;
  readonly state: Readonly<Record<string, unknown>> | undefined;
}

/** Reads the values of a `subscribe()` builder, which have been checked. */
export function namesIn(given: Given): SubscribeWish {
  const { withPresence, withTimetoken, withCursor, withState } = given;
  const wished =
    typeof withTimetoken === 'string' ? { timetoken: withTimetoken, region: undefined } : undefined;
  return {
    mix: mixIn(given, (name) =>
      withPresence === true && !isPresenceName(name) ? [name, presenceNameOf(name)] : [name],
    ),
    start: parseCursor(withCursor) ?? wished,
    state: isRecord(withState) ? withState : undefined,
  };
}

/** Reads the names of an `unsubscribe()` builder: each goes with its presence. */
export function namesToDrop(given: Given): Mix {
  return mixIn(given, (name) => [withoutPresence(name), presenceNameOf(withoutPresence(name))]);
}

/**
 * The user's presence state for names of the mix, as JSON text; nothing when there is none. What `setState()` set goes
 * before what subscriptions gave.
 */
export function stateText(
  subscriptions: Iterable<LiveSubscription>,
  mix: Mix,
  own?: OwnStates,
): string | undefined {
  const texts = new Map<string, string>();
  const asked = new Set([...mix.channels, ...mix.groups]);
  for (const { presenceState, channels, channelGroups } of subscriptions) {
    if (!presenceState) continue;
    const text = JSON.stringify(presenceState);
    for (const name of [...channels, ...channelGroups]) if (asked.has(name)) texts.set(name, text);
  }
  for (const name of asked) {
    const text = own?.text(name);
    if (text !== undefined) texts.set(name, text);
  }
  if (texts.size === 0) return undefined;
  return `{${Array.from(texts, ([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

function mixIn({ channels, channelGroups }: Given, expand: (name: string) => readonly string[]): Mix {
  return mixOf(strings(channels).flatMap(expand), strings(channelGroups).flatMap(expand));
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
