import {
  type ActionRules,
  type ActionStore,
  type ActionToRemove,
  type AddProblem,
  actionRequest,
  type NewAction,
  type RemoveProblem,
  type StoredAction,
} from '../actions.ts';
import { Account, type Budget, LiveRoom } from '../budget.ts';
import type { StampRange } from '../history.ts';
import type { Stamp } from '../stamp.ts';
import { type Moment, Timeline } from '../timeline.ts';
import type { MemoryHistory } from './history.ts';
import type { MemoryLog } from './log.ts';

/** Actions without limits. */
const NO_LIMITS: ActionRules = {
  messageActions: Number.POSITIVE_INFINITY,
  actions: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
};

/** An action with its place among all. */
interface Kept extends Moment {
  readonly action: StoredAction;
}

/** The actions of one channel, in the order in which they were added. */
interface ChannelActions {
  readonly all: Map<Stamp, Kept>;
  /** The actions of each message, by the key that must be unique. */
  readonly byMessage: Map<Stamp, Map<string, Kept>>;
}

/** The message actions of one shard, in memory. Each method does its work within one turn of the event loop. */
export class MemoryActions implements ActionStore {
  readonly #log: MemoryLog;
  readonly #history: MemoryHistory;
  readonly #rules: ActionRules;
  readonly #channels = new Map<string, ChannelActions>();
  readonly #all = new Timeline<Kept>();
  readonly #account: Account;

  constructor(
    log: MemoryLog,
    history: MemoryHistory,
    {
      rules = NO_LIMITS,
      budget,
    }: { readonly rules?: ActionRules | undefined; readonly budget?: Budget | undefined } = {},
  ) {
    this.#log = log;
    this.#history = history;
    this.#rules = rules;
    this.#account = new Account({
      limits: new LiveRoom(rules, 'actions', 'bytes'),
      budget,
      dropOldest: () => this.#all.oldest && this.#forget(this.#all.oldest),
    });
    history.onDrop = (channel, range) => this.#drop(channel, range);
  }

  /** Actions that are held. */
  get size(): number {
    return this.#account.entries;
  }

  /** Gives back all room: the actions are used no more. */
  clear(): void {
    this.#account.clear();
  }

  async add(action: NewAction): Promise<StoredAction | AddProblem> {
    const { channel, message } = action;
    const { all, byMessage } = this.#current(channel) ?? { all: new Map(), byMessage: new Map() };
    const beside: Map<string, Kept> = byMessage.get(message) ?? new Map();
    if (beside.has(keyOf(action))) return 'exists';
    if (beside.size >= this.#rules.messageActions) return 'full';
    const { tt } = this.#log.appendOne(actionRequest('added', action), (stamp) => {
      const kept: Kept = { action: { ...action, tt: stamp }, tt: stamp };
      this.#channels.set(channel, { all: all.set(stamp, kept), byMessage: byMessage.set(message, beside) });
      beside.set(keyOf(action), kept);
      this.#all.push(kept);
      this.#account.add(1, weightOf(action));
    });
    return { ...action, tt };
  }

  async remove({ channel, message, tt, user }: ActionToRemove): Promise<RemoveProblem | undefined> {
    const kept = this.#current(channel)?.all.get(tt);
    if (kept?.action.message !== message) return 'missing';
    if (kept.action.user !== user) return 'foreign';
    this.#forget(kept);
    this.#log.appendOne(actionRequest('removed', kept.action));
    return undefined;
  }

  async list(
    channel: string,
    { from, to, max }: StampRange & { readonly max: number },
  ): Promise<readonly StoredAction[]> {
    const all = [...(this.#current(channel)?.all.values() ?? [])];
    const page = all.filter(({ tt }) => tt >= from && tt <= to).slice(-max);
    return page.map(({ action }) => action);
  }

  async of(
    channel: string,
    messages: readonly Stamp[],
  ): Promise<ReadonlyMap<Stamp, readonly StoredAction[]>> {
    const found = new Map<Stamp, readonly StoredAction[]>();
    const byMessage = this.#current(channel)?.byMessage;
    for (const message of messages) {
      const actions = byMessage?.get(message);
      if (actions)
        found.set(
          message,
          Array.from(actions.values(), ({ action }) => action),
        );
    }
    return found;
  }

  // Without the actions of messages that have expired.
  #current(channel: string): ChannelActions | undefined {
    this.#history.sweep(channel);
    return this.#channels.get(channel);
  }

  // The messages of a range are gone; a range of one is looked up.
  #drop(channel: string, { from, to }: StampRange): void {
    const byMessage = this.#channels.get(channel)?.byMessage;
    if (!byMessage) return;
    const gone = from === to ? [from] : [...byMessage.keys()].filter((tt) => tt >= from && tt <= to);
    for (const message of gone) for (const kept of byMessage.get(message)?.values() ?? []) this.#forget(kept);
  }

  #forget(kept: Kept): void {
    const { action, tt } = kept;
    const { channel, message } = action;
    this.#all.remove(kept);
    this.#account.remove(1, weightOf(action));
    const { all, byMessage } = this.#channels.get(channel) ?? {};
    const beside = byMessage?.get(message);
    all?.delete(tt);
    beside?.delete(keyOf(action));
    if (beside?.size === 0) byMessage?.delete(message);
    if (all?.size === 0) this.#channels.delete(channel);
  }
}

function keyOf({ user, type, value }: NewAction): string {
  return JSON.stringify([user, type, value]);
}

function weightOf({ channel, user, type, value }: NewAction): number {
  return channel.length + user.length + type.length + value.length;
}
