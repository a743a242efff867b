import { expect, test } from 'vitest';
import type { Plan } from './plan.ts';
import { close, play } from './play.ts';
import { planOfCase, type Receive } from './simulate.ts';

const SEEDS = 120;

const PLAIN: ReadonlySet<string> = new Set([
  ...['tell', 'tell-signal', 'publish', 'group', 'advance', 'turn', 'set-token'],
  ...['subscribe', 'unsubscribe', 'unsubscribe-names', 'break-connections', 'disconnect', 'reconnect'],
]);

// What is done to the loop has come to its end before the next message, so that nothing hangs on who was the faster.
function calm(plan: Plan): Plan {
  const steps = plan.steps
    .filter((step) => typeof step === 'object' && PLAIN.has(step.do))
    .flatMap((step) => [
      step,
      { do: 'advance', ms: 'do' in step && step.do === 'tell' ? 0 : 10_000 } as const,
    ]);
  return { ...plan, setting: { ...plan.setting, origin: 'roomy', latency: 0, heals: true }, steps };
}

async function seen(seed: number, receive: Receive): Promise<Readonly<Record<string, readonly string[]>>> {
  const world = await play(calm(planOfCase({ seed, receive })));
  const got = Object.groupBy(world.seen, ({ channel }) => channel);
  await close(world);
  return Object.fromEntries(
    Object.entries(got).map(([channel, all = []]) => [channel, all.map(({ key }) => key)]),
  );
}

test(`${SEEDS} random programs get the same, in the same order, by polls and over a stream`, {
  timeout: 120_000,
}, async () => {
  const different: number[] = [];
  for (let seed = 0; seed < SEEDS; seed++) {
    const [polled, streamed] = [await seen(seed, 'poll'), await seen(seed, 'stream')];
    if (JSON.stringify(polled) !== JSON.stringify(streamed)) different.push(seed);
  }
  expect(different).toEqual([]);
});
