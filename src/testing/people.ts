import { toBase64 } from '../origin/access/base64.ts';
import { Secret } from '../origin/access/secret.ts';
import { sortedQuery } from '../origin/access/signature.ts';
import type { Keyset, ShardStore } from '../origin/index.ts';
import type { Clock } from '../protocol/clock.ts';
import type { Timetoken } from '../protocol/timetoken.ts';
import { ANYTHING, check, checkOptions, jsonOf, type Kinds, NAME, RECORD, SWITCH, TEXT } from './given.ts';

/** How a test publishes by itself. */
export interface TestPublishOptions {
  /** Who publishes. @default 'test' */
  readonly userId?: string;
  readonly meta?: unknown;
  readonly customMessageType?: string;
  /** `true` sends a signal. @default false */
  readonly signal?: boolean;
  /** Whether history keeps it. @default true */
  readonly store?: boolean;
}

const PUBLISH_OPTIONS: Kinds<TestPublishOptions> = {
  userId: NAME,
  meta: ANYTHING,
  customMessageType: TEXT,
  signal: SWITCH,
  store: SWITCH,
};

/** State of somebody who is present. */
export type TestState = Readonly<Record<string, unknown>>;

/** What other people on a keyset are played with. */
export interface PeopleParts {
  readonly keyset: Keyset;
  /** Throws when the network is closed. */
  readonly checkOpen: () => void;
  readonly clock: Clock;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly store: () => ShardStore | undefined;
  /** The test has published something. */
  readonly published: (subscribeKey: string, timetoken: Timetoken) => void;
  /** Waits for what follows. */
  readonly settle: () => Promise<void>;
}

/** Other people on a keyset, whom the test plays. Each call resolves when what follows from it has happened. */
export class TestPeople {
  readonly #parts: PeopleParts;

  constructor(parts: PeopleParts) {
    this.#parts = parts;
  }

  /** What the origin keeps for the keyset. */
  async store(): Promise<ShardStore> {
    const { keyset, store, checkOpen } = this.#parts;
    checkOpen();
    const { subscribeKey } = keyset;
    // It is made with the first request.
    if (!store()) await this.#ask(['v2', 'presence', 'sub-key', subscribeKey], {});
    const known = store();
    if (!known) throw new Error(`The network does not serve the subscribe key "${subscribeKey}".`);
    return known;
  }

  /** Publishes as somebody else would; resolves to the timetoken. */
  async publish(channel: string, message: unknown, options?: TestPublishOptions): Promise<Timetoken> {
    this.#begin('publish', { channel });
    const given = checkOptions('network.publish()', options, PUBLISH_OPTIONS);
    const { userId = 'test', meta, customMessageType, signal = false, store } = given;
    const text = jsonOf('A message', message);
    const { publishKey = 'demo', subscribeKey } = this.#parts.keyset;
    const place = [publishKey, subscribeKey, '0', channel, '0'];
    const answer = await this.#ask(
      signal ? ['signal', ...place, text] : ['publish', ...place],
      {
        uuid: userId,
        ...(meta !== undefined && { meta: jsonOf('network.publish(): meta', meta) }),
        ...(customMessageType !== undefined && { custom_message_type: customMessageType }),
        ...(store !== undefined && { store: store ? '1' : '0' }),
      },
      // A path has no room for the largest messages.
      signal ? undefined : text,
    );
    const timetoken = String(Array.isArray(answer) ? answer[2] : '0');
    this.#parts.published(subscribeKey, timetoken);
    await this.#parts.settle();
    return timetoken;
  }

  /** Somebody comes. */
  async join(channel: string, userId: string, state?: TestState): Promise<void> {
    this.#begin('join', { channel, userId });
    const states = state !== undefined && { state: stateOf('join', state, channel) };
    await this.#present([channel, 'heartbeat'], { uuid: userId, ...states });
  }

  /** Somebody leaves. */
  async leave(channel: string, userId: string): Promise<void> {
    this.#begin('leave', { channel, userId });
    await this.#present([channel, 'leave'], { uuid: userId });
  }

  /** Somebody who is present has not been heard of for too long. Rejects with a `TypeError` when they are not. */
  async timeout(channel: string, userId: string): Promise<void> {
    this.#begin('timeout', { channel, userId });
    const { presence } = await this.store();
    const present = await presence.whereNow(userId);
    if (!present.includes(channel)) {
      throw new TypeError(`"${userId}" is not present on "${channel}": nobody can time out there.`);
    }
    // The lease runs out now, as it would after minutes of silence.
    await presence.touch({ user: userId, channels: [channel], leaseMs: 0 });
    await presence.sweep(Number.MAX_SAFE_INTEGER);
    await this.#parts.settle();
  }

  /** Somebody's state changes. */
  async setState(channel: string, userId: string, state: TestState): Promise<void> {
    this.#begin('setState', { channel, userId });
    const told = { uuid: userId, state: stateOf('setState', state) };
    await this.#present([channel, 'uuid', userId, 'data'], told);
  }

  #begin(method: string, names: Readonly<Record<string, string>>): void {
    this.#parts.checkOpen();
    for (const [name, value] of Object.entries(names)) check(`network.${method}(): ${name}`, value, NAME);
  }

  async #present(path: readonly string[], query: Readonly<Record<string, string>>): Promise<void> {
    const { subscribeKey } = this.#parts.keyset;
    await this.#ask(['v2', 'presence', 'sub-key', subscribeKey, 'channel', ...path], query);
    await this.#parts.settle();
  }

  async #ask(
    segments: readonly string[],
    query: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<unknown> {
    const path = segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
    const signed = await this.#signed(path, textOf(query));
    const address = `http://test.invalid${path}?${signed}`;
    const request = new Request(address, body === undefined ? {} : { method: 'POST', body });
    const response = await this.#parts.fetch(request);
    const text = await response.text();
    if (!response.ok) throw new Error(`The origin refused what the test did: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  // The test may do everything, also where the code under test needs permissions.
  async #signed(path: string, query: string): Promise<string> {
    const { clock, keyset } = this.#parts;
    const { secretKey, publishKey } = keyset;
    if (secretKey === undefined) return query;
    const whole = `${query}&timestamp=${Math.floor(clock.now() / 1000)}`;
    // A publish is signed as a GET, however it is sent.
    const text = `GET\n${publishKey}\n${path}\n${sortedQuery(whole)}\n`;
    const signature = await new Secret(secretKey).sign(Uint8Array.from(new TextEncoder().encode(text)));
    return `${whole}&${textOf({ signature: `v2.${toBase64(signature)}` })}`;
  }
}

function stateOf(method: string, state: TestState, channel?: string): string {
  const what = `network.${method}(): state`;
  check(what, state, RECORD);
  return jsonOf(what, channel === undefined ? state : { [channel]: state });
}

function textOf(query: Readonly<Record<string, string>>): string {
  return new URLSearchParams(query).toString().replaceAll('+', '%20');
}
