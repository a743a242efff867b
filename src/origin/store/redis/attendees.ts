import type { Attendee, Attendees, PageOfUsers, Present } from '../presence.ts';
import type { Calls } from './calls.ts';
import { listOf, numberOf, type Reply, textOf, textsOf } from './reply.ts';

// Channels of one operation, and what each takes of the room at least.
const CHANNELS = 200;
const CHANNEL_FRAME = 30;

/** Some users of a channel. */
interface Part {
  readonly occupancy: number;
  /** The number of the last of them, if there are more. */
  readonly mark: string;
  readonly users: readonly Attendee[];
}

const NONE: Part = { occupancy: 0, mark: '', users: [] };

/** The users on some channels, with what is left of the room. */
interface Listed {
  readonly found: readonly Attendees[];
  readonly room: number;
}

/**
 * The users on channels, as far as there is room, a bounded number in each operation. Of all channels with users, also the
 * list of channels ends where the room ends.
 */
export async function attendeesOn(
  calls: Calls,
  channels: readonly string[],
  { offset, limit, room: all, isWhole }: PageOfUsers & { readonly isWhole: boolean },
): Promise<Listed> {
  const found: Attendees[] = [];
  const whole = isWhole ? 1 : 0;
  let room = all;
  // The channel whose users were listed in part, and the number of the last of them.
  let { users, mark } = NONE;
  while (found.length < channels.length && (isWhole || room > 0)) {
    const count = mark === '' ? CHANNELS : 1;
    const asked = channels.slice(found.length, found.length + count);
    const args = [limit - users.length, offset, mark, room, whole, ...asked];
    const [left, parts] = listOf(await calls.read('presence.on', args));
    room = numberOf(left);
    for (const part of listOf(parts).map(partOf)) {
      users = [...users, ...part.users];
      mark = part.mark;
      if (mark !== '') continue;
      found.push({ channel: channels[found.length] ?? '', occupancy: part.occupancy, users });
      users = [];
    }
  }
  return { found, room };
}

/** The users on all channels that have any. */
export async function attendeesEverywhere(calls: Calls, page: PageOfUsers): Promise<Present> {
  const all: Attendees[] = [];
  let { room } = page;
  for (let after = '0'; ; ) {
    const most = Math.min(CHANNELS, Math.max(1, Math.ceil(room / CHANNEL_FRAME)));
    const [last, count, occupancy, names] = listOf(await calls.read('presence.channels', [after, most]));
    const channels = textsOf(names);
    const listed = await attendeesOn(calls, channels, { ...page, room, isWhole: false });
    room = listed.room;
    // A channel whose last user has left meanwhile has none.
    all.push(...listed.found.filter((one) => one.occupancy > 0));
    if (channels.length < most || room <= 0) {
      return { channels: all, totalChannels: numberOf(count), totalOccupancy: numberOf(occupancy) };
    }
    after = textOf(last);
  }
}

function partOf(reply: Reply): Part {
  const [occupancy, mark, ...parts] = listOf(reply);
  const users: Attendee[] = [];
  // Names and states in turns; an empty text is no state.
  for (let index = 0; index < parts.length; index += 2) {
    const state = textOf(parts[index + 1]);
    users.push({ user: textOf(parts[index]), ...(state !== '' && { state }) });
  }
  return { occupancy: numberOf(occupancy), mark: textOf(mark), users };
}
