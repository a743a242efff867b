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
  const host: LoopHost = {
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
    ...more,
  };
  const runner: LoopRunner = new LoopRunner(host, { policy: POLICY, clock, random: () => 0 });
  return { runner, clock, sent, calls };
}

const demand = (text: string) => ({ type: 'demandChanged', demand: names(text), fresh: true }) as const;

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

  test('goes on after a host that throws, and still hears what came meanwhile', () => {
    let broken = true;
    const { runner } = runnerWith({
      announce: () => {
        if (!broken) return;
        broken = false;
        throw new Error('of the host');
      },
    });
    expect(() => runner.dispatch({ type: 'networkChanged', online: true })).toThrow('of the host');
    runner.dispatch(demand('a'));
    expect(runner.state).toBe('connecting');
  });

  test('cancels the poll and the timer that the machine names, and hears neither afterwards', async () => {
    const { runner, clock, sent, calls } = runnerWith();
    runner.dispatch(demand('a'));
    runner.dispatch(demand('a b'));
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
    runner.dispatch(demand('a b'));
    sent[1]?.outcome.answered(answerAt(1));
    sent[2]?.outcome.failed({ error: failure(), refusal: false });
    runner.dispatch({ type: 'closed' });
    expect(causes).toEqual(['demandChanged', 'polled', 'pollFailed', 'closed']);
  });
});
