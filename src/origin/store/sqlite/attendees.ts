import { CHANNEL_FRAME, NO_STATE, USER_FRAME } from '../memory/attendees.ts';
import type { Attendee, Attendees, PageOfUsers, Present } from '../presence.ts';
import type { Leases } from './leases.ts';

const PAGE = 200;

/** The users on channels, or on all, as far as there is room. */
export function attendeesIn(
  leases: Leases,
  channels: readonly string[] | undefined,
  page: PageOfUsers,
): Present {
  const found: Attendees[] = [];
  let { room } = page;
  for (const channel of channels ?? channelsIn(leases)) {
    if (room <= 0 && !channels) break;
    room -= channel.length + CHANNEL_FRAME;
    const users = page.limit === 0 ? [] : usersOn(channel, leases, { ...page, room });
    for (const { user } of users) room -= user.length + USER_FRAME;
    found.push({ channel, occupancy: leases.occupancy(channel), users });
  }
  const all = channels?.reduce((sum, channel) => sum + leases.occupancy(channel), 0);
  const totalChannels = channels?.length ?? leases.channels;
  return { channels: found, totalChannels, totalOccupancy: all ?? leases.present };
}

// Page by page: where the room ends, nothing more is read.
function* channelsIn(leases: Leases): Iterable<string> {
  for (let after = ''; ; ) {
    const channels = leases.channelsAfter(after, PAGE);
    yield* channels;
    const last = channels.at(-1);
    if (last === undefined || channels.length < PAGE) return;
    after = last;
  }
}

function usersOn(channel: string, leases: Leases, { offset, limit, room }: PageOfUsers): readonly Attendee[] {
  const users: Attendee[] = [];
  let left = room;
  while (users.length < limit) {
    const size = Math.min(PAGE, limit - users.length);
    const page = leases.on(channel, { offset: offset + users.length, limit: size });
    for (const { user, state } of page) {
      if (left <= 0) return users;
      left -= user.length + USER_FRAME;
      users.push({ user, ...(state !== undefined && state !== NO_STATE && { state }) });
    }
    if (page.length < size) break;
  }
  return users;
}
