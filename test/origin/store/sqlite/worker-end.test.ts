import { expect, onTestFinished, test } from 'vitest';
import { message } from '../../../../src/origin/conformance/entries.ts';
import { StoreUnavailable, type TailState } from '../../../../src/origin/index.ts';
import { SqliteEngine } from '../../../../src/origin/store/sqlite/engine.ts';
import { RULES } from './engines.ts';
import { temporaryFile } from './files.ts';

test('a worker that ends is replaced: calls are refused once, and tails are told', async () => {
  const engine = new SqliteEngine({ path: temporaryFile() }, new URL('./dying-worker.ts', import.meta.url));
  onTestFinished(() => engine.close());
  const { log } = engine.shard('demo', RULES);
  const states: TailState[] = [];
  const heard: string[] = [];
  await log.tail({ onEntry: ({ channel }) => heard.push(channel), onState: (state) => states.push(state) });
  const { epoch = 0 } = states[0] ?? {};
  await log.append([message('before')]);
  const refused = await Promise.allSettled([log.append([message('die')]), log.append([message('beside')])]);
  expect(refused.some(({ status }) => status === 'rejected')).toBe(true);
  for (const result of refused) {
    if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(StoreUnavailable);
  }
  await log.append([message('after')]);
  expect(states).toEqual([
    { isUp: true, epoch },
    { isUp: false, epoch },
    { isUp: true, epoch },
  ]);
  expect([heard[0], heard.at(-1)]).toEqual(['before', 'after']);
});
