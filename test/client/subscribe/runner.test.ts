import { describe, expect, test } from 'vitest';
import type { PollOutcome, PollRequest } from '../../../src/client/subscribe/poller.ts';
import { type LoopHost, LoopRunner } from '../../../src/client/subscribe/runner.ts';
import { answerAt, failure, names, POLICY } from '../../support/loop-machine.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

interface Sent extends PollRequest {
  readonly outcome: PollOutcome;
  cancelled: boolean;
}

function runnerWith(more: Partial<LoopHost> = {}) {
  const clock = new VirtualClock();
  const sent: Sent[] = [];
  const calls: string[] = [];
  const note = (name: string) => () => void calls.push(name);
  const failures: unknown[] = [];
  let newest = 1;
  const host: LoopHost = {
    get newest() {
      return newest;
    },
    poll: (request, outcome) => {
      const entry: Sent = { ...request, outcome, cancelled: false };
      sent.push(entry);
      calls.push(request.cursor ? 'poll' : 'handshake');
      return () => {
        entry.cancelled = true;
      };
    },
    deliver: note('deliver'),
    accept: note('accept'),
    refuse: note('refuse'),
    present: () => {},
    leave: note('leave'),
    announce: ({ category }) => void calls.push(category),
    stateChanged: ({ state, previous }) => void calls.push(`${previous} > ${state}`),
    failed: (error) => void failures.push(error),
    ...more,
  };
  const runner: LoopRunner = new LoopRunner(host, { policy: POLICY, clock, random: () => 0 });
  /** There is one more subscription. */
  const grow = () => ++newest;
  return { runner, clock, sent, calls, failures, grow };
}

const demand = (text: string, newest = 1) =>
  ({ type: 'demandChanged', demand: names(text), newest }) as const;

describe('the runner', () => {
  test('does what the machine says, in its order', () => {
    const { runner, sent, calls } = runnerWith();
    runner.dispatch(demand('a'));
    sent[0]?.outcome.answered(answerAt(1));
    sent[1]?.outcome.answered(answerAt(2));
    expect(calls).toEqual([
      ...[
        'idle > connecting',
        'handshake',
        'connecting > connected',
        'accept',
        'poll',
        'PNConnectedCategory',
      ],
      ...['deliver', 'poll'],
    ]);
    expect(runner.cursor).toEqual(answerAt(2).cursor);
  });

  test('never nests steps: what a listener asks for comes after the step that told it', () => {
    const order: string[] = [];
    const { runner, sent } = runnerWith({
      announce: ({ category }) => {
        order.push(`told ${category}`);
        if (category === 'PNConnectedCategory') runner.dispatch({ type: 'disconnectRequested' });
        order.push('heard');
      },
      leave: () => void order.push('leave'),
    });
    runner.dispatch(demand('a'));
    sent[0]?.outcome.answered(answerAt(1));
    expect(order).toEqual([
      'told PNConnectedCategory',
      'heard',
      'leave',
      'told PNDisconnectedCategory',
      'heard',
    ]);
    expect(runner.state).toBe('stopped');
  });

  test('does every other effect of a step of which one throws, and reports it', () => {
    const error = new Error('of the host');
    const { runner, sent, calls, failures } = runnerWith({
      accept: () => {
        throw error;
      },
    });
    runner.dispatch(demand('a'));
    sent[0]?.outcome.answered(answerAt(1));
    expect(failures).toEqual([error]);
    expect(calls.slice(-3)).toEqual(['connecting > connected', 'poll', 'PNConnectedCategory']);
    sent[1]?.outcome.answered(answerAt(2));
    expect(calls.at(-2)).toBe('deliver');
  });

  test('does every effect of a change of state that a listener throws at', () => {
    const { runner, sent, failures } = runnerWith({
      stateChanged: () => {
        throw new Error('of a listener');
      },
    });
    runner.dispatch(demand('a'));
    expect([sent.length, failures.length, runner.state]).toEqual([1, 1, 'connecting']);
  });

  test('cancels the poll and the timer that the machine names, and hears neither afterwards', async () => {
    const { runner, clock, sent, calls } = runnerWith();
    runner.dispatch(demand('a'));
    runner.dispatch({ type: 'woke' });
    expect(sent.map(({ cancelled }) => cancelled)).toEqual([true, false]);
    sent[0]?.outcome.failed({ error: failure(), refusal: false });
    expect(runner.state).toBe('connecting');
    sent[1]?.outcome.failed({ error: failure(), refusal: false });
    expect([runner.state, clock.pending]).toEqual(['reconnecting', 1]);
    runner.dispatch({ type: 'disconnectRequested' });
    expect(clock.pending).toBe(0);
    const before = calls.length;
    await clock.advance(600_000);
    expect(calls).toHaveLength(before);
  });

  test('tells each change of state with what caused it, and nothing of steps that change none', () => {
    const causes: string[] = [];
    const { runner, sent } = runnerWith({ stateChanged: ({ cause }) => void causes.push(cause.type) });
    runner.dispatch(demand('a'));
    runner.dispatch(demand('a b', 2));
    sent[0]?.outcome.answered(answerAt(1));
    sent[1]?.outcome.failed({ error: failure(), refusal: false });
    runner.dispatch({ type: 'closed' });
    expect(causes).toEqual(['demandChanged', 'polled', 'pollFailed', 'closed']);
  });

  test('never gives up a handshake because the program wants more: the next one asks for that', () => {
    const { runner, sent } = runnerWith();
    runner.dispatch(demand('a'));
    for (let count = 2; count < 20; count++) runner.dispatch(demand(`a b${count}`, count));
    expect(sent.map(({ cancelled }) => cancelled)).toEqual([false]);
    sent[0]?.outcome.answered(answerAt(1));
    expect(sent).toHaveLength(2);
    expect(sent[1]).toMatchObject({ cursor: undefined, mix: names('a b19') });
  });

  test('tells an answer of the newest subscription that there was when the request went out', () => {
    const accepted: number[] = [];
    const { runner, sent, grow } = runnerWith({ accept: ({ newest }) => void accepted.push(newest) });
    runner.dispatch(demand('a'));
    grow();
    sent[0]?.onSend?.();
    grow();
    sent[0]?.outcome.answered(answerAt(1));
    expect(accepted).toEqual([2]);
  });

  test('takes steps that listeners answer with steps five hundred at a time, and rests between', async () => {
    let calls = 0;
    const { runner, clock } = runnerWith({
      announce: () => {
        calls++;
        runner.dispatch({ type: 'networkChanged', online: false });
      },
    });
    runner.dispatch({ type: 'networkChanged', online: false });
    expect(calls).toBe(500);
    await clock.advance(999);
    expect(calls).toBe(500);
    await clock.advance(1);
    expect(calls).toBe(1_000);
    runner.dispatch({ type: 'closed' });
    expect([runner.state, clock.pending]).toEqual(['stopped', 0]);
  });

  test('does not rest where five hundred steps bring the queue to its end', () => {
    const { runner, clock } = runnerWith();
    for (let count = 0; count < 1_200; count++) runner.dispatch({ type: 'networkChanged', online: true });
    expect(clock.pending).toBe(0);
  });
});
