import { expect, test } from 'vitest';
import { nestedBeyond, wildcardsCovering } from '../../src/origin/wildcards.ts';

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

test.each([
  [['a.*', 'a.b.*', 'a.b.c.*'], ['a.b.c.*']],
  [['a.*', 'a.b.*', 'a.c.*', 'd.*', 'a.b.c'], []],
  [['a.*', 'a.b.c.d.*', 'a.b.c.d.e.*'], ['a.b.c.d.e.*']],
  [['a.*', 'a.b.*', 'a.*-pnpres', 'a.b.*-pnpres'], []],
  [['a.*-pnpres', 'a.b.*-pnpres', 'a.b.c.*-pnpres'], ['a.b.c.*-pnpres']],
  [['..*', '...*', '....*'], ['....*']],
])('of the names %j, %j are more than two that cover one another', (names, expected) => {
  expect(nestedBeyond(2, names)).toEqual(expected);
});
