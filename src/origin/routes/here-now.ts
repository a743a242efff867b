import { type Answer, ok } from '../http/answer.ts';
import { presenceRefusal } from '../http/refusals.ts';
import type { Attendee, Attendees, PageOfUsers } from '../store/store.ts';
import { listen, presentOn } from './listening.ts';
import { needsOnAll, needsToRead } from './needs.ts';
import { isForOne, namesOf, shardOf } from './read.ts';
import type { Call, Route } from './route.ts';

const COUNT = /^\d{1,9}$/;

/** Who is present on channels (docs/reference/protocol.md, "Here now"). */
export const hereNow: Route = {
  operation: 'here-now',
  method: 'GET',
  path: '/v2/presence/sub-key/{subscribeKey}/channel/{channels}',
  needs: needsToRead,
  async handle(call) {
    const shard = await shardOf(call);
    const names = namesOf(call);
    const wish = wishOf(call);
    const one = isForOne(call, names);
    const channels = one ? names.channels : presentOn(await listen(shard, names));
    const attendees = await shard.presence.hereNow(channels, wish.page);
    return one ? flatAnswer(attendees, wish) : nestedAnswer(attendees, wish);
  },
};

/** Who is present anywhere (docs/reference/protocol.md, "Here now"). */
export const hereNowAnywhere: Route = {
  operation: 'here-now',
  method: 'GET',
  path: '/v2/presence/sub-key/{subscribeKey}',
  needs: needsOnAll('channels', 'read'),
  async handle(call) {
    const shard = await shardOf(call);
    const wish = wishOf(call);
    return nestedAnswer(await shard.presence.hereNow(undefined, wish.page), wish);
  },
};

/** What a request wants to know. */
interface Wish {
  readonly page: PageOfUsers;
  readonly users: boolean;
  readonly states: boolean;
  /** Characters after which no more users are listed. */
  readonly room: number;
}

function wishOf(call: Call): Wish {
  const { occupants, answerBytes } = call.services.limits;
  const limit = Math.min(countOf(call, 'limit') ?? occupants, occupants);
  const offset = countOf(call, 'offset') ?? 0;
  const users = !isOn(call, 'disable_uuids');
  return {
    page: { offset, limit: users ? limit : 0 },
    users,
    states: isOn(call, 'state'),
    room: answerBytes,
  };
}

function countOf({ query }: Call, name: 'limit' | 'offset'): number | undefined {
  const text = query.text(name);
  if (text === undefined) return undefined;
  if (!COUNT.test(text)) throw presenceRefusal(`Invalid ${name} specified.`);
  return Number(text);
}

function isOn({ query }: Call, name: string): boolean {
  const text = query.text(name);
  return text !== undefined && text !== '0' && text !== 'false';
}

function flatAnswer([attendees]: readonly Attendees[], wish: Wish): Answer {
  if (!attendees) throw new Error('The store has said nothing of the channel.');
  return ok(`{"status":200,"message":"OK","service":"Presence",${membersOf(attendees, printer(wish))}}`);
}

function nestedAnswer(all: readonly Attendees[], wish: Wish): Answer {
  const print = printer(wish);
  const channels = all.map((one) => `${JSON.stringify(one.channel)}:{${membersOf(one, print)}}`);
  const occupancy = all.reduce((sum, one) => sum + one.occupancy, 0);
  const totals = `"total_channels":${all.length},"total_occupancy":${occupancy}`;
  const payload = `{"channels":{${channels.join(',')}},${totals}}`;
  return ok(`{"status":200,"message":"OK","payload":${payload},"service":"Presence"}`);
}

type Printer = (users: readonly Attendee[]) => string | undefined;

function membersOf({ users, occupancy }: Attendees, print: Printer): string {
  const list = print(users);
  return list === undefined ? `"occupancy":${occupancy}` : `"uuids":[${list}],"occupancy":${occupancy}`;
}

// Prints lists until the answer is full. What is left out can be asked for by its offset.
function printer({ users: wanted, states, room }: Wish): Printer {
  let left = room;
  return (users) => {
    if (!wanted) return;
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
