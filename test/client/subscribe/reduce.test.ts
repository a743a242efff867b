import { describe, expect, test } from 'vitest';
import { reduce } from '../../../src/client/subscribe/reduce.ts';
import { effectsOf, LoopMachine, short } from '../../support/loop-machine.ts';
import { EVENTS, SITUATIONS } from '../../support/loop-phases.ts';
import { eachStep } from '../../support/loop-scripts.ts';

type Situation = keyof typeof SITUATIONS;
type Event = keyof typeof EVENTS;
type Results = Readonly<Partial<Record<Event, string>>>;

// The page is hidden, and the server takes the user for absent.
const HIDDEN_AND_ABSENT: Results = {
  'a subscription to a new name': 'hidden:',
  'a subscription to the same names': 'hidden:',
  'one of the names is dropped': 'hidden: !SubscriptionChanged',
  'everything is dropped': 'idle: !Disconnected',
  'disconnect()': 'stopped: !Disconnected',
  'the network is back': 'hidden: !NetworkUp',
  'the network is gone': 'hidden: !NetworkDown',
  'the page is back': 'handshaking (poll): handshake',
  'close()': 'stopped: !Disconnected',
};

// What each event leads to in each situation: the next phase, what is under way then, and what is to be done. `!` is an
// announcement. An event that is missing here changes nothing at all.
const TABLE: Readonly<Record<Situation, Results>> = {
  idle: {
    'a subscription to a new name': 'handshaking (poll): handshake',
    'the network is back': 'idle: !NetworkUp',
    'the network is gone': 'idle: !NetworkDown',
    'the page is hidden': 'idle:',
    'close()': 'stopped:',
  },
  'first handshake': {
    'a subscription to a new name': 'handshaking (poll):',
    'a subscription to the same names': 'handshaking (poll):',
    'one of the names is dropped': 'handshaking (poll): !SubscriptionChanged',
    'everything is dropped': 'idle: cancel leave !Disconnected',
    'the poll is answered': 'receiving (poll): accept poll !Connected',
    'the poll fails': 'waiting (timer): startTimer(1500) !NetworkIssues',
    'the poll times out': 'waiting (timer): startTimer(1500) !Timeout',
    'the poll is refused': 'handshaking (poll): refuse !AccessDenied cancel handshake',
    'a token was set': 'handshaking (poll):',
    'a filter expression was set': 'handshaking (poll):',
    'disconnect()': 'stopped: cancel leave !Disconnected',
    'the network is back': 'handshaking (poll): !NetworkUp',
    'the network is gone': 'handshaking (poll): !NetworkDown',
    'the machine woke up': 'handshaking (poll): cancel handshake',
    'the page is hidden': 'hidden: cancel !Disconnected',
    'close()': 'stopped: cancel leave !Disconnected',
  },
  'handshake for more': {
    'a subscription to a new name': 'handshaking (poll):',
    'a subscription to the same names': 'handshaking (poll):',
    'one of the names is dropped': 'handshaking (poll): !SubscriptionChanged',
    'everything is dropped': 'idle: cancel leave !Disconnected',
    'the poll is answered': 'receiving (poll): accept poll !Connected',
    'the poll fails': 'waiting (timer): startTimer(1500) !UnexpectedDisconnect',
    'the poll times out': 'waiting (timer): startTimer(1500) !UnexpectedDisconnect',
    'the poll is refused': 'handshaking (poll): refuse !AccessDenied cancel handshake',
    'a token was set': 'handshaking (poll):',
    'a filter expression was set': 'handshaking (poll):',
    'disconnect()': 'stopped: cancel leave !Disconnected',
    'the network is back': 'handshaking (poll): !NetworkUp',
    'the network is gone': 'handshaking (poll): !NetworkDown',
    'the machine woke up': 'handshaking (poll): cancel handshake',
    'the page is hidden': 'hidden: cancel !Disconnected',
    'close()': 'stopped: cancel leave !Disconnected',
  },
  'handshake after a loss': {
    'a subscription to a new name': 'handshaking (poll):',
    'a subscription to the same names': 'handshaking (poll):',
    'one of the names is dropped': 'handshaking (poll): leave !SubscriptionChanged',
    'everything is dropped': 'idle: cancel leave !Disconnected',
    'the poll is answered': 'receiving (poll): accept poll !Reconnected',
    'the poll fails': 'waiting (timer): startTimer(2500) !NetworkIssues',
    'the poll times out': 'waiting (timer): startTimer(2500) !Timeout',
    'the poll is refused': 'handshaking (poll): refuse !AccessDenied cancel handshake',
    'a token was set': 'handshaking (poll):',
    'a filter expression was set': 'handshaking (poll):',
    'disconnect()': 'stopped: cancel leave !Disconnected',
    'the network is back': 'handshaking (poll): !NetworkUp',
    'the network is gone': 'handshaking (poll): !NetworkDown',
    'the machine woke up': 'handshaking (poll): cancel handshake',
    'the page is hidden': 'hidden: cancel !Disconnected',
    'close()': 'stopped: cancel leave !Disconnected',
  },
  receiving: {
    'a subscription to a new name': 'handshaking (poll): cancel handshake',
    'a subscription to the same names': 'handshaking (poll): cancel handshake',
    'one of the names is dropped': 'receiving (poll): cancel poll leave !SubscriptionChanged',
    'everything is dropped': 'idle: cancel leave !Disconnected',
    'the poll is answered': 'receiving (poll): deliver poll',
    'the poll fails': 'waiting (timer): startTimer(1500) !UnexpectedDisconnect',
    'the poll times out': 'waiting (timer): startTimer(1500) !UnexpectedDisconnect',
    'the poll is refused': 'handshaking (poll): refuse !AccessDenied cancel handshake',
    'a token was set': 'receiving (poll): cancel poll',
    'a filter expression was set': 'receiving (poll): cancel poll',
    'disconnect()': 'stopped: cancel leave !Disconnected',
    'the network is back': 'receiving (poll): !NetworkUp',
    'the network is gone': 'receiving (poll): !NetworkDown',
    'the machine woke up': 'handshaking (poll): cancel handshake',
    'the page is hidden': 'hidden: cancel !Disconnected',
    'close()': 'stopped: cancel leave !Disconnected',
  },
  'receiving, some refused': {
    'a subscription to a new name': 'handshaking (poll): cancel handshake',
    'a subscription to the same names': 'handshaking (poll): cancel handshake',
    'one of the names is dropped': 'receiving (poll): cancel poll !SubscriptionChanged',
    'everything is dropped': 'idle: cancel leave !Disconnected',
    'the poll is answered': 'receiving (poll): deliver poll',
    'the poll fails': 'waiting (timer): startTimer(1500) !UnexpectedDisconnect',
    'the poll times out': 'waiting (timer): startTimer(1500) !UnexpectedDisconnect',
    'the poll is refused': 'waiting: !UnexpectedDisconnect !AccessDenied',
    'a token was set': 'handshaking (poll): cancel handshake',
    'the provider gave another token': 'handshaking (poll): cancel handshake',
    'a filter expression was set': 'receiving (poll): cancel poll',
    'reconnect()': 'handshaking (poll): cancel handshake',
    'disconnect()': 'stopped: cancel leave !Disconnected',
    'the network is back': 'receiving (poll): !NetworkUp',
    'the network is gone': 'receiving (poll): !NetworkDown',
    'the machine woke up': 'handshaking (poll): cancel handshake',
    'the page is hidden': 'hidden: cancel !Disconnected',
    'close()': 'stopped: cancel leave !Disconnected',
  },
  'receiving, pausing': {
    'a subscription to a new name': 'handshaking (poll): cancel handshake',
    'a subscription to the same names': 'handshaking (poll): cancel handshake',
    'one of the names is dropped': 'receiving (timer): leave !SubscriptionChanged',
    'everything is dropped': 'idle: cancel leave !Disconnected',
    'the timer fires': 'receiving (poll): poll',
    'a batch was delivered': 'receiving (timer):',
    'disconnect()': 'stopped: cancel leave !Disconnected',
    'the network is back': 'receiving (timer): !NetworkUp',
    'the network is gone': 'receiving (timer): !NetworkDown',
    'the machine woke up': 'handshaking (poll): cancel handshake',
    'the page is hidden': 'hidden: cancel !Disconnected',
    'close()': 'stopped: cancel leave !Disconnected',
  },
  'receiving, delivery held up': {
    'a subscription to a new name': 'handshaking (poll): handshake',
    'a subscription to the same names': 'handshaking (poll): handshake',
    'one of the names is dropped': 'receiving: leave !SubscriptionChanged',
    'everything is dropped': 'idle: leave !Disconnected',
    'a batch was delivered': 'receiving (poll): poll',
    'disconnect()': 'stopped: leave !Disconnected',
    'the network is back': 'receiving: !NetworkUp',
    'the network is gone': 'receiving: !NetworkDown',
    'the machine woke up': 'handshaking (poll): handshake',
    'the page is hidden': 'hidden: !Disconnected',
    'close()': 'stopped: leave !Disconnected',
  },
  'waiting for a delay': {
    'a subscription to a new name': 'waiting (timer):',
    'a subscription to the same names': 'waiting (timer):',
    'one of the names is dropped': 'waiting (timer): leave !SubscriptionChanged',
    'everything is dropped': 'idle: cancel leave !Disconnected',
    'the timer fires': 'handshaking (poll): cancel handshake',
    'reconnect()': 'waiting (timer): cancel startTimer(1000)',
    'disconnect()': 'stopped: cancel leave !Disconnected',
    'the network is back': 'waiting (timer): !NetworkUp cancel startTimer(1000)',
    'the network is gone': 'waiting (timer): !NetworkDown',
    'the machine woke up': 'waiting (timer): cancel startTimer(1000)',
    'the page is hidden': 'hidden: cancel !Disconnected',
    'close()': 'stopped: cancel leave !Disconnected',
  },
  'waiting for a token': {
    'a subscription to a new name': 'waiting (timer): startTimer(1000)',
    'a subscription to the same names': 'waiting (timer): startTimer(1000)',
    'one of the names is dropped': 'waiting (timer): startTimer(1000) leave !SubscriptionChanged',
    'everything is dropped': 'idle: leave !Disconnected',
    'a token was set': 'waiting (timer): startTimer(1000)',
    'the provider gave another token': 'waiting (timer): startTimer(1000)',
    'a filter expression was set': 'waiting (timer): startTimer(1000)',
    'reconnect()': 'waiting (timer): startTimer(1000)',
    'disconnect()': 'stopped: leave !Disconnected',
    'the network is back': 'waiting: !NetworkUp',
    'the network is gone': 'waiting: !NetworkDown',
    'the page is hidden': 'hidden: !Disconnected',
    'close()': 'stopped: leave !Disconnected',
  },
  hidden: {
    'a subscription to a new name': 'hidden:',
    'a subscription to the same names': 'hidden:',
    'one of the names is dropped': 'hidden: leave !SubscriptionChanged',
    'everything is dropped': 'idle: leave !Disconnected',
    'disconnect()': 'stopped: leave !Disconnected',
    'the network is back': 'hidden: !NetworkUp',
    'the network is gone': 'hidden: !NetworkDown',
    'the page is back': 'handshaking (poll): handshake',
    'close()': 'stopped: leave !Disconnected',
  },
  'hidden, left': HIDDEN_AND_ABSENT,
  stopped: {
    'a subscription to a new name': 'stopped:',
    'a subscription to the same names': 'stopped:',
    'one of the names is dropped': 'stopped: !SubscriptionChanged',
    'everything is dropped': 'idle: !Disconnected',
    'reconnect()': 'handshaking (poll): handshake',
    'the network is back': 'stopped: !NetworkUp',
    'the network is gone': 'stopped: !NetworkDown',
    'the page is hidden': 'stopped:',
    'close()': 'stopped:',
  },
  failed: {
    'a subscription to a new name': 'waiting (timer): startTimer(1000)',
    'a subscription to the same names': 'waiting (timer): startTimer(1000)',
    'one of the names is dropped': 'failed: !SubscriptionChanged',
    'everything is dropped': 'idle: !Disconnected',
    'reconnect()': 'waiting (timer): startTimer(1000)',
    'disconnect()': 'stopped: !Disconnected',
    'the network is back': 'failed: !NetworkUp',
    'the network is gone': 'failed: !NetworkDown',
    'the page is hidden': 'failed:',
    'close()': 'stopped: !Disconnected',
  },
  closed: {},
  'idle, page hidden': {
    'a subscription to a new name': 'hidden:',
    'the network is back': 'idle: !NetworkUp',
    'the network is gone': 'idle: !NetworkDown',
    'the page is back': 'idle:',
    'close()': 'stopped:',
  },
  'hidden, never connected': HIDDEN_AND_ABSENT,
  'stopped, page hidden': {
    'a subscription to a new name': 'stopped:',
    'a subscription to the same names': 'stopped:',
    'one of the names is dropped': 'stopped: !SubscriptionChanged',
    'everything is dropped': 'idle: !Disconnected',
    'reconnect()': 'hidden:',
    'the network is back': 'stopped: !NetworkUp',
    'the network is gone': 'stopped: !NetworkDown',
    'the page is back': 'stopped:',
    'close()': 'stopped:',
  },
  'failed, page hidden': {
    'a subscription to a new name': 'hidden:',
    'a subscription to the same names': 'hidden:',
    'one of the names is dropped': 'failed: !SubscriptionChanged',
    'everything is dropped': 'idle: !Disconnected',
    'reconnect()': 'hidden:',
    'disconnect()': 'stopped: !Disconnected',
    'the network is back': 'failed: !NetworkUp',
    'the network is gone': 'failed: !NetworkDown',
    'the page is back': 'failed:',
    'close()': 'stopped: !Disconnected',
  },
};

const cells = Object.entries(SITUATIONS).flatMap(([situation, make]) =>
  Object.entries(EVENTS).map(([event, happen]) => {
    const row: Readonly<Record<string, string>> = TABLE[situation as Situation];
    return { situation, event, make, happen, expected: row[event] };
  }),
);

function happensIn(machine: LoopMachine, happen: (typeof EVENTS)[Event]): LoopMachine {
  return machine.send(happen(machine));
}

describe('every event in every situation', () => {
  test.each(cells)('$situation, $event', ({ make, happen, expected }) => {
    const machine = make();
    const before = machine.state;
    happensIn(machine, happen);
    if (expected === undefined) {
      expect(machine.effects).toEqual([]);
      expect(machine.state).toEqual(before);
    } else {
      expect(machine.told).toBe(expected);
    }
  });
});

describe('while the page is hidden', () => {
  test('nothing is asked of the server, and no timer runs, whatever happens', () => {
    eachStep(() => ({ after, effects, machine: { poll, timer } }) => {
      if (!after.hidden) return;
      expect([poll, timer]).toEqual([undefined, undefined]);
      expect(effectsOf(effects, 'poll')).toEqual([]);
      expect(['idle', 'hidden', 'stopped', 'failed']).toContain(after.phase.name);
    });
  });

  test.each(['idle', 'stopped', 'failed'] as const)('it is known when a loop that is %s goes on', (rest) => {
    const { state, policy } = SITUATIONS[`${rest}, page hidden`]();
    const machine = new LoopMachine(policy);
    machine.state = state;
    machine.demand('a b').send({ type: 'reconnectRequested' });
    expect(machine.told).toBe('hidden:');
    machine.send({ type: 'pageChanged', shown: true });
    expect(machine.told).toBe('handshaking (poll): handshake');
  });
});

describe('a loop that leaves with its page', () => {
  test.each([
    ['first handshake', 'a b'],
    ['handshake for more', 'a b'],
    ['receiving', 'a b'],
    ['receiving, some refused', 'a'],
    ['receiving, delivery held up', 'a b'],
    ['waiting for a delay', 'a b'],
    ['hidden, left', ''],
    ['stopped', ''],
    ['failed', ''],
    ['idle', ''],
  ] as const)('%s: it leaves "%s"', (situation, left) => {
    const { state, policy, now } = SITUATIONS[situation]();
    const hidden = { type: 'pageChanged', shown: false, now, wall: now } as const;
    const [, effects] = reduce({ ...policy, leaveOnPageHide: true }, state, hidden);
    expect(
      effectsOf(effects, 'leave')
        .map(({ names }) => short(names))
        .join(),
    ).toBe(left);
  });
});

describe('what answers for another id', () => {
  const stale = cells.filter(({ event }) => event.startsWith('another '));

  test.each(stale)('$situation, $event: the very same state, and nothing to do', ({ make, happen }) => {
    const machine = make();
    const before = machine.state;
    happensIn(machine, happen);
    expect(machine.state).toBe(before);
    expect(machine.effects).toEqual([]);
  });
});

test('nothing that happens wakes a closed machine', () => {
  const machine = SITUATIONS.closed();
  const before = machine.state;
  for (const happen of Object.values(EVENTS)) {
    happensIn(machine, happen);
    expect(machine.state).toBe(before);
    expect(machine.effects).toEqual([]);
  }
});
