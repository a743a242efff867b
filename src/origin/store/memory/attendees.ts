import type { Attendee, Attendees, PageOfUsers, Present } from '../presence.ts';
import type { Lease, LeaseIndex } from './lease-index.ts';

/** The state of a user who has none. */
export const NO_STATE = '{}';

/** Characters around a user in an answer. */
export const USER_FRAME = 3;
/** Characters around a channel in an answer. */
export const CHANNEL_FRAME = 30;

const NOBODY: readonly Attendee[] = [];

/** The users on channels, or on all, as far as there is room. */
export function attendeesIn(
  present: LeaseIndex,
  channels: readonly string[] | undefined,
  page: PageOfUsers,
): Present {
  const found: Attendees[] = [];
  let { room } = page;
  for (const channel of channels ?? present.channels.keys()) {
    if (room <= 0 && !channels) break;
    const leases = present.on(channel);
    room -= channel.length + CHANNEL_FRAME;
    const users = page.limit === 0 ? NOBODY : usersOn(leases.values(), page, room);
    for (const { user } of users) room -= user.length + USER_FRAME;
    found.push({ channel, occupancy: leases.size, users });
  }
  const all = channels?.reduce((sum, channel) => sum + present.on(channel).size, 0);
  const totalChannels = channels?.length ?? present.channels.size;
  return { channels: found, totalChannels, totalOccupancy: all ?? present.size };
}

function usersOn(leases: Iterable<Lease>, { offset, limit }: PageOfUsers, room: number): Attendee[] {
  const users: Attendee[] = [];
  let index = 0;
  let left = room;
  for (const lease of leases) {
    if (users.length >= limit || left <= 0) break;
    if (index++ < offset) continue;
    left -= lease.user.length + USER_FRAME;
    users.push(userOf(lease));
  }
  return users;
}

function userOf({ user, state }: Lease): Attendee {
  return state === undefined || state === NO_STATE ? { user } : { user, state };
}
