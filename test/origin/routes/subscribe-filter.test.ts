import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { WireSubscribeAnswer } from '../../../src/protocol/envelope.ts';
import { isPending, originNetwork, queryText } from '../../support/origin-network.ts';
import { settle } from '../../support/virtual-clock.ts';

const HOLD = 280_000;
const ENGLISH = 'lang == "en"';
const english = { meta: JSON.stringify({ lang: 'en' }) };
const german = { meta: JSON.stringify({ lang: 'de' }) };
const payloads = ({ m }: WireSubscribeAnswer) => m.map(({ d }) => d);
const filtered = (expression: string, tt: string) => ({ tt, 'filter-expr': expression });

describe('a poll with a filter expression', () => {
  test.each([
    ['lang == "en"', ['en']],
    ['meta.lang == "en"', ['en']],
    ['meta.lang != "en"', ['de', 'bare']],
    ['!lang', ['bare']],
    ['data == "de"', ['de']],
    ['meta.lang LIKE "E*" || data CONTAINS "ar"', ['en', 'bare']],
  ])('%s gets the messages for which it holds', async (expression, expected) => {
    const { publish, subscribe } = originNetwork();
    const { t } = await subscribe('a');
    await publish('a', 'en', english);
    await publish('a', 'de', german);
    await publish('a', 'bare');
    expect(payloads(await subscribe('a', filtered(expression, t.t)))).toEqual(expected);
  });

  test('stays held while nothing fits, and is answered by what does, once', async () => {
    const { publish, subscribe } = originNetwork();
    const { t } = await subscribe('a');
    const poll = subscribe('a', filtered(ENGLISH, t.t));
    await publish('a', 1, german);
    await publish('a', 2);
    expect(await isPending(poll)).toBe(true);
    await publish('a', 3, english);
    const answer = await poll;
    expect(payloads(answer)).toEqual([3]);
    const next = subscribe('a', filtered(ENGLISH, answer.t.t));
    expect(await isPending(next)).toBe(true);
  });

  test('that nothing fitted ends at its time with a cursor past everything that it passed over', async () => {
    const { clock, publish, subscribe, drain } = originNetwork();
    const { t } = await subscribe('a');
    const poll = subscribe('a', filtered(ENGLISH, t.t));
    await settle();
    const last = await publish('a', 'x', german);
    await clock.advance(HOLD);
    const answer = await poll;
    expect(answer.m).toEqual([]);
    expect(answer.t.t >= last).toBe(true);
    expect((await drain('a', answer.t.t)).m).toEqual([]);
  });

  test('has lost nothing when only what it passed over is dropped', async () => {
    const { publish, subscribe } = originNetwork({ limits: { queueLength: 3 } });
    const { t } = await subscribe('a');
    await publish('a', 0, german);
    const poll = subscribe('a', filtered(ENGLISH, t.t));
    for (let index = 1; index < 10; index++) {
      await publish('a', index, german);
      expect(await isPending(poll)).toBe(true);
    }
    await publish('a', 'x', english);
    const answer = await poll;
    expect(payloads(answer)).toEqual(['x']);
    expect(answer).not.toHaveProperty('g');
  });

  test('is told of what was dropped before it was looked at: nobody knows whether it would fit', async () => {
    const { publish, subscribe } = originNetwork({ limits: { queueLength: 3 } });
    const { t } = await subscribe('a');
    for (let index = 0; index < 5; index++) await publish('a', index, german);
    expect((await subscribe('a', filtered(ENGLISH, t.t))).g).toEqual([
      { c: 'a', from: t.t, to: expect.stringMatching(/^\d{17}$/) },
    ]);
  });

  test('keeps its place when one of its groups changes', async () => {
    const { publish, send, subscribe } = originNetwork({ limits: { queueLength: 3 } });
    const add = (channel: string) =>
      send(`/v1/channel-registration/sub-key/demo/channel-group/g?add=${channel}`);
    await add('a');
    const query = { 'channel-group': 'g' };
    const { t } = await subscribe(',', query);
    const poll = subscribe(',', { ...query, ...filtered(ENGLISH, t.t) });
    await settle();
    for (let index = 0; index < 9; index++) await publish('a', index, german);
    await add('b');
    expect(await isPending(poll)).toBe(true);
    await publish('b', 'x', english);
    const answer = await poll;
    expect(payloads(answer)).toEqual(['x']);
    expect(answer).not.toHaveProperty('g');
  });

  test('gets signals and presence whatever it says', async () => {
    const { presence, send, subscribe } = originNetwork();
    const { t } = await subscribe('a,a-pnpres');
    await send('/signal/demo/demo/0/a/0/1');
    await presence('a', 'heartbeat', { uuid: 'u' });
    const { m } = await subscribe('a,a-pnpres', filtered('false', t.t));
    expect(m.map(({ c, e }) => [c, e])).toEqual([
      ['a', 1],
      ['a-pnpres', undefined],
    ]);
  });

  test('gets one copy for each name that matches', async () => {
    const { publish, subscribe } = originNetwork();
    const { t } = await subscribe('a.b');
    await publish('a.b', 1, german);
    await publish('a.b', 2, english);
    const { m } = await subscribe('a.b,a.*', filtered(ENGLISH, t.t));
    expect(m.map(({ b, d }) => [b, d])).toEqual([
      ['a.b', 2],
      ['a.*', 2],
    ]);
  });

  test('is as cheap as one: a message is parsed once, however many polls ask', async () => {
    const { publish, subscribe } = originNetwork();
    const { t } = await subscribe('a');
    const polls = Array.from({ length: 20 }, (_, index) =>
      subscribe('a', filtered(`data.n != ${index}`, t.t)),
    );
    await settle();
    const parse = vi.spyOn(JSON, 'parse');
    await publish('a', { n: 7 });
    await settle();
    const parsed = parse.mock.calls.filter(
      ([text]) => text.startsWith('{"a"') && text.includes('"d":{"n":7}'),
    );
    parse.mockRestore();
    expect(parsed).toHaveLength(1);
    const pending = await Promise.all(polls.map(isPending));
    expect(pending.filter(Boolean)).toHaveLength(1);
  });
});

describe('a malformed filter expression', () => {
  test.each([['a ='], ['('], ['a == "x'], ['meta.'], [`a LIKE "${'*'.repeat(300)}"`]])(
    '%s is refused with 481, in a handshake too',
    async (expression) => {
      const { send } = originNetwork();
      for (const tt of ['0', '17000000000000000']) {
        const reply = await send(`/v2/subscribe/demo/a/0${queryText(filtered(expression, tt))}`);
        expect(reply.status).toBe(481);
        expect(reply.json).toEqual({
          message: expect.stringMatching(/^Malformed filter expression: .* at character \d+$/),
          error: true,
          service: 'Access Manager',
          status: 481,
        });
      }
    },
  );

  test('joins nobody', async () => {
    const { send, subscribe } = originNetwork();
    const { t } = await subscribe('a-pnpres');
    await send(`/v2/subscribe/demo/a/0${queryText({ ...filtered('(', '0'), uuid: 'u' })}`);
    const poll = subscribe('a-pnpres', { tt: t.t });
    expect(await isPending(poll)).toBe(true);
  });
});

test('an empty filter expression is none', async () => {
  const { publish, subscribe } = originNetwork();
  const { t } = await subscribe('a');
  await publish('a', 1);
  expect(payloads(await subscribe('a', filtered('', t.t)))).toEqual([1]);
});

test('any expression is answered with 200 or 481', async () => {
  const { send } = originNetwork();
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (expression) => {
      const { status } = await send(`/v2/subscribe/demo/a/0${queryText(filtered(expression, '0'))}`);
      expect([200, 481]).toContain(status);
    }),
  );
});

test('whatever is published between polls comes to a filtering client just as one that picks for itself', async () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('publish' as const),
      lang: fc.constantFrom('en', 'de'),
      channel: fc.constantFrom('a', 'b'),
    }),
    fc.record({ kind: fc.constant('settle' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { publish, subscribe, drain } = originNetwork();
      const { t } = await subscribe('a,b');
      const heard: unknown[] = [];
      let cursor = t.t;
      const loop = (async () => {
        while (heard.at(-1) !== 'end') {
          const answer = await subscribe('a,b', filtered(ENGLISH, cursor));
          heard.push(...payloads(answer));
          cursor = answer.t.t;
        }
      })();
      for (const [index, step] of steps.entries()) {
        if (step.kind === 'settle') await settle();
        else await publish(step.channel, index, step.lang === 'en' ? english : german);
      }
      await publish('a', 'end', english);
      await loop;
      const { m } = await drain('a,b', t.t);
      const picked = m.filter(({ u }) => JSON.stringify(u) === english.meta).map(({ d }) => d);
      expect(heard).toEqual(picked);
    }),
    { numRuns: 40 },
  );
});
