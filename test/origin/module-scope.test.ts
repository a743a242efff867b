import { expect, test } from 'vitest';
import { createOrigin } from '../../src/origin/index.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

// Before its first request a worker has no random numbers and no timers, and its clock stands at 0.
function worker() {
  const machine = new VirtualClock();
  let started = false;
  const refuse = (): never => {
    throw new Error('Disallowed operation called within global scope.');
  };
  const clock = {
    now: () => (started ? machine.now() : 0),
    setTimeout: (callback: () => void, milliseconds: number) =>
      started ? machine.setTimeout(callback, milliseconds) : refuse(),
    clearTimeout: (timer: unknown) => machine.clearTimeout(timer),
  };
  return {
    clock,
    random: () => (started ? 0.5 : refuse()),
    start: () => {
      started = true;
    },
  };
}

const KEYSET = { subscribeKey: 'demo', publishKey: 'demo', secretKey: 'geheim', access: true };

test('an origin is made at the module scope of a worker, whatever it serves', () => {
  const { clock, random } = worker();
  expect(() => createOrigin({ clock, random, keysets: [KEYSET] })).not.toThrow();
});

test('its log begins with the first request, not at the start of time', async () => {
  const { clock, random, start } = worker();
  const origin = createOrigin({ clock, random });
  start();
  const ask = async (path: string) => (await origin.fetch(`http://origin${path}`)).json();
  const { t } = await ask('/v2/subscribe/demo/room/0?tt=0&uuid=a');
  await ask('/publish/demo/demo/0/room/0/1?uuid=b');
  expect(await ask(`/v2/subscribe/demo/room/0?tt=${t.t}&uuid=a`)).toMatchObject({ m: [{ d: 1 }] });
  // A cursor from before that is one of another log.
  expect(await ask('/v2/subscribe/demo/room/0?tt=16000000000000000&uuid=a')).toMatchObject({
    g: [{ c: 'room', from: '16000000000000000' }],
  });
  await origin.close();
});
