import { describe, expect, test } from 'vitest';
import { planOf } from './generate.ts';
import { judge, problemsOf } from './judge.ts';
import { closedProblems } from './oracle/endings.ts';
import { paceProblems } from './oracle/pace.ts';
import type { Plan, Step } from './plan.ts';
import { close, play } from './play.ts';
import type { Got } from './record.ts';
import { shrink } from './shrink.ts';
import {
  BREAK,
  DISCONNECT,
  FOREIGN,
  group,
  handleOf,
  RECONNECT,
  situation,
  sub,
  tell,
  wait,
} from './situations/situation.ts';
import type { World } from './world.ts';

const TURN: Step = { do: 'turn' };
const KEEP: Step = { do: 'keep-cursor' };
const SUBSCRIBED = [sub('s1', ['a', 'n.*']), wait(1_000), tell('a', 3), tell('n.x'), wait(1_000)];

/** Plays what every client can do, spoils it, and asks the oracle. */
async function spoiled(
  steps: readonly Step[],
  spoil: (world: World) => void,
  setting: Parameters<typeof situation>[1] = {},
): Promise<readonly string[]> {
  const world = await play(situation('', setting, steps));
  expect(problemsOf(world)).toEqual([]);
  spoil(world);
  const problems = problemsOf(world);
  await close(world);
  return problems;
}

function firstGot(world: World, id = 's1'): Got {
  const [first] = handleOf(world, id).got;
  if (!first) throw new RangeError('Nothing was got.');
  return first;
}

describe('the oracle sees', () => {
  test('that nothing is wrong where nothing is', async () => {
    expect(await judge(situation('', {}, SUBSCRIBED))).toEqual([]);
  });

  test('a message that a subscription lost', async () => {
    const problems = await spoiled(SUBSCRIBED, (world) => handleOf(world, 's1').got.splice(1, 1));
    expect(problems).toContainEqual(expect.stringMatching(/^s1: lost .*"m2"/));
    expect(problems).toContainEqual(expect.stringMatching(/^s1: passed over .*"m2"/));
  });

  test('a message that came twice', async () => {
    const problems = await spoiled(SUBSCRIBED, (world) => {
      handleOf(world, 's1').got.push({ ...firstGot(world), ...world.when() });
    });
    expect(problems).toContainEqual(expect.stringMatching(/^s1: got .*"m1".* twice/));
  });

  test('messages in the wrong order', async () => {
    const problems = await spoiled(SUBSCRIBED, (world) => {
      const { got } = handleOf(world, 's1');
      got.push(...got.splice(0, 1));
    });
    expect(problems).toContainEqual(expect.stringMatching(/^s1: got .*"m1".* after /));
  });

  test('a message that nobody sent', async () => {
    const problems = await spoiled(SUBSCRIBED, (world) => {
      handleOf(world, 's1').got.push({ ...firstGot(world), key: 'forged', ...world.when() });
    });
    expect(problems).toContainEqual('s1: got forged, which nobody sent');
  });

  test('a message after unsubscribe()', async () => {
    const problems = await spoiled([...SUBSCRIBED, { do: 'unsubscribe', id: 's1' }], (world) => {
      const { got } = handleOf(world, 's1');
      const last = got.pop();
      if (last) got.push({ ...last, ...world.when() });
    });
    expect(problems).toContainEqual(expect.stringMatching(/after it was unsubscribed$/));
  });

  test('a message from before the subscription', async () => {
    const early = [tell('a'), wait(1_000), ...SUBSCRIBED];
    const problems = await spoiled(early, (world) => {
      const [entry] = world.truth.entries;
      const { channel, timetoken, kind, key } = entry ?? firstGot(world);
      handleOf(world, 's1').got.unshift({ ...firstGot(world), channel, timetoken, kind, key });
    });
    expect(problems).toContainEqual(expect.stringMatching(/^s1: got .*"m1".* at or below its floor/));
  });

  test('a message that no name of the subscription has', async () => {
    const problems = await spoiled([sub('s2', ['b']), ...SUBSCRIBED], (world) => {
      handleOf(world, 's2').got.push({ ...firstGot(world), ...world.when() });
    });
    expect(problems).toContainEqual(expect.stringMatching(/^s2: got .* which no accepted name of it has$/));
  });

  test('a label that is not the name that matched', async () => {
    const problems = await spoiled(SUBSCRIBED, (world) => {
      const { got } = handleOf(world, 's1');
      got[0] = { ...firstGot(world), subscription: 'n.*' };
      const wildcard = got.findIndex(({ channel }) => channel === 'n.x');
      got[wildcard] = { ...(got[wildcard] ?? firstGot(world)), subscription: null };
    });
    expect(problems).toContainEqual(expect.stringMatching(/labelled null$/));
  });

  test("what the client's own listeners lost, got twice or got for nobody", async () => {
    const lost = await spoiled(SUBSCRIBED, (world) => world.seen.shift());
    expect(lost).toContainEqual(expect.stringMatching(/^client: its listeners never got .*"m1"/));
    const twice = await spoiled(SUBSCRIBED, (world) =>
      world.seen.push({ ...firstGot(world), ...world.when() }),
    );
    expect(twice).toContainEqual(expect.stringMatching(/^client: its listeners got .*"m1".* twice/));
    const nobodys = await spoiled(SUBSCRIBED, (world) =>
      world.seen.push({ ...firstGot(world), channel: 'zz', key: 'z' }),
    );
    expect(nobodys).toContainEqual("client: its listeners got z, which is nobody's");
  });

  test('that an iterator yielded less than its subscription got', async () => {
    const reading: Step = { do: 'read', id: 's1', reader: 'eager', buffer: 1, overflow: 'pause' };
    const problems = await spoiled([sub('s1', ['a']), reading, wait(1_000), tell('a', 3)], (world) =>
      handleOf(world, 's1').readers[0]?.read.pop(),
    );
    expect(problems).toContainEqual(expect.stringMatching(/^s1: an iterator yielded 3/));
  });

  test('a promise that does not settle, and one that rejects for nothing', async () => {
    const pending = await spoiled(SUBSCRIBED, (world) => {
      handleOf(world, 's1').connected = 'pending';
    });
    expect(pending).toContainEqual('s1: connected() never settled');
    const rejected = await spoiled(SUBSCRIBED, (world) => {
      handleOf(world, 's1').connected = 'rejected';
    });
    expect(rejected).toContainEqual('s1: connected() rejected for nothing');
  });

  test('what is left after close()', async () => {
    const world = await play(situation('', {}, SUBSCRIBED));
    await close(world);
    expect(closedProblems(world)).toEqual([]);
    world.clock.setTimeout(() => undefined, 1);
    world.untils.push({ state: 'failed' });
    world.failures.made += 1;
    expect(closedProblems(world)).toEqual([
      'closed: 1 timers are left',
      'closed: until("failed") never settled',
      'listeners: 1 failed, 0 were reported',
    ]);
  });

  test('polls side by side, and requests in a hurry', async () => {
    const world = await play(situation('', {}, SUBSCRIBED));
    await close(world);
    expect(paceProblems(world)).toEqual([]);
    const [exchange] = world.net.exchanges;
    if (!exchange) throw new RangeError('Nothing was sent.');
    world.net.exchanges.push(...Array.from({ length: 300 }, () => ({ ...exchange, kind: 'poll' as const })));
    world.net.exchanges.push({ ...exchange, kind: 'poll', beside: 1 });
    expect(paceProblems(world)).toEqual([
      expect.stringMatching(/^pace: a poll beside 1 others/),
      expect.stringMatching(/requests within ten seconds/),
    ]);
  });
});

describe('the oracle takes no offence at', () => {
  test('withLast() that counts by time what regions took in another order', async () => {
    const steps: readonly Step[] = [
      // Answers have their stamps too: one region is ahead of the other.
      ...[sub('s2', ['a']), TURN, sub('s3', ['a']), TURN],
      ...[tell('a', 3), { do: 'tell-elsewhere', channel: 'a' } as const, tell('a', 3)],
      ...[wait(3_000), sub('s1', ['a'], { start: { at: 'last', count: 4 } }), wait(5_000)],
    ];
    expect(await judge(situation('', FOREIGN, steps))).toEqual([]);
  });

  test('a message that was on its way when its channel was put into the group', async () => {
    const steps: readonly Step[] = [
      sub('s1', ['b'], { groups: ['g'], start: { at: 'ago', ms: 60_000 } }),
      ...[{ do: 'publish', channel: 'a' } as const, KEEP, KEEP, group('g', 'a'), wait(1_000)],
    ];
    expect(await judge(situation('', {}, steps))).toEqual([]);
  });

  test('a message that another region took earlier than it is lost in this one', async () => {
    const steps: readonly Step[] = [
      ...[{ do: 'other-region' } as const, sub('s1', ['a']), wait(1_000), tell('a'), wait(10)],
      ...[{ do: 'other-region' } as const, BREAK, tell('a', 14), wait(5_000)],
    ];
    expect(await judge(situation('', { ...FOREIGN, regionSkew: 40, regionDelay: 300 }, steps))).toEqual([]);
  });

  test('connected() of names that were dropped in the last moment', async () => {
    const drop: Step = { do: 'unsubscribe-names', channels: ['a'], groups: [] };
    expect(await judge(situation('', { latency: 30, heals: false }, [sub('s1', ['a']), drop]))).toEqual([]);
  });
});

describe('a gap excuses', () => {
  const TRIMMED = [sub('s1', ['a']), wait(1_000), DISCONNECT, tell('a', 6), RECONNECT, wait(5_000)];
  const TIGHT = { origin: 'tight', queue: 2 } as const;

  test('what it names, and no more', async () => {
    const problems = await spoiled(TRIMMED, (world) => handleOf(world, 's1').gaps.splice(0), TIGHT);
    expect(problems.filter((problem) => problem.startsWith('s1: lost'))).toHaveLength(4);
  });

  test('nothing on another channel, outside its range or of another kind', async () => {
    for (const change of [
      { channel: 'b' },
      { to: '17000000000000000' },
      { kinds: ['signal'] },
      { presence: true },
    ]) {
      const problems = await spoiled(
        TRIMMED,
        (world) => {
          const { gaps } = handleOf(world, 's1');
          for (const [index, told] of gaps.entries())
            gaps[index] = { ...told, gap: { ...told.gap, ...change } };
        },
        TIGHT,
      );
      expect(problems.filter((problem) => problem.startsWith('s1: lost'))).toHaveLength(4);
    }
  });

  test('no stored message where it says that everything was recovered', async () => {
    const problems = await spoiled(
      TRIMMED,
      (world) => {
        const { gaps } = handleOf(world, 's1');
        for (const [index, told] of gaps.entries())
          gaps[index] = { ...told, gap: { ...told.gap, recovered: 'complete' } };
      },
      TIGHT,
    );
    expect(problems.filter((problem) => problem.startsWith('s1: lost'))).toHaveLength(4);
  });

  test('nothing where the origin has everything', async () => {
    const problems = await spoiled(SUBSCRIBED, (world) => {
      const { got, gaps } = handleOf(world, 's1');
      got.splice(1, 1);
      const range = { channel: 'a', presence: false, from: '1', to: '9'.repeat(17) };
      const gap = {
        ...range,
        reason: 'trimmed',
        certain: true,
        recovered: 'none',
        kinds: ['message'],
      } as const;
      gaps.push({ gap, order: 1 });
    });
    expect(problems).toContainEqual(expect.stringMatching(/^s1: lost .*"m2"/));
    expect(problems).toContainEqual(expect.stringMatching(/where the origin has everything$/));
  });
});

describe('a seed', () => {
  test('stands for the same plan and the same end each time', async () => {
    for (const seed of [3, 7, 31, 75]) {
      expect(planOf(seed)).toEqual(planOf(seed));
      expect(await judge(planOf(seed))).toEqual(await judge(planOf(seed)));
    }
  });

  test('that fails shrinks to the steps that matter, the same each time', async () => {
    const noise: readonly Step[] = [tell('c'), wait(10), { do: 'keep-cursor' }, tell('b'), { do: 'turn' }];
    const steps = [...noise, sub('s1', ['a']), ...noise, () => ['broken on purpose'], ...noise];
    const broken: Plan = situation('', {}, steps);
    const problems = await judge(broken);
    expect(problems).toEqual(['broken on purpose']);
    const shrunk = await shrink(broken, problems);
    expect(shrunk.plan.steps).toHaveLength(1);
    expect(shrunk.problems).toEqual(problems);
    expect((await shrink(broken, problems)).kept).toEqual(shrunk.kept);
  });
});
