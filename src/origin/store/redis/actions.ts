import type {
  ActionStore,
  ActionToRemove,
  AddProblem,
  NewAction,
  RemoveProblem,
  StoredAction,
} from '../actions.ts';
import type { StampRange } from '../history.ts';
import type { Stamp } from '../stamp.ts';
import type { Calls } from './calls.ts';
import { listOf, textOf, textsOf } from './reply.ts';
import type { RedisRules } from './rules.ts';

/** The message actions of one subscribe key, in Redis. */
export class RedisActions implements ActionStore {
  readonly #calls: Calls;
  readonly #rules: RedisRules;

  constructor(calls: Calls, rules: RedisRules) {
    this.#calls = calls;
    this.#rules = rules;
  }

  async add(action: NewAction): Promise<StoredAction | AddProblem> {
    const { channel, message, user, type, value } = action;
    const texts = [user, type, value].map((text) => JSON.stringify(text));
    const args = [...this.#rules.texts.actions, channel, message, ...texts];
    const tt = textOf(await this.#calls.call('actions.add', args));
    return tt === 'exists' || tt === 'full' ? tt : { channel, message, user, type, value, tt };
  }

  async remove({ channel, message, tt, user }: ActionToRemove): Promise<RemoveProblem | undefined> {
    const problem = textOf(
      await this.#calls.call('actions.remove', [channel, message, tt, JSON.stringify(user)]),
    );
    return problem === 'missing' || problem === 'foreign' ? problem : undefined;
  }

  async list(
    channel: string,
    { from, to, max }: StampRange & { readonly max: number },
  ): Promise<readonly StoredAction[]> {
    return actionsIn(channel, textsOf(await this.#calls.read('actions.list', [channel, from, to, max])));
  }

  async of(
    channel: string,
    messages: readonly Stamp[],
  ): Promise<ReadonlyMap<Stamp, readonly StoredAction[]>> {
    const lists = listOf(await this.#calls.read('actions.of', [channel, ...messages]));
    const found = new Map<Stamp, readonly StoredAction[]>();
    for (const [index, message] of messages.entries()) {
      const actions = actionsIn(channel, textsOf(lists[index]));
      if (actions.length > 0) found.set(message, actions);
    }
    return found;
  }
}

// Five texts of each action. What users have typed is kept as JSON, which can be sent whatever is in it.
function actionsIn(channel: string, texts: readonly string[]): readonly StoredAction[] {
  const actions: StoredAction[] = [];
  for (let index = 0; index < texts.length; index += 5) {
    const [tt = '', message = ''] = texts.slice(index, index + 2);
    const [user = '', type = '', value = ''] = texts.slice(index + 2, index + 5).map(stringIn);
    actions.push({ channel, message, user, type, value, tt });
  }
  return actions;
}

function stringIn(json: string): string {
  return String(JSON.parse(json));
}
