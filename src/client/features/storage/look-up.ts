import type { InnerOptions } from '../../request/call-options.ts';
import type { Executor } from '../../request/execute.ts';
import type { LookUp } from '../../request/once.ts';
import { pauseFor } from '../../runtime/signals.ts';
import { before } from '../../subscribe/gaps.ts';
import { publishIdIn } from '../../wire/publish-id.ts';
import { at } from '../../wire/read.ts';
import { time } from '../time.ts';
import { HistorySource } from './history-source.ts';
import { REREADS } from './stored-backfill.ts';

/** How far the clocks of the two sides may drift apart during the call, in milliseconds. */
const SLACK = 600_000;
/** Messages of the channel that are searched. */
const MOST = 5_000;
const TICKS_PER_MS = 10_000;

/** A message that is searched for in history. */
interface Sought {
  readonly channel: string;
  /** Milliseconds that it may be old. */
  readonly age: number;
  readonly id: string;
}

/** Searches the history of a channel for a message by its publisher and its id. */
export const lookUp: LookUp = async (executor, values, { passed, isAskedAgain, ...options }) => {
  // History does not have it, whatever became of it.
  if (at(values, 'shouldStore') === false) return;
  const sought = {
    channel: String(at(values, 'channel')),
    id: String(at(values, 'id')),
    age: passed + SLACK,
  };
  const limits = executor.time.limits('PNFetchMessagesOperation', options, {});
  try {
    return await executor.within(limits, async (signal) => {
      let found = await search(executor, sought, { ...options, signal });
      for (const delay of REREADS) {
        if (found !== null) break;
        await pauseFor(executor.settings.clock, delay, signal);
        found = await search(executor, sought, { ...options, signal });
      }
      return found;
    });
  } catch (thrown) {
    if (isAskedAgain) throw thrown;
    return;
  }
};

async function search(
  executor: Executor,
  { channel, id, age }: Sought,
  options: InnerOptions & { readonly signal: AbortSignal },
): ReturnType<LookUp> {
  // The two clocks may differ by any amount: how old the message is counts from the server's now.
  const { timetoken: now } = await executor.call(time, {}, options);
  const after = before(now, Math.ceil(age * TICKS_PER_MS));
  const range = { channel, after, upTo: before(now, -SLACK * TICKS_PER_MS), most: MOST };
  const { rows, cutAt } = await new HistorySource(executor).read(range, options.signal);
  const isIt = ({ i, u }: { readonly i?: unknown; readonly u?: unknown }) =>
    i === executor.settings.userId && publishIdIn(u) === id;
  const found = rows.find(isIt);
  if (found) return { timetoken: found.p.t, id, isDuplicate: true };
  return cutAt === undefined ? null : undefined;
}
