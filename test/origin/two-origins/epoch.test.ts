import { describe, expect, test } from 'vitest';
import { MemoryEngine } from '../../../src/origin/index.ts';
import { FaultyEngine } from '../../support/faulty-engine.ts';
import { isPending, originNetwork } from '../../support/origin-network.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

type Network = ReturnType<typeof originNetwork>;

function twoOrigins() {
  const clock = new VirtualClock();
  const engine = new MemoryEngine({ clock, random: () => 0.25 });
  return {
    clock,
    engine,
    one: originNetwork({ store: engine, clock }),
    two: originNetwork({ store: engine, clock }),
  };
}

describe('when the log becomes another one', () => {
  test('every parked poll is told so, with a gap, at both origins', async () => {
    const { engine, one, two } = twoOrigins();
    const { t } = await one.subscribe('a');
    const polls = [one, two].map(({ subscribe }) => subscribe('a', { tt: t.t, tr: t.r }));
    for (const poll of polls) await isPending(poll);
    engine.failOver();
    for (const answer of await Promise.all(polls)) {
      expect(answer.t.r).toBe(Number(t.r) + 1);
      expect(answer.t.t > t.t).toBe(true);
      expect(answer.m).toEqual([]);
      expect(answer.g).toMatchObject([{ c: 'a', from: t.t }]);
    }
  });

  test('a client goes on with the new number, without another gap', async () => {
    const { engine, one, two } = twoOrigins();
    const { t } = await one.subscribe('a');
    await one.publish('a', 'before');
    engine.failOver();
    await settle();
    const first = await two.subscribe('a', { tt: t.t, tr: t.r });
    expect(first.m.map(({ d }) => d)).toEqual(['before']);
    expect(first.g).toHaveLength(1);
    await one.publish('a', 'after');
    const second = await one.subscribe('a', { tt: first.t.t, tr: first.t.r });
    expect(second.m.map(({ d }) => d)).toEqual(['after']);
    expect(second.g).toBe(undefined);
  });

  test('entries that were lost are not delivered any more, and nothing is stamped below them', async () => {
    const { engine, one, two } = twoOrigins();
    const { t } = await one.subscribe('a');
    await one.publish('a', 'kept');
    const lost = await one.publish('a', 'lost');
    engine.failOver({ lost: 1 });
    await settle();
    const after = await two.publish('a', 'after');
    expect(after > lost).toBe(true);
    const answer = await one.subscribe('a', { tt: t.t, tr: t.r });
    expect(answer.m.map(({ d }) => d)).toEqual(['kept', 'after']);
    expect(answer.m.every(({ p }) => p.r === answer.t.r)).toBe(true);
  });

  test('and the clock of the new one is behind, timetokens do not go back', async () => {
    const { clock, engine, one, two } = twoOrigins();
    const { t } = await one.subscribe('a');
    const seen = await one.publish('a', 'seen');
    const poll = await two.subscribe('a', { tt: t.t, tr: t.r });
    clock.jump(-3_000);
    engine.failOver({ lost: 1 });
    await settle();
    const after = await one.publish('a', 'after');
    expect(after > seen).toBe(true);
    const next = await two.subscribe('a', { tt: poll.t.t, tr: poll.t.r });
    expect(next.m.map(({ d }) => d)).toEqual(['after']);
    expect(next.t.t > poll.t.t).toBe(true);
  });

  test('again, a client with the first number is told of both', async () => {
    const { engine, one } = twoOrigins();
    const { t } = await one.subscribe('a');
    engine.failOver();
    await settle();
    const first = await one.subscribe('a', { tt: t.t, tr: t.r });
    engine.failOver();
    await settle();
    // It keeps its old region.
    const second = await one.subscribe('a', { tt: first.t.t, tr: t.r });
    expect(second.t.r).toBe(Number(t.r) + 2);
    expect(second.g).toHaveLength(1);
  });

  test.each([0, -3_000])(
    'a client without a region is told too, when the clock has moved by %i ms',
    async (jump) => {
      const { clock, engine, one, two } = twoOrigins();
      const { t } = await one.subscribe('a');
      await one.publish('a', 'lost');
      await two.subscribe('a', { tt: t.t });
      clock.jump(jump);
      engine.failOver({ lost: 1 });
      await settle();
      await one.publish('a', 'after');
      for (const { subscribe } of [one, two]) {
        const answer = await subscribe('a', { tt: t.t });
        expect(answer.m.map(({ d }) => d)).toEqual(['after']);
        expect(answer.g).toHaveLength(1);
      }
    },
  );

  test('twice in a row, nothing of either is delivered twice, and no timetoken is given out again', async () => {
    const { engine, one, two } = twoOrigins();
    let { t } = await one.subscribe('a');
    const published = [await one.publish('a', 0), await two.publish('a', 1)];
    engine.failOver({ lost: 1 });
    engine.failOver({ lost: 1 });
    for (let index = 2; index < 6; index++) published.push(await (index % 2 ? one : two).publish('a', index));
    expect(published).toEqual([...new Set(published)].toSorted());
    const seen: unknown[] = [];
    for (const { subscribe } of [one, two, one, two]) {
      const answer = await subscribe('a', { tt: t.t, tr: t.r });
      seen.push(...answer.m.map(({ d }) => d));
      t = answer.t;
      if (seen.includes(5)) break;
    }
    expect(seen).toEqual([2, 3, 4, 5]);
  });

  test('a client that another origin has told comes to one that has not heard of it, and gets nothing again', async () => {
    const { clock, engine } = twoOrigins();
    const links = [new FaultyEngine(engine), new FaultyEngine(engine)] as const;
    const [one, two] = links.map((store) => originNetwork({ store, clock })) as [Network, Network];
    const { t } = await one.subscribe('a');
    await two.subscribe('a');
    await one.publish('a', 'before');
    links[1].isDeaf = true;
    engine.failOver();
    const first = await one.subscribe('a', { tt: t.t, tr: t.r });
    expect(first.m.map(({ d }) => d)).toEqual(['before']);
    await one.publish('a', 'after');
    const second = await one.subscribe('a', { tt: first.t.t, tr: first.t.r });
    expect(second.m.map(({ d }) => d)).toEqual(['after']);
    const third = two.subscribe('a', { tt: second.t.t, tr: second.t.r });
    await isPending(third);
    links[1].isDeaf = false;
    await two.publish('a', 'last');
    const { m, g } = await third;
    expect(m.map(({ d }) => d)).toEqual(['last']);
    expect(g).toBe(undefined);
  });
});
