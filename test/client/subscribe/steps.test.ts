import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effectsOf, LoopMachine, short } from '../../support/loop-machine.ts';
import { eachStep } from '../../support/loop-scripts.ts';

/** A machine that receives `a`, whose handshake took so many milliseconds. */
function connectedIn(roundTrip: number): LoopMachine {
  const machine = new LoopMachine().demand('a');
  machine.now += roundTrip;
  return machine.answer(1);
}

describe('a handshake', () => {
  // Only what makes its answer worthless, or nobody wait for it, ends it.
  const MAY_END = ['disconnectRequested', 'closed', 'woke', 'pageChanged'];

  test('is never given up for what the program wants meanwhile', () => {
    eachStep(() => ({ before, input, after, effects }) => {
      if (before.phase.name !== 'handshaking' || !before.phase.poll) return;
      if ('task' in input && input.task === before.task) return;
      if (effectsOf(effects, 'cancel').length > 0)
        expect(MAY_END.includes(input.type) || after.phase.name === 'idle').toBe(true);
    });
  });

  test('takes together what was subscribed while another one was under way', () => {
    const machine = new LoopMachine().demand('a');
    for (let count = 0; count < 50; count++) {
      machine.demand(`a b${count} b${count + 1}`);
      expect(effectsOf(machine.effects, 'poll')).toEqual([]);
    }
    machine.answer(1);
    expect(machine.told).toBe('handshaking (poll): accept handshake !Connected');
    expect(short(machine.poll?.names ?? { channels: [], groups: [] })).toBe('a b49 b50');
    expect(machine.answer(2).told).toMatch(/^receiving/);
  });

  test('that names what was dropped meanwhile leaves it when it has come to its end', () => {
    const ends = [
      (m: LoopMachine) => m.answer(1),
      (m: LoopMachine) => m.fail(),
      (m: LoopMachine) => m.refuse('a'),
    ];
    for (const end of ends) {
      const machine = new LoopMachine().demand('a b').demand('a', { fresh: false });
      expect(effectsOf(machine.effects, 'leave')).toEqual([]);
      end(machine);
      expect(effectsOf(machine.effects, 'leave').map(({ names }) => short(names))).toEqual(['b']);
      expect(effectsOf(machine.effects, 'accept').map(({ names }) => short(names))).not.toContain('a b');
    }
  });

  test('that was held back asks for what is wanted when it goes out', () => {
    const machine = new LoopMachine().demand('a').answer(1);
    for (let count = 0; count < 40; count++)
      machine.send({ type: 'disconnectRequested' }).send({ type: 'reconnectRequested' });
    expect(machine.told).toMatch(/^handshaking \(timer\)/);
    machine.demand('a b').demand('b', { fresh: false }).fire();
    expect(machine.poll).toMatchObject({ names: { channels: ['b'] } });
    expect(machine.poll?.cursor).toBe(undefined);
  });
});

describe('what is owed while a poll is held', () => {
  test.each([
    ['a new subscription', (m: LoopMachine) => m.demand('a b'), false],
    [
      'a name that was dropped',
      (m: LoopMachine) => m.demand('a b').answer(2).demand('a', { fresh: false }),
      true,
    ],
    ['a new token', (m: LoopMachine) => m.send({ type: 'tokenChanged' }), true],
  ])('waits until the poll has been left alone for one and a half round trips: %s', (what, act, asksOn) => {
    for (const roundTrip of [2, 100, 300]) {
      const machine = connectedIn(roundTrip);
      if (what === 'a name that was dropped') {
        machine.now += 10_000;
        machine.demand('a b');
        machine.now += roundTrip;
        machine.answer(2).demand('a', { fresh: false });
      } else act(machine);
      const start = machine.now;
      expect(machine.told).toMatch(/^receiving \(poll, timer\)/);
      expect(machine.timer?.due).toBe(start + roundTrip * 1.5);
      machine.fire();
      expect(machine.poll?.cursor !== undefined).toBe(asksOn);
      expect(machine.timer).toBe(undefined);
    }
  });

  test('is not left alone with an old filter expression, which passes over what the new one lets through', () => {
    const machine = connectedIn(300).send({ type: 'filterChanged' });
    expect(machine.told).toBe('receiving (poll): cancel poll');
  });

  test('comes at once on a poll that has been held for longer, and where there is no round trip', () => {
    for (const roundTrip of [0, 300]) {
      const machine = connectedIn(roundTrip);
      machine.now += roundTrip * 1.5;
      expect(machine.demand('a b').told).toBe('handshaking (poll): cancel handshake');
    }
  });

  test('comes with the answer to the poll, if that is sooner', () => {
    const machine = connectedIn(300).demand('a b');
    machine.now += 100;
    machine.answer(2);
    expect(machine.told).toBe('handshaking (poll): cancel deliver handshake');
    expect(machine.timer).toBe(undefined);
  });

  test('waits six seconds at the most, however slow the handshake was', () => {
    const machine = connectedIn(60_000).demand('a b');
    expect(machine.timer?.due).toBe(machine.now + 6_000);
  });

  test('is one thing: a handshake is not forgotten for another poll, nor is the wait begun anew', () => {
    const machine = connectedIn(300).demand('a b');
    const due = machine.timer?.due;
    machine.now += 200;
    machine.send({ type: 'tokenChanged' }).send({ type: 'filterChanged' }).demand('a b', { fresh: false });
    expect(machine.timer?.due).toBe(due);
    machine.fire();
    expect(machine.poll).toMatchObject({ names: { channels: ['a', 'b'] } });
    expect(machine.poll?.cursor).toBe(undefined);
  });
});

const RTT = 300;

/** A minute of subscriptions that begin and end, over a network of a round trip of 300 ms. */
class Churn {
  /** When each subscription was made, and when it was accepted, by its id. */
  readonly born = new Map<number, number>();
  readonly accepted: (readonly [number, number])[] = [];
  readonly receipts: number[] = [];
  readonly machine = new LoopMachine(undefined, ({ effects, machine: { now } }) => {
    for (const { newest } of effectsOf(effects, 'accept')) this.accepted.push([newest, now]);
  });
  readonly end = this.machine.now + 60_000;
  #sent: { readonly id: number | undefined; readonly at: number } = { id: undefined, at: 0 };
  #at = 1;

  run(every: number): void {
    this.#change('a', true);
    for (let step = 0; this.machine.now < this.end; step++) {
      this.machine.wait(10);
      this.#serve();
      const turn = step / (every / 10);
      if (Number.isInteger(turn)) this.#change(turn % 2 === 0 ? `a b${step}` : 'a', turn % 2 === 0);
    }
  }

  // Every request is answered after a round trip: there is always something to bring.
  #serve(): void {
    const { poll, now } = this.machine;
    if (!poll) return;
    if (poll.task !== this.#sent.id) this.#sent = { id: poll.task, at: now };
    if (now - this.#sent.at < RTT) return;
    this.machine.answer(++this.#at).send({ type: 'delivered', fresh: true });
    if (poll.cursor) this.receipts.push(now);
  }

  #change(text: string, fresh: boolean): void {
    this.machine.demand(text, { fresh });
    if (fresh) this.born.set(this.machine.state.newest, this.machine.now);
  }
}

describe('under churn', () => {
  test.each([20, 200])('of every %i ms, who is subscribed receives within three round trips', (every) => {
    const churn = new Churn();
    churn.run(every);
    const pauses = churn.receipts.map((at, index) => (churn.receipts[index + 1] ?? churn.end) - at);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(3 * RTT);
  });

  test.each([20, 200])('of every %i ms, who subscribes is accepted after the next handshake', (every) => {
    const churn = new Churn();
    churn.run(every);
    const settled = [...churn.born].filter(([, since]) => since < churn.end - 5 * RTT);
    expect(settled.length).toBeGreaterThan(100);
    for (const [id, since] of settled) {
      const [, heard = Number.POSITIVE_INFINITY] = churn.accepted.find(([newest]) => newest >= id) ?? [];
      // The handshake under way, a poll, and its own.
      expect(heard - since).toBeLessThanOrEqual(4 * RTT);
    }
  });
});

describe('a timer beside a poll', () => {
  test('ends with the poll, however that ends', () => {
    fc.assert(
      fc.property(fc.constantFrom('answer', 'fail', 'refuse', 'stop', 'drop'), (how) => {
        const machine = connectedIn(300).demand('a b');
        expect(machine.timer).toBeDefined();
        if (how === 'answer') machine.answer(2);
        if (how === 'fail') machine.fail();
        if (how === 'refuse') machine.refuse('a');
        if (how === 'stop') machine.send({ type: 'disconnectRequested' });
        if (how === 'drop') machine.demand('');
        const isRunning = machine.timer !== undefined;
        const { phase } = machine.state;
        expect('timer' in phase && phase.timer === true).toBe(isRunning);
        expect(!isRunning || phase.name === 'waiting').toBe(true);
      }),
    );
  });
});
