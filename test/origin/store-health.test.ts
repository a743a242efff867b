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

test('a key that is given up while the store is away does not bring the store back; one that is opened does', () => {
  const said: string[] = [];
  const logger = {
    warn: (message: string) => said.push(message),
    info: (message: string) => said.push(message),
  };
  const health = new StoreHealth({ clock: new VirtualClock(), logger });
  health.setLive('a', false);
  health.forget('a');
  health.setLive('b', false);
  health.forget('b');
  expect(said).toEqual(['The store is away.']);
  health.setLive('c', true);
  health.setLive('c', false);
  expect(said).toEqual(['The store is away.', 'The store is back.', 'The store is away.']);
});

test('any other failure in the background is an error', () => {
  expect(reported(new TypeError('x'))).toEqual(['error']);
});
