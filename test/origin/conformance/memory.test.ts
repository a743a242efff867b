import { expect, test } from 'vitest';
import { conformanceCases, omittedCases } from '../../../src/origin/conformance/index.ts';
import { memoryOptions } from './engines.ts';

const options = memoryOptions();

for (const { part, name, run } of conformanceCases(options)) test(`${part}: ${name}`, run);

test('engines in memory do without no case', () => {
  expect(omittedCases(options)).toEqual([]);
});
