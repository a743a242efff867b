import { describe, expect, test } from 'vitest';
import { createOrigin, type Engine, type Origin } from '../../src/origin/index.ts';
import { StampingEngine } from '../support/stamping-engine.ts';
import { STORES } from '../support/stores.ts';

const ORIGINS = 3;
const PUBLISHERS = 8;
const POLLERS = 20;
const MESSAGES = 60;
const CHANNELS = Array.from({ length: PUBLISHERS }, (_, number) => `c${number}`);

interface PollAnswer {
  readonly t: { readonly t: string };
  readonly m?: readonly { readonly c: string; readonly d: number; readonly p: { readonly t: string } }[];
}

/** What happened to the messages that should have been delivered. */
interface Outcome {
  readonly expected: number;
  lost: number;
  doubled: number;
  disordered: number;
}

async function poll(origin: Origin, cursor: string, user: number): Promise<PollAnswer> {
  const url = `http://origin/v2/subscribe/demo/${CHANNELS.join()}/0?tt=${cursor}&uuid=u${user}`;
  return (await (await origin.fetch(url)).json()) as PollAnswer;
}

/** Publishes at all origins at once, while pollers take another origin with every poll. */
async function race(open: () => Engine): Promise<Outcome> {
  const engines = Array.from({ length: ORIGINS }, open);
  const origins = engines.map((store) => createOrigin({ store, limits: { holdSeconds: 1 } }));
  let requests = 0;
  const next = () => origins[requests++ % ORIGINS] as Origin;
  const published = new Set<string>();
  let isDone = false;

  const publisher = async (channel: string) => {
    for (let number = 0; number < MESSAGES; number++) {
      const answer = await next().fetch(`http://origin/publish/demo/demo/0/${channel}/0/${number}?uuid=p`);
      const [, , timetoken] = (await answer.json()) as [number, string, string];
      published.add(timetoken);
    }
  };
  const poller = async (user: number, first: string) => {
    const received: string[] = [];
    for (let cursor = first; ; ) {
      const wasDone = isDone;
      const { t, m = [] } = await poll(next(), cursor, user);
      received.push(...m.map(({ p }) => p.t));
      // An answer without messages that was asked for after the last publish: there is nothing more.
      if (wasDone && m.length === 0) return received;
      cursor = t.t;
    }
  };

  try {
    const users = Array.from({ length: POLLERS }, (_, user) => user);
    const cursors = await Promise.all(users.map(async (user) => (await poll(next(), '0', user)).t.t));
    const polling = users.map((user) => poller(user, cursors[user] ?? '0'));
    await Promise.all(CHANNELS.map(publisher));
    isDone = true;
    const outcome = { expected: published.size * POLLERS, lost: 0, doubled: 0, disordered: 0 };
    for (const received of await Promise.all(polling)) {
      const seen = new Set(received);
      outcome.lost += [...published].filter((timetoken) => !seen.has(timetoken)).length;
      outcome.doubled += received.length - seen.size;
      outcome.disordered += received.filter((tt, index) => tt < (received[index - 1] ?? '')).length;
    }
    return outcome;
  } finally {
    for (const origin of origins) await origin.close();
    for (const engine of engines) await engine.close();
  }
}

describe('eight publish and twenty poll at three origins, another one each time', () => {
  for (const [name, make] of Object.entries(STORES)) {
    test(`nothing is lost, doubled or out of order: ${name}`, async (context) => {
      await using data = await make();
      if (!data) return context.skip(`There is no ${name} on this machine.`);
      expect(await race(() => data.open())).toEqual({
        expected: PUBLISHERS * MESSAGES * POLLERS,
        ...{ lost: 0, doubled: 0, disordered: 0 },
      });
    });
  }

  test('some would be lost if the origins stamped', async () => {
    const engine = new StampingEngine(() => Math.random() * 3);
    const shared = Object.assign(engine, { close: async () => undefined });
    const { expected, lost } = await race(() => shared);
    expect(expected).toBe(PUBLISHERS * MESSAGES * POLLERS);
    expect(lost).toBeGreaterThan(0);
  });
});
