import type { Page } from '../page.ts';
import type { PushExcess, PushStore } from '../push.ts';
import type { Calls } from './calls.ts';
import { textOf, textsOf } from './reply.ts';
import type { RedisRules } from './rules.ts';

/** The devices of one subscribe key, in Redis. */
export class RedisPush implements PushStore {
  readonly #calls: Calls;
  readonly #rules: RedisRules;

  constructor(calls: Calls, rules: RedisRules) {
    this.#calls = calls;
    this.#rules = rules;
  }

  async channels(device: string, { after = '', limit }: Page): Promise<readonly string[]> {
    return textsOf(await this.#calls.read('push.channels', [device, limit, after]));
  }

  async change(
    device: string,
    add: readonly string[],
    remove: readonly string[],
  ): Promise<PushExcess | undefined> {
    const args = [...this.#rules.texts.push, device, add.length, ...add, ...remove];
    const excess = textOf(await this.#calls.call('push.change', args));
    return excess === 'devices' || excess === 'channels' ? excess : undefined;
  }

  async forget(device: string): Promise<void> {
    await this.#calls.call('push.forget', [device]);
  }
}
