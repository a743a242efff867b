import { type Exchange, isOfLoop } from '../network.ts';
import type { World } from '../world.ts';
import { wasIdle } from './client.ts';

/** Milliseconds of one look at the pace. */
const WINDOW = 10_000;
/** Requests in a window that nobody asked for. */
const ALLOWANCE = 60;
/** Requests in a window for each thing that the program or somebody else did. */
const PER_CALL = 4;
/** Milliseconds within which a client notices that the machine has slept. */
const NOTICED = 10_000;
/** How long a handshake is waited for. */
const PATIENCE = 14_900;

/** What is wrong with how often and how many at once the client sends. */
export function paceProblems(world: World): readonly string[] {
  const { net } = world;
  const problems: string[] = [];
  if (net.storms > 0) problems.push(`pace: ${net.storms} times, hundreds of requests in an instant`);
  const wishes = [...world.handles.values()].map(
    ({ start, wish }) => start !== undefined || wish.recovery === 'history',
  );
  const mayCatchUp =
    wishes.includes(true) ||
    world.setting.recovery === 'history' ||
    net.exchanges.some(({ blamed = [] }) => blamed.length > 0);
  for (const exchange of net.exchanges) {
    if (!isOfLoop(exchange)) continue;
    if (exchange.beside > (mayCatchUp ? 1 : 0))
      problems.push(`pace: a ${exchange.kind} beside ${exchange.beside} others, at ${exchange.sentOrder}`);
    if (exchange.kind === 'handshake' && exchange.handshakesBeside > 0)
      problems.push(`pace: two handshakes at once, at ${exchange.sentOrder}`);
    if (exchange.kind === 'handshake' && isGivenUp(world, exchange))
      problems.push(`pace: the handshake of ${exchange.sentOrder} was given up for nothing`);
  }
  return [...problems, ...hurry(world)];
}

function isGivenUp(world: World, exchange: Exchange): boolean {
  const { sentOrder, sentAt, endedAt = sentAt, aborted } = exchange;
  if (aborted === undefined || endedAt - sentAt >= PATIENCE) return false;
  if (world.wokeAt.some((at) => at <= endedAt && at > endedAt - NOTICED)) return false;
  if (world.upheavals.some((order) => order > sentOrder && order < aborted)) return false;
  return !wasIdle(world, sentOrder, aborted) && isWanted(world, exchange, aborted);
}

// Whether somebody still wanted one of the names that a handshake asked for.
function isWanted({ handles }: World, { channels, groups }: Exchange, at: number): boolean {
  return [...handles.values()].some(({ order, names }) =>
    names.some(
      ({ kind, name, dropAsked = at + 1 }) =>
        order <= at && dropAsked > at && (kind === 'channel' ? channels : groups).includes(name),
    ),
  );
}

function hurry({ net, calls }: World): readonly string[] {
  const sent = net.exchanges.filter(({ kind }) => kind !== 'publish').map(({ sentAt }) => sentAt);
  let last = 0;
  for (const [index, from] of sent.entries()) {
    while (last < sent.length && (sent[last] ?? 0) < from + WINDOW) last += 1;
    const near = calls.filter((at) => at > from - WINDOW && at < from + WINDOW).length;
    if (last - index > ALLOWANCE + PER_CALL * near)
      return [`pace: ${last - index} requests within ten seconds, for ${near} calls`];
  }
  return [];
}
