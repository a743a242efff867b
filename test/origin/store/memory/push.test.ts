import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryPush } from '../../../../src/origin/store/memory/push.ts';

const name: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c', 'd');
const names = fc.array(name, { maxLength: 3 });
const device = fc.constantFrom('x', 'y', 'z');
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('change' as const), device, add: names, remove: names }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), device }) },
);

test('devices have just the channels that were added and not removed, within the limits', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const push = new MemoryPush({ devices: 2, channels: 3 });
      const model = new Map<string, Set<string>>();
      for (const step of steps) {
        if (step.kind === 'forget') {
          await push.forget(step.device);
          model.delete(step.device);
          continue;
        }
        const known = model.get(step.device) ?? new Set();
        const next = new Set([...known, ...step.add].filter((channel) => !step.remove.includes(channel)));
        const tooMany = next.size > 3 && next.size > known.size;
        const excess = tooMany
          ? 'channels'
          : known.size === 0 && next.size > 0 && model.size >= 2
            ? 'devices'
            : undefined;
        expect(await push.change(step.device, step.add, step.remove)).toBe(excess);
        if (excess !== undefined) continue;
        if (next.size > 0) model.set(step.device, next);
        else model.delete(step.device);
      }
      for (const name of ['x', 'y', 'z']) {
        const all = [...(model.get(name) ?? [])].sort();
        expect(await push.channels(name, { limit: 10 })).toEqual(all);
        expect(await push.channels(name, { after: 'b', limit: 1 })).toEqual(
          all.filter((one) => one > 'b').slice(0, 1),
        );
      }
    }),
  );
});
