import { expect, test } from 'vitest';
import { conformanceCases, omittedCases } from '../../../src/origin/conformance/index.ts';
import { memoryOptions } from './engines.ts';

const nameOf = ({ part, name }: { readonly part: string; readonly name: string }) => `${part}: ${name}`;

test('each case has a name of its own', () => {
  const names = conformanceCases(memoryOptions()).map(nameOf);
  expect(new Set(names).size).toBe(names.length);
});

test('cases that need an option run only with it, and are listed without', () => {
  const { open, ...options } = memoryOptions();
  const all = conformanceCases({ open, ...options }).map(nameOf);
  expect([...conformanceCases({ open }), ...omittedCases({ open })].map(nameOf).toSorted()).toEqual(
    all.toSorted(),
  );
  const needs = (given: object) => new Set(omittedCases({ open, ...given }).flatMap((one) => one.needs));
  expect(needs({})).toEqual(new Set(['advance', 'jump', 'reopen']));
  expect(needs({ reopen: options.reopen })).toEqual(new Set(['advance', 'jump']));
  expect(needs({ reopen: options.reopen, advance: options.advance })).toEqual(new Set(['jump']));
  expect(needs(options)).toEqual(new Set());
});

test('an engine that cannot be opened fails its cases with the reason', async () => {
  const cause = new Error('no database');
  const [first] = conformanceCases({ open: () => Promise.reject(cause) });
  await expect(first?.run()).rejects.toMatchObject({
    message: expect.stringContaining('no database'),
    cause,
  });
});

test('rules of the caller hold in every case, and the engines are closed', async () => {
  const { open: opened, advance } = memoryOptions();
  const seen = new Set<number | undefined>();
  let open = 0;
  const cases = conformanceCases({
    advance,
    rules: { shards: 77 },
    open: () => {
      const engine = opened();
      open++;
      return {
        isLocal: true,
        shard: (subscribeKey, rules) => {
          seen.add(rules.shards);
          return engine.shard(subscribeKey, rules);
        },
        close: async () => void open--,
      };
    },
  });
  for (const { part, run } of cases) if (part === 'push') await run();
  expect([seen, open]).toEqual([new Set([77]), 0]);
});
