import type { ErrorCode } from '../../src/client/errors/codes.ts';
import { type ErrorDetails, PubNubError } from '../../src/client/errors/pubnub-error.ts';
import { type Names, namesOf } from '../../src/client/subscribe/names.ts';
import type { LoopPolicy } from '../../src/client/subscribe/policy.ts';
import { reduce } from '../../src/client/subscribe/reduce.ts';
import {
  type Announcement,
  IDLE,
  type LoopAnswer,
  type LoopEffect,
  type LoopEvent,
  type LoopInput,
  type LoopState,
  type Refusal,
} from '../../src/client/subscribe/state.ts';

/** What the wall clock shows when the monotonic one is at zero. */
export const WALL = 1_700_000_000_000;

/** The default policy: exponential, from one second up to 150, without a limit of attempts. */
export const POLICY: LoopPolicy = Object.freeze({
  reconnection: Object.freeze({
    delay: (attempt: number) => 1_000 * 2 ** attempt,
    minimumDelay: 1_000,
    maximumDelay: 150_000,
    longestRetryAfter: 3_600_000,
    maximumRetries: Number.POSITIVE_INFINITY,
  }),
  countThreshold: 100,
  liveRetention: 600_000,
});

/** The default policy with a limit of attempts. */
export function policyOf(maximumRetries: number): LoopPolicy {
  return { ...POLICY, reconnection: { ...POLICY.reconnection, maximumRetries } };
}

/** A names in short: names by spaces, groups with `@` before them. */
export function names(text: string): Names {
  const all = text.split(' ').filter((name) => name !== '');
  return namesOf(
    all.filter((name) => !name.startsWith('@')),
    all.filter((name) => name.startsWith('@')).map((name) => name.slice(1)),
  );
}

/** The same, the other way round. */
export function short({ channels, groups }: Names): string {
  return [...channels, ...groups.map((name) => `@${name}`)].join(' ');
}

/** A timetoken of seventeen digits from a small number. */
export function tt(count: number): string {
  return String(17_000_000_000_000_000n + BigInt(count));
}

/** An answer to a poll. */
export function answerAt(count: number, more: Partial<LoopAnswer> & { region?: number } = {}): LoopAnswer {
  const { region = 1, entries = [], gaps } = more;
  return { cursor: { timetoken: tt(count), region }, entries, gaps };
}

/** An entry as the wire has it. */
export function entryAt(count: number, channel = 'a', more: Readonly<Record<string, unknown>> = {}) {
  return { c: channel, p: { t: tt(count), r: 1 }, d: count, ...more };
}

/** An error as the client makes it. */
export function failure(code: ErrorCode = 'PN-2001', details: ErrorDetails = {}): PubNubError {
  return new PubNubError(code, 'It failed.', details);
}

export type PollEffect = Extract<LoopEffect, { type: 'poll' }>;

/** The effects of one type. */
export function effectsOf<T extends LoopEffect['type']>(effects: readonly LoopEffect[], type: T) {
  return effects.filter((effect): effect is Extract<LoopEffect, { type: T }> => effect.type === type);
}

/** One step of the machine, as somebody sees it who looks on. */
export interface Observed {
  readonly before: LoopState;
  readonly input: LoopInput;
  readonly after: LoopState;
  readonly effects: readonly LoopEffect[];
  readonly machine: LoopMachine;
}

/** The machine with what a runner would keep for it: the clock, the poll under way, the timer. */
export class LoopMachine {
  readonly policy: LoopPolicy;
  state: LoopState = IDLE;
  /** Monotonic milliseconds. */
  now = 5_000;
  #newest = 0;
  /** The newest subscription when the poll under way was sent. */
  #asked = 0;
  poll: PollEffect | undefined;
  timer: { readonly task: number; readonly due: number } | undefined;
  /** What the last event led to. */
  effects: readonly LoopEffect[] = [];
  readonly #look: ((step: Observed) => void) | undefined;

  /** `look` is called after each step. */
  constructor(policy: LoopPolicy = POLICY, look?: (step: Observed) => void) {
    this.policy = policy;
    this.#look = look;
  }

  /** Lets something happen; keeps the books, and throws where they do not add up. */
  send(input: LoopInput, random = 0.5): this {
    // Only a failure takes the random number; the others ignore it.
    const event = { ...input, now: this.now, wall: WALL + this.now, random } as LoopEvent;
    const before = this.state;
    const [after, effects] = reduce(this.policy, before, event);
    this.state = after;
    this.effects = effects;
    this.#settle(input);
    for (const effect of effects) this.#keep(effect);
    this.#look?.({ before, input, after, effects, machine: this });
    return this;
  }

  /** The program wants other names; those it wants in addition come from a new subscription. */
  demand(text: string, { fresh = true, at }: { fresh?: boolean; at?: string } = {}): this {
    const cursor = at === undefined ? undefined : { timetoken: at, region: undefined };
    const newest = fresh ? { newest: ++this.#newest } : {};
    return this.send({ type: 'demandChanged', demand: names(text), ...newest, ...(cursor && { cursor }) });
  }

  /** The poll under way is answered. */
  answer(count: number, more: Parameters<typeof answerAt>[1] = {}): this {
    const newest = this.#asked;
    return this.send({ type: 'polled', task: this.#current(), answer: answerAt(count, more), newest });
  }

  /** The poll under way fails. */
  fail(error: PubNubError = failure(), { refusal = false as Refusal, random = 0.5 } = {}): this {
    const newest = this.#asked;
    return this.send({ type: 'pollFailed', task: this.#current(), error, refusal, newest }, random);
  }

  /** The server refuses names in its own error body. */
  refuse(text: string, code: ErrorCode = 'PN-3002'): this {
    const { channels, groups: channelGroups } = names(text);
    return this.fail(failure(code, { channels, channelGroups }), { refusal: true });
  }

  /** Time passes until the timer fires. */
  fire(): this {
    if (!this.timer) throw new Error('No timer runs.');
    this.now = Math.max(this.now, this.timer.due);
    return this.send({ type: 'timerFired', task: this.timer.task });
  }

  /** Time passes, and a timer that is due on the way fires. */
  wait(milliseconds: number): this {
    const end = this.now + milliseconds;
    while (this.timer && this.timer.due <= end) this.fire();
    this.now = Math.max(this.now, end);
    return this;
  }

  /** What was announced by the last event. */
  get announced(): readonly Announcement[] {
    return effectsOf(this.effects, 'announce').map(({ announcement }) => announcement);
  }

  /** The last event in short: the phase it led to, then what is to be done. */
  get told(): string {
    const { phase } = this.state;
    const both = this.poll && this.timer ? ' (poll, timer)' : undefined;
    const held = both ?? (this.poll ? ' (poll)' : this.timer ? ' (timer)' : '');
    return [`${phase.name}${held}:`, ...this.effects.map(effectText)].join(' ');
  }

  #current(): number {
    if (!this.poll) throw new Error('No poll is under way.');
    return this.poll.task;
  }

  #settle(input: LoopInput): void {
    if (input.type === 'timerFired' && this.timer?.task === input.task) this.timer = undefined;
    if ((input.type === 'polled' || input.type === 'pollFailed') && this.poll?.task === input.task)
      this.poll = undefined;
  }

  #keep(effect: LoopEffect): void {
    switch (effect.type) {
      case 'poll':
        if (this.poll)
          throw new Error(`Poll ${effect.task} begins while poll ${this.poll.task} is under way.`);
        this.poll = effect;
        this.#asked = this.#newest;
        return;
      case 'startTimer':
        if (this.timer) throw new Error(`Timer ${effect.task} starts while timer ${this.timer.task} runs.`);
        this.timer = { task: effect.task, due: this.now + effect.delay };
        return;
      case 'cancel':
        this.poll = undefined;
        this.timer = undefined;
        return;
      default:
    }
  }
}

function effectText(effect: LoopEffect): string {
  switch (effect.type) {
    case 'announce':
      return `!${effect.announcement.category.replace(/^PN(.*)Category$/, '$1')}`;
    case 'poll':
      return effect.cursor ? 'poll' : 'handshake';
    case 'startTimer':
      return `startTimer(${effect.delay})`;
    default:
      return effect.type;
  }
}
