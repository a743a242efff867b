import { expect } from 'vitest';
import { MemoryEngine } from '../../src/origin/index.ts';
import type { WireSubscribeAnswer } from '../../src/protocol/envelope.ts';
import { type ServedOrigin, serveOrigin } from './integration-origin.ts';
import { type RawAnswer, type RawParts, rawRequest } from './integration-raw.ts';

/** What newer JavaScript clients say of themselves. */
export const JS = 'pnsdk=PubNub-JS-Nodejs%2F11.0.2&requestid=5c4e8b40-0000-4000-8000-000000000001';
/** What newer Python clients say of themselves. */
export const PYTHON = 'pnsdk=PubNub-Python-Asyncio%2F9.1.0&l_pub=0.14426803588867188&l_obj=0.2458';

/** An origin that tests speak to in raw requests, as clients of other makers and versions write them. */
export interface Wire extends AsyncDisposable {
  readonly system: ServedOrigin;
  /** A channel that nobody has used yet. */
  channel(): string;
  get(path: string): Promise<RawAnswer>;
  send(path: string, parts: RawParts): Promise<RawAnswer>;
  /** A subscribe request for names as they stand in the path; fails unless the answer is good. */
  subscribe(names: string, query: string): Promise<WireSubscribeAnswer>;
  /** Publishes by GET; resolves to the timetoken. */
  publish(channel: string, message: unknown, query?: string): Promise<string>;
}

const clock = {
  now: () => Date.now(),
  setTimeout: (callback: () => void, milliseconds: number) => globalThis.setTimeout(callback, milliseconds),
  clearTimeout: (timer: unknown) => globalThis.clearTimeout(timer as NodeJS.Timeout),
};

/** Serves an origin with the groups `friends` (`alice`, `bob`) and `foes` (`carol`). */
export async function openWire(): Promise<Wire> {
  const store = new MemoryEngine({ clock, random: Math.random });
  const { groups } = store.shard('demo', { announceMax: 20, leaseMs: 300_000 });
  await groups.change('friends', ['alice', 'bob'], []);
  await groups.change('foes', ['carol'], []);
  const system = await serveOrigin({ store, clock });
  let channels = 0;
  const get = (path: string) => rawRequest(system, path);
  return {
    system,
    get,
    channel: () => `room-${++channels}`,
    send: (path, parts) => rawRequest(system, path, parts),
    subscribe: async (names, query) => {
      const answer = await get(`/v2/subscribe/demo/${names}/0?${query}`);
      expect(answer).toMatchObject({ status: 200, contentType: 'text/javascript; charset="UTF-8"' });
      return answer.json as WireSubscribeAnswer;
    },
    publish: async (channel, message, query = 'uuid=sender') => {
      const text = encodeURIComponent(JSON.stringify(message));
      const answer = await get(`/publish/demo/demo/0/${channel}/0/${text}?${query}`);
      expect(answer).toMatchObject({ status: 200, json: [1, 'Sent', expect.stringMatching(/^\d{17}$/)] });
      return (answer.json as [number, string, string])[2];
    },
    [Symbol.asyncDispose]: async () => {
      await system[Symbol.asyncDispose]();
      await store.close();
    },
  };
}
