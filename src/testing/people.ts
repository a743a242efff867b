import {
  ANYTHING,
  BOOLEAN,
  check,
  checkOptions,
  jsonOf,
  type Kinds,
  NAME,
  OBJECT,
  STRING,
} from '../origin/checks.ts';
import type { Keyset } from '../origin/index.ts';
import { MemoryPresence } from '../origin/store/memory/presence.ts';
import type { Timetoken } from '../protocol/timetoken.ts';
import type { NetworkParts } from './parts.ts';

/** The options of a message that the test itself publishes. */
export interface TestPublishOptions {
  /** The publisher. @default 'test' */
  readonly userId?: string;
  readonly meta?: unknown;
  readonly customMessageType?: string;
  /** `true` sends a signal. @default false */
  readonly signal?: boolean;
  /** `false` keeps it out of history. @default true */
  readonly store?: boolean;
}

const PUBLISH_OPTIONS: Kinds<TestPublishOptions> = {
  userId: NAME,
  meta: ANYTHING,
  customMessageType: STRING,
  signal: BOOLEAN,
  store: BOOLEAN,
};

/** The presence state of a user. */
export type TestState = Readonly<Record<string, unknown>>;

/** A keyset, and the parts of the network that its users act on. */
export interface PeopleParts extends Pick<NetworkParts, 'origin' | 'observer' | 'waits' | 'ciphers'> {
  readonly keyset: Keyset;
}

/** The other users of a keyset, as the test plays them. Each call resolves when all of its effects have happened. */
export class TestPeople {
  readonly #parts: () => PeopleParts;

  /** `parts` throws when the network is closed. */
  constructor(parts: () => PeopleParts) {
    this.#parts = parts;
  }

  /** Publishes as another user; resolves to the timetoken. */
  async publish(channel: string, message: unknown, options?: TestPublishOptions): Promise<Timetoken> {
    const { keyset, origin, observer, waits, ciphers } = this.#begin('publish', { channel });
    const checked = checkOptions('network.publish()', options, PUBLISH_OPTIONS);
    const { userId = 'test', meta, customMessageType, signal = false, store } = checked;
    const clear = jsonOf('A message', message);
    // As of clients, signals are not encrypted.
    const text = signal ? clear : await ciphers.write(clear);
    const { publishKey = 'demo', subscribeKey } = keyset;
    const path = [signal ? 'signal' : 'publish', publishKey, subscribeKey, '0', channel, '0'];
    const query = {
      uuid: userId,
      ...(meta !== undefined && { meta: jsonOf('network.publish(): meta', meta) }),
      ...(customMessageType !== undefined && { custom_message_type: customMessageType }),
      ...(store !== undefined && { store: store ? '1' : '0' }),
    };
    // The path has no room for the largest messages.
    const place = signal ? { path: [...path, text] } : { path, body: text };
    const answer = await origin.ask(keyset, { ...place, query });
    const timetoken = String(Array.isArray(answer) ? answer[2] : '0');
    observer.messages.exclude(subscribeKey, timetoken);
    await waits.idle();
    return timetoken;
  }

  /** A user joins a channel. */
  async join(channel: string, userId: string, state?: TestState): Promise<void> {
    const parts = this.#begin('join', { channel, userId });
    const states = state !== undefined && { state: stateOf('join', state, channel) };
    await present(parts, [channel, 'heartbeat'], { uuid: userId, ...states });
  }

  /** A user leaves a channel. */
  async leave(channel: string, userId: string): Promise<void> {
    const parts = this.#begin('leave', { channel, userId });
    await present(parts, [channel, 'leave'], { uuid: userId });
  }

  /** The leases of a user who is present run out, those of all instances. Rejects with a `TypeError` if the user is not present. */
  async timeout(channel: string, userId: string): Promise<void> {
    const { keyset, origin, waits } = this.#begin('timeout', { channel, userId });
    const { presence } = await origin.storeOf(keyset);
    const channels = await presence.whereNow(userId);
    if (!channels.includes(channel) || !(presence instanceof MemoryPresence))
      throw new TypeError(`"${userId}" is not present on "${channel}", and cannot time out there.`);
    // Run out now, as they would after minutes without a heartbeat.
    presence.expire(userId, channel);
    await waits.idle();
  }

  /** A user's presence state changes. */
  async setState(channel: string, userId: string, state: TestState): Promise<void> {
    const parts = this.#begin('setState', { channel, userId });
    const query = { uuid: userId, state: stateOf('setState', state) };
    await present(parts, [channel, 'uuid', userId, 'data'], query);
  }

  #begin(method: string, names: Readonly<Record<string, string>>): PeopleParts {
    const parts = this.#parts();
    for (const [name, value] of Object.entries(names)) check(`network.${method}(): ${name}`, value, NAME);
    return parts;
  }
}

async function present(
  { keyset, origin, waits }: PeopleParts,
  path: readonly string[],
  query: Readonly<Record<string, string>>,
): Promise<void> {
  await origin.ask(keyset, {
    path: ['v2', 'presence', 'sub-key', keyset.subscribeKey, 'channel', ...path],
    query,
  });
  await waits.idle();
}

function stateOf(method: string, state: TestState, channel?: string): string {
  const what = `network.${method}(): state`;
  check(what, state, OBJECT);
  return jsonOf(what, channel === undefined ? state : { [channel]: state });
}
