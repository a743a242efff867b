import { Dice } from '../dice.ts';

/** What becomes of one request of a publish, and of its answer. */
export type Mishap =
  | { readonly with: 'refused' | 'request-lost' | 'answer-lost' | 'truncated' }
  | { readonly with: '503-before' | '503-after' | 'never-served' | 'never-answered' }
  /** The request, or the answer, is under way for so many milliseconds. */
  | { readonly with: 'slow-request' | 'slow-answer'; readonly ms: number }
  /** A proxy keeps the request for so many milliseconds, and sends it whatever has become of the client. */
  | { readonly with: 'held'; readonly ms: number }
  /** A proxy sends the request again, so many milliseconds later. */
  | { readonly with: 'copied'; readonly ms: number };

/** A publish, and what its requests meet, one after the other; later ones meet nothing. */
export interface Publication {
  readonly do: 'publish';
  readonly channel: string;
  /** `own`: the client makes it. */
  readonly id: 'own' | 'given' | 'in-meta';
  readonly meta: boolean;
  readonly stored: boolean;
  /** Milliseconds for the whole call. */
  readonly timeout?: number;
  readonly mishaps: readonly Mishap[];
}

/** What happens next. */
export type PublishingStep =
  | Publication
  | { readonly do: 'advance' | 'sleep' | 'jump'; readonly ms: number }
  /** An origin is replaced by a new one over the same store. */
  | { readonly do: 'restart' };

/** What a seed stands for. */
export interface PublishingPlan {
  /** `foreign` publishes whatever it is asked to, as often as it is asked. */
  readonly origin: 'one' | 'two' | 'foreign';
  /** Milliseconds that an attempt may take. */
  readonly requestTimeout: number;
  readonly steps: readonly PublishingStep[];
}

/** The mishaps that a request can meet, by how often they are tried. */
function mishap(dice: Dice): Mishap {
  return dice.weighted<() => Mishap>([
    [3, () => ({ with: dice.pick(['refused', 'request-lost', '503-before']) })],
    [4, () => ({ with: dice.pick(['answer-lost', 'truncated', '503-after']) })],
    [3, () => ({ with: dice.pick(['never-served', 'never-answered']) })],
    [
      3,
      () => ({
        with: dice.pick(['slow-request', 'slow-answer']),
        ms: dice.pick([50, 4_000, 14_000, 50_000, 119_000, 125_000, 200_000]),
      }),
    ],
    [2, () => ({ with: 'copied', ms: dice.pick([0, 10, 1_000, 3_000]) })],
  ])();
}

/** A request that is held, and now and then a network that is gone after it: no later attempt hides what it does. */
function held(dice: Dice): readonly Mishap[] {
  const outage: readonly Mishap[] = [{ with: 'refused' }, { with: 'refused' }, { with: 'refused' }];
  return [
    { with: 'held', ms: dice.pick([3_000, 20_000, 60_000, 110_000]) },
    ...(dice.chance(0.3) ? outage : []),
  ];
}

/** The plan of a seed. */
export function publishingPlanOf(seed: number): PublishingPlan {
  const dice = new Dice(seed);
  const origin = dice.pick(['one', 'two', 'foreign'] as const);
  const publication = (): PublishingStep => ({
    do: 'publish',
    channel: dice.pick(['a', 'b']),
    id: dice.pick(['own', 'given', 'in-meta']),
    meta: dice.chance(0.4),
    stored: dice.chance(0.85),
    ...(dice.chance(0.15) && { timeout: dice.pick([1_000, 30_000, 100_000, 600_000]) }),
    mishaps: [
      // Only the first: what is held for longer than ids are remembered, counted from the first, is another publish.
      ...(dice.chance(0.15) ? held(dice) : []),
      ...Array.from({ length: dice.pick([0, 1, 1, 2, 3, 4]) }, () => mishap(dice)),
    ],
  });
  // A machine that sleeps while its wall clock is set back cannot know how long it slept.
  const sleeps = dice.chance(0.5);
  const jumps = [60_000, 3_600_000, sleeps ? 1_000 : -3_600_000] as const;
  const steps = Array.from({ length: dice.int(3, 12) }, () =>
    dice.weighted<() => PublishingStep>([
      [10, publication],
      [5, () => ({ do: 'advance', ms: dice.pick([1, 100, 5_000, 30_000, 115_000, 130_000]) })],
      [sleeps ? 1 : 0, () => ({ do: 'sleep', ms: dice.pick([60_000, 118_000, 125_000, 3_600_000]) })],
      [1, () => ({ do: 'jump', ms: dice.pick(jumps) })],
      [origin === 'foreign' ? 0 : 2, () => ({ do: 'restart' })],
    ])(),
  );
  return { origin, requestTimeout: dice.pick([5_000, 15_000, 60_000, 130_000, 250_000]), steps };
}
