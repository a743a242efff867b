import { expect, test } from 'vitest';
import { wildcardsCovering } from '../../src/origin/wildcards.ts';

test.each([
  ['a', []],
  ['a.b', ['a.*']],
  ['a.b.c', ['a.*', 'a.b.*']],
  ['a.b-pnpres', ['a.*-pnpres']],
  ['.x', ['.*']],
  ['.', []],
  ['a.', []],
  ['', []],
])('%j is covered by the wildcards %j', (channel, wildcards) => {
  expect(wildcardsCovering(channel)).toEqual(wildcards);
});
