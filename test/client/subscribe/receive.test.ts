import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Loss } from '../../../src/client/subscribe/gaps.ts';
import { namesOf } from '../../../src/client/subscribe/names.ts';
import { answerAt, effectsOf, entryAt, LoopMachine, short, tt } from '../../support/loop-machine.ts';
import { connected } from '../../support/loop-phases.ts';

function lossesOf(machine: LoopMachine): readonly Loss[] {
  return effectsOf(machine.effects, 'deliver').flatMap(({ batch }) => batch.losses);
}

const entries = (count: number) => Array.from({ length: count }, (_, index) => entryAt(100 + index));

describe('the answer to a handshake', () => {
  test('is the cursor where there is none, and the floor of its names always', () => {
    const machine = new LoopMachine().demand('a @g').answer(7);
    expect(machine.poll?.cursor).toEqual(answerAt(7).cursor);
    machine.demand('a b @g').answer(90);
    expect(machine.poll?.cursor).toEqual(answerAt(7).cursor);
    const [accepted] = effectsOf(machine.effects, 'accept');
    expect([short(accepted?.names ?? { channels: [], groups: [] }), accepted?.floor]).toEqual([
      'a b @g',
      answerAt(90).cursor,
    ]);
  });

  test('holds nothing to deliver, whatever it holds', () => {
    const machine = new LoopMachine().demand('a').answer(7, { entries: entries(3) });
    expect(effectsOf(machine.effects, 'deliver')).toEqual([]);
  });
});

describe('the cursor', () => {
  test('moves with the region that answers, even backwards, and says so', () => {
    const machine = connected().answer(50).answer(20, { region: 2 });
    expect(machine.state.cursor).toEqual({ timetoken: tt(20), region: 2 });
    expect(lossesOf(machine)).toEqual([
      expect.objectContaining({ reason: 'cursor-regressed', from: tt(20), to: tt(50), certain: false }),
    ]);
  });

  test('moves forward with another region without a word', () => {
    const machine = connected().answer(50).answer(60, { region: 2 });
    expect(machine.state.cursor).toEqual({ timetoken: tt(60), region: 2 });
    expect(lossesOf(machine)).toEqual([]);
  });

  test.each(['0', '00000000000000000'])('stays where it is for %s, whatever the region', (zero) => {
    const machine = connected().answer(50).send({ type: 'delivered', fresh: true });
    const answer = { cursor: { timetoken: zero, region: 2 }, entries: entries(1), gaps: undefined };
    machine.send({ type: 'polled', task: machine.poll?.task ?? 0, answer, newest: 0 });
    expect(effectsOf(machine.effects, 'deliver')[0]?.batch).toMatchObject({
      ...{ entries: entries(1), losses: [] },
      cursor: answerAt(50).cursor,
    });
  });

  test('stays where it is for a smaller one of the same region; the entries are delivered', () => {
    const machine = connected()
      .answer(50)
      .send({ type: 'delivered', fresh: true })
      .answer(20, { entries: entries(1) });
    expect(machine.state.cursor?.timetoken).toBe(tt(50));
    expect(effectsOf(machine.effects, 'deliver')[0]?.batch).toMatchObject({
      entries: entries(1),
      losses: [],
      cursor: { timetoken: tt(50) },
    });
  });

  test('that the program gave is of no region: the first answer gives it one', () => {
    const machine = new LoopMachine().demand('a', { at: tt(5) }).answer(40, { region: 3 });
    expect(machine.poll).toMatchObject({ cursor: { timetoken: tt(5), region: undefined } });
    expect(machine.answer(41, { region: 3 }).state.cursor).toEqual({ timetoken: tt(41), region: 3 });
  });

  test('of a handshake asks to stay in the region', () => {
    const machine = connected().answer(50, { region: 4 }).demand('a b c');
    expect(machine.poll).toMatchObject({ region: 4 });
    expect(machine.poll?.cursor).toBe(undefined);
  });
});

describe('a gap', () => {
  test.each([
    [99, []],
    [100, ['count-exceeded']],
    [150, ['count-exceeded']],
  ])('is suspected of an answer with %i entries: %j', (count, reasons) => {
    const machine = connected().answer(900, { entries: entries(count) });
    expect(lossesOf(machine).map(({ reason }) => reason)).toEqual(reasons);
    const said = machine.announced.map(({ category }) => category);
    expect(said).toEqual(reasons.map(() => 'PNRequestMessageCountExceededCategory'));
    for (const gap of lossesOf(machine))
      expect(gap).toMatchObject({ certain: false, from: tt(1), to: tt(900) });
  });

  test.each([
    ['behind its entries', 60],
    ['where it was', 1],
    ['before where it was', 0],
  ])('is suspected up to the newest entry of a full answer whose cursor is %s', (_, at) => {
    const machine = connected().answer(at, { entries: entries(100) });
    expect(lossesOf(machine)).toEqual([
      expect.objectContaining({ reason: 'count-exceeded', from: tt(1), to: tt(199) }),
    ]);
    // Entries of another region have another clock.
    const other = { p: { t: tt(900), r: 9 } };
    const mixed = connected().answer(200, { entries: [...entries(99), entryAt(900, 'a', other)] });
    expect(lossesOf(mixed)).toEqual([expect.objectContaining({ from: tt(1), to: tt(200) })]);
  });

  test('is suspected after an absence longer than the server keeps what was not fetched', () => {
    const absent = (milliseconds: number) => {
      const machine = connected()
        .answer(5)
        .send({ type: 'delivered', fresh: true })
        .send({ type: 'disconnectRequested' });
      machine
        .wait(milliseconds)
        .send({ type: 'reconnectRequested' })
        .answer(80)
        .answer(101, { entries: entries(1) });
      return lossesOf(machine);
    };
    expect(absent(600_000)).toEqual([]);
    expect(absent(600_001)).toEqual([
      expect.objectContaining({ reason: 'retention', from: tt(5), to: tt(101), certain: false }),
    ]);
  });

  // A tick is a tenth of a microsecond: ten minutes are six billion of them.
  test.each([
    [6_000_000_000, []],
    [6_000_000_001, ['retention']],
  ])('is suspected of a start that is older than that by the server’s time: %i ticks', (age, reasons) => {
    const machine = new LoopMachine().demand('a', { at: tt(5) }).answer(5 + age);
    machine.answer(5 + age, { entries: entries(1) });
    expect(lossesOf(machine).map(({ reason }) => reason)).toEqual(reasons);
    for (const loss of lossesOf(machine)) expect(loss).toMatchObject({ from: tt(5), to: tt(5 + age) });
    expect(lossesOf(machine.send({ type: 'delivered', fresh: true }).answer(6 + age))).toEqual([]);
  });

  test.each([
    ['an outage', (m: LoopMachine) => m.fail().fire()],
    [
      'a stop',
      (m: LoopMachine) => m.send({ type: 'disconnectRequested' }).send({ type: 'reconnectRequested' }),
    ],
    ['a sleep that no clock has counted', (m: LoopMachine) => m.send({ type: 'woke' })],
  ])('is suspected by the server’s time after %s', (_, away) => {
    const machine = away(connected().answer(5).send({ type: 'delivered', fresh: true }));
    machine.answer(7_000_000_000).answer(7_000_000_001, { entries: entries(1) });
    expect(lossesOf(machine).map(({ reason }) => reason)).toEqual(['retention']);
  });

  test('is not suspected of a quiet loop that was never away, when it asks for more', () => {
    const machine = connected('a').answer(5).send({ type: 'delivered', fresh: true }).demand('a b');
    machine.answer(7_000_000_000).answer(7_000_000_001, { entries: entries(1) });
    expect(lossesOf(machine)).toEqual([]);
  });

  test('is not suspected of a long poll that was held however long', () => {
    const machine = connected().answer(5);
    machine.now += 10_000_000;
    expect(lossesOf(machine.answer(6, { entries: entries(1) }))).toEqual([]);
  });

  test('is believed of an origin that tells, and nothing is suspected then', () => {
    const told = [{ c: 'a', from: tt(2), to: tt(50) }];
    const machine = connected().answer(900, { entries: entries(150), gaps: told });
    expect(lossesOf(machine)).toEqual([
      { names: namesOf(['a'], []), from: tt(2), to: tt(50), reason: 'trimmed', certain: true },
    ]);
    expect(machine.announced).toEqual([]);
    expect(lossesOf(connected().answer(900, { entries: entries(150), gaps: [] }))).toEqual([]);
  });
});

describe('delivery', () => {
  test('is at most one answer ahead of what was delivered', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60, size: 'max' }), (script) => {
        const machine = connected();
        let waiting = 0;
        let at = 1;
        for (const answers of script) {
          if (answers && machine.poll) {
            machine.answer(++at, { entries: entries(1) });
            waiting++;
          } else if (!answers && waiting > 0) {
            machine.send({ type: 'delivered', fresh: true });
            waiting--;
          }
          expect(waiting).toBeLessThanOrEqual(2);
          expect(machine.poll === undefined).toBe(waiting === 2);
        }
      }),
    );
  });

  test('hands every answer on whole, in the order they came', () => {
    const machine = connected();
    const batches: unknown[] = [];
    for (const count of [2, 3, 4]) {
      machine.answer(count, { entries: [`entries of ${count}`] });
      batches.push(...effectsOf(machine.effects, 'deliver').map(({ batch }) => batch.entries));
      machine.send({ type: 'delivered', fresh: true });
    }
    expect(batches).toEqual([['entries of 2'], ['entries of 3'], ['entries of 4']]);
  });
});
