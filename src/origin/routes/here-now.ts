import { type Answer, ok, presenceRefusal } from '../http/answer.ts';
import type { Attendee, Attendees, PageOfUsers, Present } from '../store/presence.ts';
import { Turns } from '../turns.ts';
import { countOf, isForOne, isOn, type Names, namesOf, needsOnAll, needsToRead, shardOf } from './read.ts';
import { channelsNow } from './resolve-names.ts';
import type { Call, Route } from './route.ts';

// The limit of an offset is that of its nine digits.
const MAX_OFFSET = 999_999_999;
// Channels and users that are printed in one turn.
const MAX_PRINTED = 5_000;
// A channel may have many users, and a group many channels.
const CHANNEL_WEIGHT = 10;
const GROUP_WEIGHT = 500;

/** The users on channels (docs/reference/protocol.md, "Here now"). */
export const hereNow: Route = {
  operation: 'here-now',
  method: 'GET',
  path: '/v2/presence/sub-key/{subscribeKey}/channel/{channels}',
  needs: needsToRead,
  async handle(call) {
    const shard = await shardOf(call);
    const names = namesOf(call);
    const wanted = wantedBy(call);
    const one = isForOne(call, names);
    return shard.longWorks.run(call, {
      weight: weightOf(names),
      async run() {
        const channels = one ? names.channels : await channelsNow(shard, names);
        const attendees = await shard.presence.hereNow(channels, wanted.page);
        return one ? flatAnswer(attendees.channels, wanted) : nestedAnswer(call, attendees, wanted);
      },
    });
  },
};

/** The users on all channels (docs/reference/protocol.md, "Here now"). */
export const hereNowAnywhere: Route = {
  operation: 'here-now',
  method: 'GET',
  path: '/v2/presence/sub-key/{subscribeKey}',
  needs: needsOnAll('channels', 'read'),
  async handle(call) {
    const shard = await shardOf(call);
    const wanted = wantedBy(call);
    return shard.longWorks.run(call, {
      weight: Number.POSITIVE_INFINITY,
      run: async () => nestedAnswer(call, await shard.presence.hereNow(undefined, wanted.page), wanted),
    });
  },
};

function weightOf({ channels, groups }: Names): number {
  return channels.length * CHANNEL_WEIGHT + groups.length * GROUP_WEIGHT;
}

/** The parameters of a request. */
interface Wanted {
  readonly page: PageOfUsers;
  readonly users: boolean;
  readonly states: boolean;
  /** Characters after which no more users are listed. */
  readonly room: number;
}

function wantedBy({ query, services }: Call): Wanted {
  const { occupants, answerBytes } = services.limits;
  const limit = countOf(query, 'limit', { min: 0, max: occupants });
  if (limit === undefined) throw presenceRefusal('Invalid limit specified.');
  const offset =
    query.text('offset') === undefined ? 0 : countOf(query, 'offset', { min: 0, max: MAX_OFFSET });
  if (offset === undefined) throw presenceRefusal('Invalid offset specified.');
  const users = !isOn(query, 'disable_uuids');
  return {
    page: { offset, limit: users ? limit : 0, room: answerBytes },
    users,
    states: isOn(query, 'state'),
    room: answerBytes,
  };
}

function flatAnswer([attendees]: readonly Attendees[], wanted: Wanted): Answer {
  if (!attendees) throw new Error('The store did not answer for the channel.');
  return ok(`{"status":200,"message":"OK","service":"Presence",${membersOf(attendees, printer(wanted))}}`);
}

async function nestedAnswer({ services }: Call, present: Present, wanted: Wanted): Promise<Answer> {
  const turns = new Turns(services.nextTurn, MAX_PRINTED);
  const print = printer(wanted);
  const parts: string[] = [];
  let channels: string[] = [];
  for (const one of present.channels) {
    channels.push(`${JSON.stringify(one.channel)}:{${membersOf(one, print)}}`);
    if (!turns.isOver(1 + one.users.length)) continue;
    // One text takes a fraction of what many small ones do.
    parts.push(channels.join(','));
    channels = [];
    await turns.next();
  }
  if (channels.length > 0) parts.push(channels.join(','));
  const totals = `"total_channels":${present.totalChannels},"total_occupancy":${present.totalOccupancy}`;
  const payload = `{"channels":{${parts.join(',')}},${totals}}`;
  return ok(`{"status":200,"message":"OK","payload":${payload},"service":"Presence"}`);
}

type Printer = (users: readonly Attendee[]) => string | undefined;

function membersOf({ users, occupancy }: Attendees, print: Printer): string {
  const list = print(users);
  return list === undefined ? `"occupancy":${occupancy}` : `"uuids":[${list}],"occupancy":${occupancy}`;
}

// Prints lists until the answer is full. Clients ask for the rest by its offset.
function printer({ users: isWanted, states, room }: Wanted): Printer {
  let left = room;
  return (users) => {
    if (!isWanted) return;
    const items: string[] = [];
    for (const user of users) {
      if (left <= 0) break;
      const item = printed(user, states);
      left -= item.length;
      items.push(item);
    }
    return items.join(',');
  };
}

function printed({ user, state }: Attendee, states: boolean): string {
  if (!states) return JSON.stringify(user);
  const start = `{"uuid":${JSON.stringify(user)}`;
  return state === undefined ? `${start}}` : `${start},"state":${state}}`;
}
