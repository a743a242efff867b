import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type PresenceInput,
  type PresenceState,
  type PresenceStep,
  reducePresence,
  SILENT,
} from '../../../src/client/presence/reduce.ts';
import { isEmpty, type Names, NO_NAMES, without } from '../../../src/client/subscribe/names.ts';
import { failure, names } from '../../support/loop-machine.ts';

const INTERVAL = 9_000;

type Command =
  | { readonly type: 'present'; readonly names: Names }
  | { readonly type: 'fire' | 'beaten' | 'failed' }
  | { readonly type: 'stale'; readonly id: number };

const commands = fc.array(
  fc.oneof(
    fc.subarray(['a', 'b', '@g']).map((list): Command => ({ type: 'present', names: names(list.join(' ')) })),
    fc.constantFrom<Command>({ type: 'fire' }, { type: 'beaten' }, { type: 'failed' }),
    fc.nat({ max: 40 }).map((id): Command => ({ type: 'stale', id })),
  ),
  { maxLength: 40, size: 'max' },
);

/** The machine with what a runner keeps for it. */
class Model {
  state: PresenceState = SILENT;
  timer: number | undefined;
  beat: { readonly task: number; readonly names: Names } | undefined;
  effects: PresenceStep[1] = [];
  readonly #interval: number;

  constructor(interval: number) {
    this.#interval = interval;
  }

  send(event: PresenceInput): void {
    const [state, effects] = reducePresence(this.#interval, this.state, event);
    this.state = state;
    this.effects = effects;
    if (event.type === 'timerFired' && event.task === this.timer) this.timer = undefined;
    if (event.type === 'beaten' && event.task === this.beat?.task) this.beat = undefined;
    for (const effect of effects) this.#keep(effect);
  }

  run(command: Command): void {
    const { timer, beat } = this;
    if (command.type === 'present') this.send({ type: 'presentChanged', names: command.names });
    if (command.type === 'fire' && timer !== undefined) this.send({ type: 'timerFired', task: timer });
    if (command.type === 'beaten' && beat) this.send({ type: 'beaten', task: beat.task });
    if (command.type === 'failed' && beat) this.send({ type: 'beaten', task: beat.task, error: failure() });
    if (command.type === 'stale') this.#stale(command.id);
  }

  #stale(id: number): void {
    const before = this.state;
    if (id !== this.timer) this.send({ type: 'timerFired', task: id });
    if (id !== this.beat?.task) this.send({ type: 'beaten', task: id });
    expect(this.state).toBe(before);
  }

  #keep(effect: PresenceStep[1][number]): void {
    switch (effect.type) {
      case 'beat':
        expect(this.beat).toBe(undefined);
        this.beat = effect;
        return;
      case 'startTimer':
        expect(this.timer).toBe(undefined);
        expect(effect.delay).toBe(INTERVAL);
        this.timer = effect.task;
        return;
      case 'cancel':
        this.beat = undefined;
        this.timer = undefined;
        return;
      case 'announce':
    }
  }
}

function everyStep(check: (model: Model, present: Names) => void, interval = INTERVAL): void {
  fc.assert(
    fc.property(commands, (script) => {
      const model = new Model(interval);
      let present = NO_NAMES;
      for (const command of script) {
        if (command.type === 'present') present = command.names;
        model.run(command);
        check(model, present);
      }
    }),
  );
}

describe('the heartbeat', () => {
  // Model throws where a beat or timer begins beside another.
  test('has one beat under way or one pause, never both and never two, while somebody is present', () => {
    everyStep((model, present) => {
      const under = [model.timer, model.beat?.task].filter((id) => id !== undefined);
      expect(under).toHaveLength(isEmpty(present) ? 0 : 1);
    });
  });

  test('is for whom the loop says is present, and for nobody who left', () => {
    everyStep((model, present) => {
      expect(model.state.names).toEqual(present);
      if (model.beat) expect(without(model.beat.names, present)).toEqual(NO_NAMES);
      for (const effect of model.effects) if (effect.type === 'beat') expect(effect.names).toEqual(present);
    });
  });

  test('is silent with an interval of 0', () => {
    everyStep((model) => {
      expect(model.effects).toEqual([]);
      expect(model.state.name).toBe('silent');
    }, 0);
  });

  test('announces each beat, with its error if it failed, and goes on in its usual time', () => {
    const model = new Model(INTERVAL);
    model.run({ type: 'present', names: names('a') });
    for (const outcome of ['beaten', 'failed', 'beaten'] as const) {
      model.run({ type: 'fire' });
      model.run({ type: outcome });
      const [said, timer] = model.effects;
      expect(said).toEqual({
        type: 'announce',
        names: names('a'),
        ...(outcome === 'failed' && { error: expect.objectContaining({ code: 'PN-2001' }) }),
      });
      expect(timer).toMatchObject({ type: 'startTimer', delay: INTERVAL });
    }
  });

  test('first pauses: the subscribe request has just said that the user is there', () => {
    const model = new Model(INTERVAL);
    model.run({ type: 'present', names: names('a') });
    expect(model.effects).toEqual([{ type: 'startTimer', task: 1, delay: INTERVAL }]);
  });

  test('goes on with more names without a new beginning', () => {
    const model = new Model(INTERVAL);
    model.run({ type: 'present', names: names('a') });
    model.run({ type: 'present', names: names('a b') });
    expect(model.effects).toEqual([]);
    model.run({ type: 'fire' });
    expect(model.effects).toEqual([{ type: 'beat', task: 2, names: names('a b') }]);
  });
});
