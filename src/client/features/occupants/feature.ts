import { isPresenceName, isWildcard, nameProblem } from '../../../protocol/names.ts';
import type { ChannelName } from '../../channels.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import { defineFeature, type Part, type PartType } from '../../feature.ts';
import { LiveOccupants } from './live-occupants.ts';
import type { OccupantSet } from './occupant-set.ts';

interface Occupants extends PartType {
  /**
   * Follows who is on a channel: a set that is kept in step with the server, until `close()`. Throws `PN-1002` for what names
   * no channel, and `PN-2004` on a closed client.
   *
   * @example
   * ```ts
   * const people = pubnub.occupants('room');
   * people.on('sync', (all) => console.log('here now:', all.map(({ name, uuid }) => name ?? uuid)));
   * people.on('join', ([...come]) => console.log('came:', come));
   * await people.synced();
   * console.log(people.size, people.get('bob')?.state);
   * await people.close();
   * ```
   */
  readonly start: <const N extends ChannelName<this['~map']>>(channel: N) => OccupantSet;
}

const follow: Part<Occupants> = (context, channel): OccupantSet => {
  const problem = nameProblem(channel) ?? otherProblem(String(channel));
  if (problem !== undefined) throw new PubNubError('PN-1002', `occupants: channel ${problem}.`);
  return new LiveOccupants(context, String(channel));
};

function otherProblem(channel: string): string | undefined {
  if (isWildcard(channel)) return 'must be a single channel, not a wildcard';
  return isPresenceName(channel) ? 'must be without the suffix -pnpres' : undefined;
}

/** Live sets of who is on a channel (docs/how-to/presence.md). */
export const occupants = defineFeature({ name: 'occupants', parts: { occupants: follow } });
