import fc from 'fast-check';
import type { ErrorCode } from '../../src/client/errors/codes.ts';
import type { LoopPolicy } from '../../src/client/subscribe/policy.ts';
import {
  answerAt,
  entryAt,
  failure,
  LoopMachine,
  names,
  type Observed,
  POLICY,
  short,
} from './loop-machine.ts';

/** Something that a random script lets happen to the machine, where it can happen. */
export type Move = (machine: LoopMachine) => unknown;

const NAMES = ['a', 'b', 'c', 'a-pnpres', '@g', '@g-pnpres'];
const FAILURES: readonly ErrorCode[] = ['PN-2001', 'PN-2002', 'PN-3001', 'PN-3005', 'PN-3006', 'PN-4001'];
const REFUSALS: readonly ErrorCode[] = ['PN-3001', 'PN-3002', 'PN-3004', 'PN-3008'];

const someNames = fc.subarray(NAMES, { minLength: 1 }).map((list) => list.join(' '));
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** A move with a description, so that a counterexample can be read. */
function move<T>(what: string, values: fc.Arbitrary<T>, make: (value: T) => Move): fc.Arbitrary<Move> {
  return values.map((value) =>
    Object.assign(make(value), { [fc.toStringMethod]: () => `${what}(${fc.stringify(value)})` }),
  );
}

const wait = move(
  'wait',
  fc.constantFrom(0, 1, 100, 999, 1_000, 5_000, 60_000, 290_000, 700_000),
  (ms) => (m) => m.wait(ms),
);

const answer = move(
  'answer',
  fc.record({
    step: fc.integer({ min: -3, max: 9 }),
    region: fc.constantFrom(1, 1, 1, 2),
    entries: fc.constantFrom(0, 0, 1, 2, 100),
    told: fc.boolean(),
  }),
  ({ step, region, entries, told }) =>
    (m) => {
      if (!m.poll) return;
      const at = countOf(m) + step;
      const list = Array.from({ length: entries }, (_, index) => entryAt(at - index));
      m.answer(at, { region, entries: list, ...(told && { gaps: [] }) });
    },
);

const fail = move(
  'fail',
  fc.record({
    code: fc.constantFrom(...FAILURES),
    retryAfter: fc.option(fc.integer({ min: 0, max: 4_000_000 }), { nil: undefined }),
    random,
  }),
  ({ code, retryAfter, random: chance }) =>
    (m) =>
      m.poll && m.fail(failure(code, { retryAfter }), { random: chance }),
);

const refuse = move(
  'refuse',
  fc.record({ code: fc.constantFrom(...REFUSALS), victims: fc.oneof(someNames, fc.constant('')) }),
  ({ code, victims }) =>
    (m) =>
      m.poll && m.refuse(victims, code),
);

const refuseFilter = move('refuseFilter', random, (chance) => (m) => {
  if (m.poll) m.fail(failure('PN-3008'), { refusal: 'filter', random: chance });
});

const late = move(
  'late',
  fc.record({
    kind: fc.constantFrom('polled', 'pollFailed', 'refused', 'timerFired'),
    by: fc.integer({ min: 1, max: 5 }),
  }),
  ({ kind, by }) =>
    (m) =>
      m.send(stale(kind, staleId(m, by))),
);

const subscribe = move(
  'subscribe',
  fc.record({ add: someNames, at: fc.constantFrom(undefined, 3, 30) }),
  ({ add, at }) =>
    (m) => {
      const all = `${short(m.state.demand)} ${add}`;
      m.demand(all, at === undefined ? {} : { at: answerAt(at).cursor.timetoken });
    },
);

const drop = move('drop', someNames, (gone) => (m) => {
  const left = short(m.state.demand)
    .split(' ')
    .filter((name) => !gone.split(' ').includes(name));
  m.demand(left.join(' '), { fresh: false });
});

const dropAll = move('dropAll', fc.constant(0), () => (m) => m.demand('', { fresh: false }));
const delivered = move(
  'delivered',
  fc.boolean(),
  (fresh) => (m) => m.state.undelivered > 0 && m.send({ type: 'delivered', fresh }),
);
const call = move(
  'call',
  fc.constantFrom(
    ...(['tokenChanged', 'tokenRenewed', 'filterChanged'] as const),
    ...(['reconnectRequested', 'disconnectRequested', 'woke'] as const),
  ),
  (type) => (m) => m.send({ type }),
);
const network = move('network', fc.boolean(), (online) => (m) => m.send({ type: 'networkChanged', online }));
const page = move('page', fc.boolean(), (shown) => (m) => m.send({ type: 'pageChanged', shown }));
const close = move('close', fc.constant(0), () => (m) => m.send({ type: 'closed' }));

const everyday = [
  { weight: 6, arbitrary: answer },
  { weight: 4, arbitrary: delivered },
  { weight: 4, arbitrary: fail },
  { weight: 2, arbitrary: refuse },
  { weight: 1, arbitrary: refuseFilter },
  { weight: 3, arbitrary: wait },
  { weight: 3, arbitrary: subscribe },
  { weight: 2, arbitrary: drop },
  { weight: 1, arbitrary: dropAll },
  { weight: 2, arbitrary: late },
  { weight: 2, arbitrary: call },
  { weight: 1, arbitrary: network },
  { weight: 1, arbitrary: page },
];

const length = { minLength: 5, maxLength: 50, size: 'max' } as const;

/** Scripts of anything but the end. */
export const scripts = fc.array(fc.oneof(...everyday), length);

/** Scripts that may hold the end. */
export const scriptsWithEnd = fc.array(fc.oneof(...everyday, { weight: 1, arbitrary: close }), length);

/** A machine that wanted `a` and `b` and then went through a script. */
export function machineAfter(script: readonly Move[], machine = new LoopMachine()): LoopMachine {
  machine.demand('a b');
  for (const step of script) step(machine);
  return machine;
}

/** Checks each step of random scripts; a new checker is made for each script. */
export function eachStep(
  checker: () => (step: Observed) => void,
  { policy = POLICY, from = scripts }: { policy?: LoopPolicy; from?: fc.Arbitrary<Move[]> } = {},
): void {
  fc.assert(
    fc.property(from, (script) => {
      machineAfter(script, new LoopMachine(policy, checker()));
    }),
    { numRuns: 150 },
  );
}

// Small numbers stand for timetokens, so that steps back and forth are frequent.
function countOf({ state }: LoopMachine): number {
  return state.cursor ? Number(BigInt(state.cursor.timetoken) - BigInt(answerAt(0).cursor.timetoken)) : 10;
}

function staleId({ state, poll, timer }: LoopMachine, by: number): number {
  const id = state.task - by + 2;
  return id === poll?.task || id === timer?.task ? id + 100 : id;
}

function stale(kind: string, id: number) {
  if (kind === 'timerFired') return { type: 'timerFired', task: id } as const;
  if (kind === 'polled') return { type: 'polled', task: id, answer: answerAt(50), newest: 0 } as const;
  const refusal = kind === 'refused';
  return {
    type: 'pollFailed',
    task: id,
    error: failure('PN-3002', { channels: [...names('a').channels] }),
    refusal,
    newest: 0,
  } as const;
}
