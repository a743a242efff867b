import { expect, test } from 'vitest';
import { isPending, originNetwork } from '../../support/origin-network.ts';
import { settle } from '../../support/virtual-clock.ts';

// About 20 000 steps on a text of 10 000 characters.
const SLOW = "data LIKE '*ab*x*'";
const text = 'a'.repeat(10_000);
const limits = { filterSteps: 100_000 };

test('a filter that takes too long for one message is refused as malformed', async () => {
  const { publish, send, subscribe } = originNetwork({ limits });
  const { t } = await subscribe('a');
  await publish('a', text);
  const reply = await send(`/v2/subscribe/demo/a/0?tt=${t.t}&filter-expr=${encodeURIComponent(SLOW)}`);
  expect(reply).toMatchObject({
    status: 481,
    json: { message: 'Malformed filter expression: it takes too long' },
  });
});

test('a held poll whose filter takes too long for a message is refused too', async () => {
  const { publish, send, subscribe } = originNetwork({ limits });
  const { t } = await subscribe('a');
  const poll = send(`/v2/subscribe/demo/a/0?tt=${t.t}&filter-expr=${encodeURIComponent(SLOW)}`);
  expect(await isPending(poll)).toBe(true);
  await publish('a', text);
  expect((await poll).status).toBe(481);
});

test('an expression that takes too long to read is refused', async () => {
  const { send } = originNetwork({ limits: { filterSteps: 100 } });
  const expression = Array.from({ length: 200 }, () => 'a == 1').join('||');
  expect(
    (await send(`/v2/subscribe/demo/a/0?tt=1&filter-expr=${encodeURIComponent(expression)}`)).status,
  ).toBe(481);
});

test('over many messages a filter has steps for some, and the next poll goes on from there', async () => {
  const { publish, subscribe } = originNetwork({ limits: { filterSteps: 100_000 } });
  const start = (await subscribe('a')).t;
  for (let index = 0; index < 100; index++)
    await publish('a', `${'a'.repeat(1_500)}${index % 50 === 49 ? 'abx' : ''}`);
  let { t: cursor } = start;
  let polls = 0;
  const found: unknown[] = [];
  const end = await publish('a', 'abx');
  while (cursor < end) {
    const { t, m } = await subscribe('a', { tt: cursor, 'filter-expr': SLOW });
    expect(t.t > cursor).toBe(true);
    cursor = t.t;
    found.push(...m.map(({ d }) => d));
    polls++;
  }
  expect(found).toHaveLength(3);
  expect(polls).toBeGreaterThan(2);
});

test('of many filters that one publish wakes, those without steps go on with their next poll', async () => {
  const { publish, send, subscribe } = originNetwork({ limits: { filterSteps: 100_000 } });
  const { t } = await subscribe('a');
  const target = `/v2/subscribe/demo/a/0?tt=${t.t}&filter-expr=${encodeURIComponent(SLOW)}`;
  const polls = Array.from({ length: 100 }, () => send(target));
  const plain = send(`/v2/subscribe/demo/a/0?tt=${t.t}`);
  await settle();
  const tt = await publish('a', `${'a'.repeat(1_500)}abx`);
  const replies = await Promise.all(polls);
  const entries = replies.map(({ json }) => (json as { m: unknown[] }).m.length);
  const early = replies.filter((_, index) => entries[index] === 0);
  expect((await plain).json).toMatchObject({ m: [{}] });
  expect(early.length > 50 && early.length < 100).toBe(true);
  for (const { status, json } of early) {
    const { t: next } = json as { t: { t: string } };
    expect([status, next.t < tt]).toEqual([200, true]);
    const again = await subscribe('a', { tt: next.t, 'filter-expr': SLOW });
    expect(again.m).toHaveLength(1);
  }
});
