import { isOfLoop } from '../network.ts';
import type { Handle, Reader } from '../record.ts';
import type { World } from '../world.ts';
import { Interest } from './interest.ts';

const BEGIN = 'PNUnexpectedDisconnectCategory';
const ENDS: ReadonlySet<string> = new Set([
  'PNReconnectedCategory',
  'PNConnectedCategory',
  'PNDisconnectedCategory',
]);
const REFUSALS: ReadonlySet<number | undefined> = new Set([400, 403, 404, 414, 431, 481]);

/** What is wrong with what waits: promises and iterators, while the client runs. */
export function waitProblems(world: World): readonly string[] {
  const problems: string[] = [];
  const handles = [...world.handles.values()];
  for (const handle of handles) {
    problems.push(
      ...connectedProblems(world, handle),
      ...handle.readers.flatMap((reader) => readerProblems(world, handle, reader)),
    );
  }
  if (!world.setting.heals) return problems;
  const isWanted = handles.some(({ ended }) => ended === undefined);
  if (isWanted && world.client.state !== 'connected')
    problems.push(`client: is ${world.client.state} when everything works again`);
  const isLeftWaiting =
    isWanted && world.untils.some(({ state, settled }) => state === 'connected' && !settled);
  if (isLeftWaiting) problems.push('client: until("connected") never settled');
  return problems;
}

/** What is wrong with how outages are told: each begins once, and ends. */
export function outageProblems({ statuses, client, setting }: World): readonly string[] {
  const told = statuses
    .map(({ category }) => category)
    .filter((category) => category === BEGIN || ENDS.has(category));
  const problems = told.some((category, index) => category === BEGIN && told[index - 1] === BEGIN)
    ? ['client: an outage was announced twice']
    : [];
  if (setting.heals && client.state === 'connected' && told.at(-1) === BEGIN)
    problems.push('client: the end of an outage was never announced');
  return problems;
}

/** What is left after `close()`. */
export function closedProblems(world: World): readonly string[] {
  const problems: string[] = [];
  const { clock, net, client, handles, untils, failures } = world;
  if (clock.pending > 0) problems.push(`closed: ${clock.pending} timers are left`);
  if (net.open > 0) problems.push(`closed: ${net.open} requests are left`);
  if (client.state !== 'stopped') problems.push(`closed: the state is ${client.state}`);
  for (const { id, connected, readers } of handles.values()) {
    if (connected === 'pending') problems.push(`closed: connected() of ${id} never settled`);
    for (const { ended } of readers)
      if (ended === undefined) problems.push(`closed: an iterator of ${id} never ended`);
  }
  for (const { state, settled } of untils)
    if (!settled) problems.push(`closed: until("${state}") never settled`);
  const { made, atEnd, reported } = failures;
  if (reported < made || reported > made + atEnd)
    problems.push(`listeners: ${failures.made} failed, ${failures.reported} were reported`);
  let state = 'idle';
  for (const change of world.states) {
    if (change.previous !== state) problems.push(`states: ${change.previous} follows ${state}`);
    state = change.state;
  }
  return problems;
}

function connectedProblems(world: World, handle: Handle): readonly string[] {
  const { id, connected, connectedOrder = 0, ended, names } = handle;
  if (connected === 'pending')
    return world.setting.heals || ended !== undefined ? [`${id}: connected() never settled`] : [];
  if (connected === 'resolved') {
    const { accepted } = new Interest(world, handle);
    const isEarly = names.some(
      (name) =>
        !((name.dropAsked ?? Number.POSITIVE_INFINITY) < connectedOrder) &&
        !accepted.some((one) => one.name === name && one.arrivedOrder < connectedOrder),
    );
    return isEarly ? [`${id}: connected() resolved before the server had accepted everything`] : [];
  }
  const wasRefused = world.net.exchanges.some(
    (exchange) => isOfLoop(exchange) && REFUSALS.has(exchange.status),
  );
  const hadStopped = world.states.some(({ state }) => state === 'failed' || state === 'stopped');
  // A call that drops names ends it at once, and resolves a little later: a world that does not heal may close in between.
  const isDropped = names.every(({ dropAsked }) => dropAsked !== undefined);
  const isExplained = wasRefused || hadStopped || isDropped || ended !== undefined;
  return isExplained ? [] : [`${id}: connected() rejected for nothing`];
}

function readerProblems(world: World, { id, got, ended }: Handle, reader: Reader): readonly string[] {
  const { read, from, overflow, kind } = reader;
  const given = got.slice(from).filter((one) => one.kind === 'message');
  const expected = given.map(({ key }) => key);
  const hasFailed = world.states.some(({ state }) => state === 'failed');
  if (reader.ended === 'error' && overflow !== 'error' && !hasFailed) return [`${id}: an iterator threw`];
  if (overflow === 'drop-oldest' || overflow === 'drop-newest')
    return isWithin(read, expected) ? [] : [`${id}: an iterator yielded ${read}, of ${expected}`];
  const isWhole =
    kind !== 'forgotten' && reader.ended === undefined && ended === undefined && world.setting.heals;
  const fits = isWhole
    ? read.join() === expected.join()
    : expected.slice(0, read.length).join() === read.join();
  return fits
    ? []
    : [`${id}: an iterator yielded ${read.length}: ${read}; of ${expected.length}: ${expected}`];
}

function isWithin(part: readonly string[], whole: readonly string[]): boolean {
  let from = 0;
  return part.every((key) => {
    from = whole.indexOf(key, from) + 1;
    return from > 0;
  });
}
