import { describe, expect, test } from 'vitest';
import {
  type ConformanceOptions,
  type ConformancePart,
  conformanceCases,
} from '../../../src/origin/conformance/index.ts';
import type { Engine, ShardStore } from '../../../src/origin/index.ts';
import { breaking, type Fault, part, tickBefore } from './broken-engines.ts';
import { memoryOptions } from './engines.ts';
import { INSTANCE_FAULTS } from './instance-faults.ts';
import { LOG_FAULTS } from './log-faults.ts';
import { PART_FAULTS } from './part-faults.ts';

/** The cases of a part that fail, with their errors. */
async function failuresOf(options: ConformanceOptions, onlyPart?: ConformancePart) {
  const failed = new Map<string, string>();
  for (const { part: of, name, run } of conformanceCases(options)) {
    if (onlyPart && of !== onlyPart) continue;
    try {
      await run();
    } catch (error) {
      failed.set(name, String(error));
    }
  }
  return failed;
}

function failures(how: Fault['how'], onlyPart?: ConformancePart) {
  return failuresOf({ ...memoryOptions(breaking(how)), scripts: 5 }, onlyPart);
}

describe('an engine is found that has', () => {
  test.each(Object.entries({ ...LOG_FAULTS, ...PART_FAULTS, ...INSTANCE_FAULTS }))('%s', async (_, fault) => {
    const failed = await failures(fault.how, fault.part);
    expect([...failed.keys()]).toContain(fault.noticed);
    expect(failed.get(fault.noticed)).toContain(`${fault.part}: ${fault.noticed}`);
  });

  test('one set of data for all keys', async () => {
    const options = memoryOptions((engine) => ({
      isLocal: true,
      shard: (_, rules) => engine.shard('one', rules),
      close: () => engine.close(),
    }));
    const failed = await failuresOf(options, 'engine');
    expect([...failed.keys()]).toContain('the data of one subscribe key is not that of another');
  });

  test('nothing left when it is opened again', async () => {
    const options = memoryOptions();
    const failed = await failuresOf({ ...options, reopen: options.open }, 'engine');
    expect([...failed.keys()]).toEqual(
      expect.arrayContaining([
        'what was acknowledged is there when the engine is opened again',
        'no stamp is given out twice, however often the engine is opened',
        'a publish that is repeated after a restart is a duplicate',
        'stamps of two processes are in one order',
      ]),
    );
  });

  test('stamps from the clock of each process', async () => {
    // The clock of one process is behind.
    const behind = ({ log }: ShardStore): Partial<ShardStore> => ({
      log: part(log, {
        append: async (batch, options) => {
          const appended = await log.append(batch, options);
          return appended.map((one) => ({ ...one, tt: tickBefore(tickBefore(one.tt)) }));
        },
      }),
    });
    const [straight, late] = [memoryOptions(), breaking(behind)];
    const reopen = (engine: Engine) => late(straight.reopen(engine));
    const failed = await failuresOf({ ...straight, reopen }, 'engine');
    expect([...failed.keys()]).toContain('stamps of two processes are in one order');
  });
});

test('the wrapper of broken engines breaks nothing by itself', async () => {
  expect(await failures(() => ({}))).toEqual(new Map());
});

test('a failure says what was expected and what came, with the seed and the step, which bring it back', async () => {
  const { how, noticed } = PART_FAULTS['a device that keeps what is removed'] ?? {};
  if (!how || !noticed) throw new Error('This fault is gone.');
  const text = (await failures(how, 'push')).get(noticed);
  expect(text).toMatch(/seed \d+, step \d+: .*expected \[.*got \[/s);
  const seed = Number(/seed (\d+)/.exec(text ?? '')?.[1]);
  const options = { ...memoryOptions(breaking(how)), random: seed, scripts: 1 };
  const again = conformanceCases(options).find(({ name }) => name === noticed);
  await expect(again?.run()).rejects.toThrow(text?.replace('Error: ', ''));
});
