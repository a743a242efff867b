import { expect, test } from 'vitest';
import type { Stamp } from '../../../../src/origin/index.ts';
import { MemoryLog } from '../../../../src/origin/store/memory/log.ts';
import { message } from '../../../support/entries.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

test('a tail is called within the turn of the append, in order, until it is ended', async () => {
  const log = new MemoryLog(new VirtualClock());
  const seen: Stamp[] = [];
  const end = await log.tail({ onEntry: ({ tt }) => seen.push(tt), onState: () => undefined });
  const appended = log.appendNow([message('a'), message('b')]);
  expect(seen).toEqual(appended.map(({ tt }) => tt));
  end();
  log.appendNow([message('a')]);
  expect(seen).toHaveLength(2);
});
