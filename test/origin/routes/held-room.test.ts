import { describe, expect, test } from 'vitest';
import { originNetwork, TestInterruption } from '../../support/origin-network.ts';
import { settle } from '../../support/virtual-clock.ts';

// Half of it is for what is kept: some ten polls of a few names.
const limits = { processBytes: 100_000, holdSeconds: 60 };

function network() {
  const made = originNetwork({ limits });
  const { send, subscribe } = made;
  const start = async () => (await subscribe('start')).t.t;
  /** Sends polls until one is refused. */
  const fill = async (targetOf: (index: number) => string) => {
    const polls = [];
    for (let index = 0; index < 1_000; index++) {
      const interruption = new TestInterruption();
      const poll = send(targetOf(index), { interruption });
      await settle();
      const reply = await Promise.race([poll, undefined]);
      if (reply) return { polls, reply };
      polls.push({ poll, interruption });
    }
    throw new Error('None was refused.');
  };
  return { ...made, start, fill };
}

describe('requests that wait take room', () => {
  test('and one that finds none is refused, to come again in a second', async () => {
    const { fill, start } = network();
    const tt = await start();
    const { polls, reply } = await fill((index) => `/v2/subscribe/demo/c${index}/0?tt=${tt}`);
    expect(polls.length).toBeGreaterThan(5);
    expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  });

  test('for the names, of which polls with the same list share one', async () => {
    const { fill, start } = network();
    const tt = await start();
    const names = (index: number) => Array.from({ length: 20 }, (_, at) => `c${index}-${at}`).join(',');
    const distinct = await fill((index) => `/v2/subscribe/demo/${names(index)}/0?tt=${tt}`);
    for (const { interruption } of distinct.polls) interruption.abort();
    await settle();
    const same = await fill(() => `/v2/subscribe/demo/${names(0)}/0?tt=${tt}`);
    expect(same.polls.length).toBeGreaterThan(distinct.polls.length * 2);
  });

  test('for the channels of their groups', async () => {
    const { fill, group, start } = network();
    const tt = await start();
    await group('g', Array.from({ length: 30 }, (_, at) => `c${at}`).join(','));
    const plain = await fill((index) => `/v2/subscribe/demo/c${index}/0?tt=${tt}`);
    for (const { interruption } of plain.polls) interruption.abort();
    await settle();
    const grouped = await fill((index) => `/v2/subscribe/demo/c${index}/0?tt=${tt}&channel-group=g`);
    expect(grouped.polls.length).toBeLessThan(plain.polls.length / 2);
  });

  test('for the text of a filter', async () => {
    const { fill, start } = network();
    const tt = await start();
    const filter = encodeURIComponent(`a == "${'x'.repeat(20_000)}"`);
    const { polls } = await fill(() => `/v2/subscribe/demo/c/0?tt=${tt}&filter-expr=${filter}`);
    expect(polls).toHaveLength(1);
  });

  test('streams as well', async () => {
    const { fill, send, start, subscribe } = network();
    const tt = await start();
    await fill((index) => `/v2/subscribe/demo/c${index}/0?tt=${tt}`);
    expect((await send(`/v2/stream/demo/other?tt=${tt}`)).text).toBe('retry: 3000\n\n');
    expect((await subscribe('start', { tt: 1, hold: 0 })).m).toEqual([]);
  });
});

describe('the room of requests that wait is there again', () => {
  const targetOf = (tt: string) => (index: number) => `/v2/subscribe/demo/c,d${index}/0?tt=${tt}`;

  test('when they are answered', async () => {
    const { fill, publish, start } = network();
    const tt = await start();
    const { polls } = await fill(targetOf(tt));
    const next = await publish('c', 'x');
    await Promise.all(polls.map(({ poll }) => poll));
    expect((await fill(targetOf(next))).polls).toHaveLength(polls.length);
  });

  test('when their clients hang up', async () => {
    const { fill, start } = network();
    const tt = await start();
    const { polls } = await fill(targetOf(tt));
    for (const { interruption } of polls) interruption.abort();
    await settle();
    expect((await fill(targetOf(tt))).polls).toHaveLength(polls.length);
  });

  test('when their time is over', async () => {
    const { clock, fill, start } = network();
    const tt = await start();
    const { polls } = await fill(targetOf(tt));
    await clock.advance(60_000);
    await Promise.all(polls.map(({ poll }) => poll));
    expect((await fill(targetOf(tt))).polls).toHaveLength(polls.length);
  });

  test('when a change of keysets ends them', async () => {
    const { fill, origin, start } = network();
    const tt = await start();
    const { polls } = await fill(targetOf(tt));
    origin.setKeysets([{ subscribeKey: 'demo', publishKey: 'demo' }]);
    await Promise.all(polls.map(({ poll }) => poll));
    expect((await fill(targetOf(tt))).polls).toHaveLength(polls.length);
  });
});
