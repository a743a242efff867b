import { hereNowEndpoint } from '../../presence/here-now.ts';
import type { Executor } from '../../request/execute.ts';
import { occupantOf } from './occupant-set.ts';
import { MOST_USERS, Roster } from './roster.ts';

/** The users that here-now has listed. */
export interface Listed {
  readonly roster: Roster;
  /** Number of users on the channel. */
  readonly occupancy: number;
  /** Requests that it took: the channel may have changed between them. */
  readonly pages: number;
}

/** Pages of here-now, each of up to 1 000 users. */
const MOST_PAGES = 10;

/** Lists the users of a channel, as far as here-now tells and there is room. Rejects with a `PubNubError`. */
export async function listOccupants(
  executor: Executor,
  channel: string,
  signal: AbortSignal,
): Promise<Listed> {
  const roster = new Roster();
  for (let pages = 1, offset = 0; ; pages++) {
    const asked = { channels: [channel], includeState: true, offset };
    const { channels } = await executor.call(hereNowEndpoint, asked, { signal });
    const { occupants = [], occupancy = 0, next } = channels[channel] ?? {};
    const before = roster.size;
    for (const { uuid, state } of occupants) roster.set(occupantOf(uuid, state));
    // A server without pages lists the same users again.
    const isLast = next === undefined || roster.size === before || roster.hasMore || pages === MOST_PAGES;
    // All places are taken, and there is more: to ask again would bring nothing.
    if (next !== undefined && roster.size >= MOST_USERS) roster.hasMore = true;
    if (isLast) return { roster, occupancy, pages };
    offset = next;
  }
}
