import { expect, test } from 'vitest';
import { Stays } from '../../../src/origin/presence/stays.ts';

test('a stay is due a fixed time after its leases were renewed', () => {
  const stays = new Stays();
  const slow = stays.begin('u', ['a'], undefined);
  const quick = stays.begin('u', ['b'], undefined);
  stays.renewed(slow, 0, 100);
  stays.renewed(quick, 0, 10);
  expect(stays.first()).toBe(quick);
  stays.renewed(quick, 95, 10);
  expect(stays.first()).toBe(slow);
});

test('a stay that ended while its leases were renewed is not due again', () => {
  const stays = new Stays();
  const stay = stays.begin('u', ['a'], undefined);
  stays.end(stay);
  stays.renewed(stay, 0, 10);
  expect(stays.first()).toBeUndefined();
});

test('a leave takes channels from all stays of that user, and from no other', () => {
  const stays = new Stays();
  const [one, two, other] = [
    stays.begin('u', ['a', 'b'], undefined),
    stays.begin('u', ['a'], undefined),
    stays.begin('v', ['a'], undefined),
  ];
  stays.leave('u', ['a']);
  expect([one, two, other].map((stay) => [...(stay?.channels ?? [])])).toEqual([['b'], [], ['a']]);
});
