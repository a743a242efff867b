import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/origin/store/store.ts';
import { StoreHealth } from '../../src/origin/store-health.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function reported(error: unknown) {
  const levels: string[] = [];
  const logger = { warn: () => levels.push('warn'), error: () => levels.push('error') };
  new StoreHealth({ clock: new VirtualClock(), logger }).failed('demo', error);
  return levels;
}

test('what fails in the background because the store is away is a warning, as for a request', () => {
  expect(reported(new StoreUnavailable('Away.'))).toEqual(['warn']);
});

test('any other failure in the background is an error', () => {
  expect(reported(new TypeError('x'))).toEqual(['error']);
});
