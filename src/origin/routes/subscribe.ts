import { LIVE_QUEUE_LENGTH } from '../../protocol/limits.ts';
import { isPresenceName } from '../../protocol/names.ts';
import { type Lookup, valueAt } from '../filter/evaluate.ts';
import { type Filter, parseFilter } from '../filter/parse.ts';
import { OutOfSteps, StepBudget } from '../filter/step-budget.ts';
import { FilterSyntaxError } from '../filter/tokens.ts';
import { type Answer, accessRefusal, malformed, ok, type Refusal } from '../http/answer.ts';
import type { Shard } from '../shard.ts';
import type { Touch } from '../store/presence.ts';
import { type Stamp, stampOf, ZERO_STAMP } from '../store/stamp.ts';
import type { Batch } from '../window/batch.ts';
import type { Lost } from '../window/gaps.ts';
import type { Outcome, PollFilter } from '../window/poll.ts';
import { refuseTooMuch, statesOf } from './presence.ts';
import {
  leaseOf,
  type Names,
  namesOf,
  needsToRead,
  refuseTooManyGroups,
  shardOf,
  stampOfText,
  userOf,
} from './read.ts';
import { presentOn, type ResolvedNames, resolveNames } from './resolve-names.ts';
import type { Call, Route } from './route.ts';
import { foreignStart, startOf } from './subscribe-start.ts';

const MALFORMED_FILTER = 481;
// After such an absence a client gets a list of gaps, even an empty one.
const LATE_MS = 60_000;

/** The long poll (docs/reference/protocol.md, "Subscribe"). */
export const subscribe: Route = {
  operation: 'subscribe',
  method: 'GET',
  path: '/v2/subscribe/{subscribeKey}/{channels}/{callback}',
  needs: needsToRead,
  async handle(call) {
    const shard = await shardOf(call);
    const names = namesOf(call);
    refuseTooManyGroups(call, names);
    const cursor = cursorOf(call);
    const filter = filterOf(call);
    if (cursor === ZERO_STAMP) return handshake(shard, call, names);
    const late = cursor < stampOf(call.services.clock.now() - LATE_MS);
    const start = await startOf(shard, call, { ...names, cursor });
    const { batch, region, lost } = await receive(shard, call, { ...start, names, filter });
    if (lost) shard.adoptedCursors.add({ cursor: batch.cursor, epoch: region });
    return ok(answerText(batch, { region, late }));
  },
};

function cursorOf({ query }: Call): Stamp {
  const cursor = stampOfText(query.text('tt') ?? '0');
  if (cursor === undefined) throw malformed();
  return cursor;
}

// The cursor is taken before the leases, so that a client which subscribes to presence sees its own join.
async function handshake(shard: Shard, call: Call, names: Names): Promise<Answer> {
  const cursor = await shard.log.fence();
  const touch = touchOf(call, await resolveNames(shard, names));
  if (touch) await shard.presenceTracker.touch(touch);
  return ok(answerText({ cursor, envelopes: [], gaps: [] }, { region: shard.window.epoch, late: false }));
}

interface PollParameters {
  readonly cursor: Stamp;
  readonly lost?: Lost | undefined;
  readonly filter: PollFilter | undefined;
}

interface Received {
  readonly batch: Batch;
  /** The number of the log that the cursor is of. */
  readonly region: number;
  readonly lost: Lost | undefined;
}

async function receive(
  shard: Shard,
  call: Call,
  poll: PollParameters & { readonly names: Names },
): Promise<Received> {
  const { clock, limits } = call.services;
  const { names, lost, filter } = poll;
  // A client that comes from another log gets its new cursor at once, also without entries.
  const ends = clock.now() + (lost ? 0 : limits.holdSeconds * 1000);
  for (let { cursor } = poll; ; ) {
    const region = shard.window.epoch;
    const resolved = await resolveNames(shard, names);
    const outcome = await hold(shard, call, { resolved, cursor, lost, filter, holdMs: ends - clock.now() });
    cursor = outcome.batch.cursor;
    if (outcome.kind === 'log-changed') {
      const start = await foreignStart(shard, call, { ...names, cursor });
      return receive(shard, call, { ...start, names, filter });
    }
    if (outcome.kind !== 'groups-changed') return { batch: outcome.batch, region, lost };
  }
}

interface Hold extends PollParameters {
  readonly resolved: ResolvedNames;
  readonly holdMs: number;
}

// A poll renews the user's leases, for as long as it is held.
async function hold(shard: Shard, call: Call, { resolved, ...poll }: Hold): Promise<Outcome> {
  const interruption = call.request.interruption;
  // A client that has hung up may have left since.
  const touch = interruption?.aborted ? undefined : touchOf(call, resolved);
  const parked = touch && shard.presenceTracker.park(touch);
  let outcome: Outcome | undefined;
  try {
    outcome = await shard.window.poll({ ...poll, subscription: resolved.subscription, interruption });
    return outcome;
  } catch (error) {
    throw error instanceof OutOfSteps ? malformedFilter('it takes too long') : error;
  } finally {
    parked?.end(outcome !== undefined && outcome.kind !== 'interrupted');
  }
}

function touchOf(call: Call, resolved: ResolvedNames): Touch | undefined {
  const user = userOf(call);
  const states = statesOf(call, resolved);
  if (user === undefined) return undefined;
  const touch = { user, channels: presentOn(resolved), leaseMs: leaseOf(call), states };
  refuseTooMuch(call, touch);
  return touch;
}

interface AnswerFrame {
  readonly region: number;
  /** The client comes back after a long time. */
  readonly late: boolean;
}

// `g` lists what was dropped (docs/reference/protocol.md, "Envelope"). It is present but empty where a client would
// otherwise suspect a loss: in a full answer, and after a long absence.
function answerText({ cursor, envelopes, gaps }: Batch, { region, late }: AnswerFrame): string {
  const hasGaps = late || gaps.length > 0 || envelopes.length >= LIVE_QUEUE_LENGTH;
  const gapList = hasGaps ? `,"g":${JSON.stringify(gaps)}` : '';
  return `{"t":{"t":"${cursor}","r":${region}},"m":[${envelopes.join(',')}]${gapList}}`;
}

// The poll's `filter-expr` as a predicate (docs/reference/protocol.md, "Filter expressions").
function filterOf({ query, services }: Call): PollFilter | undefined {
  const text = query.text('filter-expr');
  if (text === undefined) return undefined;
  const budget = new StepBudget(services.limits.filterSteps);
  const filter = parsedFilter(text, budget);
  return {
    get spent() {
      return budget.spent;
    },
    passes: (envelope) => !isMessage(envelope) || budget.evaluate(() => filter.matches(lookupIn(envelope))),
  };
}

function parsedFilter(text: string, { onStep }: StepBudget): Filter {
  try {
    return parseFilter(text, { onStep });
  } catch (error) {
    if (error instanceof FilterSyntaxError) throw malformedFilter(error.message);
    throw error instanceof OutOfSteps ? malformedFilter('it takes too long') : error;
  }
}

function malformedFilter(problem: string): Refusal {
  return accessRefusal(MALFORMED_FILTER, `Malformed filter expression: ${problem}`);
}

// All other envelopes have a kind, or are of presence channels.
function isMessage(envelope: unknown): boolean {
  const channel = valueAt(envelope, ['c']);
  return valueAt(envelope, ['e']) === undefined && typeof channel === 'string' && !isPresenceName(channel);
}

// A name without `data` or `meta` before it is one of the meta.
function lookupIn(envelope: unknown): Lookup {
  const data = valueAt(envelope, ['d']);
  const meta = valueAt(envelope, ['u']);
  return (path) => {
    const [first, ...rest] = path;
    if (first === 'data') return valueAt(data, rest);
    return first === 'meta' ? valueAt(meta, rest) : valueAt(meta, path);
  };
}
