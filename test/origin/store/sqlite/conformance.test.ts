import { expect, test } from 'vitest';
import {
  type ConformanceOptions,
  conformanceCases,
  omittedCases,
} from '../../../../src/origin/conformance/index.ts';
import type { Engine } from '../../../../src/origin/index.ts';
import { sqliteStore } from '../../../../src/origin/sqlite.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { temporaryFile } from './files.ts';

const clock = new VirtualClock();
const paths = new Map<Engine, string>();

function opened(path: string): Engine {
  const engine = sqliteStore({ path, clock });
  paths.set(engine, path);
  return engine;
}

const options: ConformanceOptions = {
  open: () => opened(temporaryFile()),
  reopen: (engine) => opened(paths.get(engine) ?? ''),
  advance: (milliseconds) => clock.advance(milliseconds),
  jump: (milliseconds) => clock.jump(milliseconds),
};

for (const { part, name, run } of conformanceCases(options)) test(`${part}: ${name}`, run);

test('a store in a file does without no case', () => {
  expect(omittedCases(options)).toEqual([]);
});
