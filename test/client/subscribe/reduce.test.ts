import { describe, expect, test } from 'vitest';
import type { LoopMachine } from '../../support/loop-machine.ts';
import { EVENTS, SITUATIONS } from '../../support/loop-phases.ts';

type Situation = keyof typeof SITUATIONS;
type Event = keyof typeof EVENTS;

// What each event leads to in each situation: the next phase, what is under way then, and what is to be done. `!` is an
// announcement. An event that is missing here changes nothing at all.
const TABLE: Readonly<Record<Situation, Readonly<Partial<Record<Event, string>>>>> = {
  idle: {
    'a subscription to a new name': 'handshaking (poll): present handshake',
    'the network is back': 'idle: !NetworkUp',
    'the network is gone': 'idle: !NetworkDown',
    'close()': 'stopped:',
  },
  'first handshake': {
    'a subscription to a new name': 'handshaking (poll): present',
    'a subscription to the same names': 'handshaking (poll): present',
    'one of the names is dropped': 'handshaking (poll): present !SubscriptionChanged',
    'everything is dropped': 'idle: cancelPoll present leave !Disconnected',
    'the poll is answered': 'receiving (poll): accept present poll !Connected',
    'the poll fails': 'waiting (timer): startTimer(1500) !NetworkIssues',
    'the poll times out': 'waiting (timer): startTimer(1500) !Timeout',
    'the poll is refused': 'handshaking (poll): refuse !AccessDenied cancelPoll present handshake',
    'a token was set': 'handshaking (poll):',
    'a filter expression was set': 'handshaking (poll):',
    'disconnect()': 'stopped: cancelPoll present leave !Disconnected',
    'the network is back': 'handshaking (poll): !NetworkUp',
    'the network is gone': 'handshaking (poll): !NetworkDown',
    'the machine woke up': 'handshaking (poll): cancelPoll present handshake',
    'close()': 'stopped: cancelPoll present leave !Disconnected',
  },
  'handshake for more': {
    'a subscription to a new name': 'handshaking (poll): present',
    'a subscription to the same names': 'handshaking (poll): present',
    'one of the names is dropped': 'handshaking (poll): present !SubscriptionChanged',
    'everything is dropped': 'idle: cancelPoll present leave !Disconnected',
    'the poll is answered': 'receiving (poll): accept present poll !Connected',
    'the poll fails': 'waiting (timer): startTimer(1500) !UnexpectedDisconnect',
    'the poll times out': 'waiting (timer): startTimer(1500) !UnexpectedDisconnect',
    'the poll is refused': 'handshaking (poll): refuse !AccessDenied cancelPoll present handshake',
    'a token was set': 'handshaking (poll):',
    'a filter expression was set': 'handshaking (poll):',
    'disconnect()': 'stopped: cancelPoll present leave !Disconnected',
    'the network is back': 'handshaking (poll): !NetworkUp',
    'the network is gone': 'handshaking (poll): !NetworkDown',
    'the machine woke up': 'handshaking (poll): cancelPoll present handshake',
    'close()': 'stopped: cancelPoll present leave !Disconnected',
  },
  'handshake after a loss': {
    'a subscription to a new name': 'handshaking (poll): present',
    'a subscription to the same names': 'handshaking (poll): present',
    'one of the names is dropped': 'handshaking (poll): present leave !SubscriptionChanged',
    'everything is dropped': 'idle: cancelPoll present leave !Disconnected',
    'the poll is answered': 'receiving (poll): accept present poll !Reconnected',
    'the poll fails': 'waiting (timer): startTimer(2500) !NetworkIssues',
    'the poll times out': 'waiting (timer): startTimer(2500) !Timeout',
    'the poll is refused': 'waiting: !AccessDenied',
    'a token was set': 'handshaking (poll):',
    'a filter expression was set': 'handshaking (poll):',
    'disconnect()': 'stopped: cancelPoll present leave !Disconnected',
    'the network is back': 'handshaking (poll): !NetworkUp',
    'the network is gone': 'handshaking (poll): !NetworkDown',
    'the machine woke up': 'handshaking (poll): cancelPoll present handshake',
    'close()': 'stopped: cancelPoll present leave !Disconnected',
  },
  receiving: {
    'a subscription to a new name': 'handshaking (poll): present cancelPoll present handshake',
    'a subscription to the same names': 'handshaking (poll): present cancelPoll present handshake',
    'one of the names is dropped':
      'receiving (poll): present cancelPoll present poll leave !SubscriptionChanged',
    'everything is dropped': 'idle: cancelPoll present leave !Disconnected',
    'the poll is answered': 'receiving (poll): deliver present poll',
    'the poll fails': 'waiting (timer): startTimer(1500) !UnexpectedDisconnect',
    'the poll times out': 'waiting (timer): startTimer(1500) !UnexpectedDisconnect',
    'the poll is refused': 'waiting: !UnexpectedDisconnect !AccessDenied',
    'a token was set': 'receiving (poll): present cancelPoll present poll',
    'a filter expression was set': 'receiving (poll): cancelPoll present poll',
    'disconnect()': 'stopped: cancelPoll present leave !Disconnected',
    'the network is back': 'receiving (poll): !NetworkUp',
    'the network is gone': 'receiving (poll): !NetworkDown',
    'the machine woke up': 'handshaking (poll): cancelPoll present handshake',
    'close()': 'stopped: cancelPoll present leave !Disconnected',
  },
  'receiving, some refused': {
    'a subscription to a new name': 'handshaking (poll): present cancelPoll present handshake',
    'a subscription to the same names': 'handshaking (poll): present cancelPoll present handshake',
    'one of the names is dropped': 'receiving (poll): present cancelPoll present poll !SubscriptionChanged',
    'everything is dropped': 'idle: cancelPoll present leave !Disconnected',
    'the poll is answered': 'receiving (poll): deliver present poll',
    'the poll fails': 'waiting (timer): startTimer(1500) !UnexpectedDisconnect',
    'the poll times out': 'waiting (timer): startTimer(1500) !UnexpectedDisconnect',
    'the poll is refused': 'waiting: !UnexpectedDisconnect !AccessDenied',
    'a token was set': 'handshaking (poll): present cancelPoll present handshake',
    'the provider gave another token': 'handshaking (poll): present cancelPoll present handshake',
    'a filter expression was set': 'receiving (poll): cancelPoll present poll',
    'disconnect()': 'stopped: cancelPoll present leave !Disconnected',
    'the network is back': 'receiving (poll): !NetworkUp',
    'the network is gone': 'receiving (poll): !NetworkDown',
    'the machine woke up': 'handshaking (poll): cancelPoll present handshake',
    'close()': 'stopped: cancelPoll present leave !Disconnected',
  },
  'receiving, pausing': {
    'a subscription to a new name': 'handshaking (poll): cancelTimer present handshake',
    'a subscription to the same names': 'handshaking (poll): cancelTimer present handshake',
    'one of the names is dropped': 'receiving (timer): present leave !SubscriptionChanged',
    'everything is dropped': 'idle: cancelTimer present leave !Disconnected',
    'the timer fires': 'receiving (poll): present poll',
    'a batch was delivered': 'receiving (timer):',
    'disconnect()': 'stopped: cancelTimer present leave !Disconnected',
    'the network is back': 'receiving (timer): !NetworkUp',
    'the network is gone': 'receiving (timer): !NetworkDown',
    'the machine woke up': 'handshaking (poll): cancelTimer present handshake',
    'close()': 'stopped: cancelTimer present leave !Disconnected',
  },
  'receiving, delivery held up': {
    'a subscription to a new name': 'handshaking (poll): present handshake',
    'a subscription to the same names': 'handshaking (poll): present handshake',
    'one of the names is dropped': 'receiving: present leave !SubscriptionChanged',
    'everything is dropped': 'idle: present leave !Disconnected',
    'a batch was delivered': 'receiving (poll): present poll',
    'disconnect()': 'stopped: present leave !Disconnected',
    'the network is back': 'receiving: !NetworkUp',
    'the network is gone': 'receiving: !NetworkDown',
    'the machine woke up': 'handshaking (poll): present handshake',
    'close()': 'stopped: present leave !Disconnected',
  },
  'waiting for a delay': {
    'a subscription to a new name': 'waiting (timer): present',
    'a subscription to the same names': 'waiting (timer): present',
    'one of the names is dropped': 'waiting (timer): present leave !SubscriptionChanged',
    'everything is dropped': 'idle: cancelTimer present leave !Disconnected',
    'the timer fires': 'handshaking (poll): cancelTimer present handshake',
    'reconnect()': 'waiting (timer): cancelTimer startTimer(1000)',
    'disconnect()': 'stopped: cancelTimer present leave !Disconnected',
    'the network is back': 'waiting (timer): !NetworkUp cancelTimer startTimer(1000)',
    'the network is gone': 'waiting (timer): !NetworkDown',
    'the machine woke up': 'waiting (timer): cancelTimer startTimer(1000)',
    'close()': 'stopped: cancelTimer present leave !Disconnected',
  },
  'waiting for a token': {
    'a subscription to a new name': 'waiting (timer): startTimer(1000)',
    'a subscription to the same names': 'waiting (timer): startTimer(1000)',
    'one of the names is dropped': 'waiting (timer): startTimer(1000) leave !SubscriptionChanged',
    'everything is dropped': 'idle: present leave !Disconnected',
    'a token was set': 'waiting (timer): startTimer(1000)',
    'the provider gave another token': 'waiting (timer): startTimer(1000)',
    'a filter expression was set': 'waiting (timer): startTimer(1000)',
    'reconnect()': 'waiting (timer): startTimer(1000)',
    'disconnect()': 'stopped: present leave !Disconnected',
    'the network is back': 'waiting: !NetworkUp',
    'the network is gone': 'waiting: !NetworkDown',
    'close()': 'stopped: present leave !Disconnected',
  },
  stopped: {
    'a subscription to a new name': 'stopped:',
    'a subscription to the same names': 'stopped:',
    'one of the names is dropped': 'stopped: !SubscriptionChanged',
    'everything is dropped': 'idle: present !Disconnected',
    'reconnect()': 'handshaking (poll): present handshake',
    'the network is back': 'stopped: !NetworkUp',
    'the network is gone': 'stopped: !NetworkDown',
    'close()': 'stopped:',
  },
  failed: {
    'a subscription to a new name': 'waiting (timer): startTimer(1000)',
    'a subscription to the same names': 'waiting (timer): startTimer(1000)',
    'one of the names is dropped': 'failed: !SubscriptionChanged',
    'everything is dropped': 'idle: present !Disconnected',
    'reconnect()': 'waiting (timer): startTimer(1000)',
    'disconnect()': 'stopped: present !Disconnected',
    'the network is back': 'failed: !NetworkUp',
    'the network is gone': 'failed: !NetworkDown',
    'close()': 'stopped: present !Disconnected',
  },
  closed: {},
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
