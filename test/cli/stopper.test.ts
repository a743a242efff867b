import { describe, expect, test } from 'vitest';
import { Stopper } from '../../src/cli/stopper.ts';

function setUp() {
  const exits: number[] = [];
  const clock = { now: 0 };
  const stopper = new Stopper({ now: () => clock.now, exit: (code) => exits.push(code) });
  return { stopper, exits, clock };
}

describe('stopping', () => {
  test('the first signal asks the command to stop', () => {
    const { stopper, exits } = setUp();
    stopper.interrupt();
    expect({ reason: stopper.signal.reason, exits }).toEqual({ reason: 'interrupted', exits: [] });
  });

  test('a second signal ends the process at once', () => {
    const { stopper, exits, clock } = setUp();
    stopper.interrupt();
    clock.now = 300;
    stopper.interrupt();
    expect(exits).toEqual([130]);
  });

  test('a signal that npm passes on once more is the same signal', () => {
    const { stopper, exits, clock } = setUp();
    stopper.interrupt();
    clock.now = 299;
    stopper.interrupt();
    expect(exits).toEqual([]);
  });

  test('a closed output asks to stop, and a signal after it ends nothing yet', () => {
    const { stopper, exits } = setUp();
    stopper.outputClosed();
    stopper.interrupt();
    expect({ reason: stopper.signal.reason, exits }).toEqual({ reason: 'output-closed', exits: [] });
  });
});
