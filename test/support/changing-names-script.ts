import fc from 'fast-check';

export const CHANNELS = ['a', 'b', 'c', 'a.x', 'g'] as const;
/** Channels, a wildcard, and groups with an `@`: one of them has the name of a channel. */
export const NAMES = [...CHANNELS, 'a.*', '@g', '@h'];
export const GROUPS: Readonly<Record<string, readonly string[]>> = { g: ['a', 'b'], h: ['c', 'a.x', 'g'] };

export const isGroup = (name: string) => name.startsWith('@');
export const groupOf = (name: string) => name.slice(1);
export const covers = (name: string, channel: string) =>
  isGroup(name)
    ? GROUPS[groupOf(name)]?.includes(channel)
    : name === channel || (name === 'a.*' && channel === 'a.x');

/** Where a subscription begins: with what comes, with all, or with about half of all. */
type Begin = 'now' | 'past' | 'middle';

const names = fc.subarray(NAMES, { minLength: 1, maxLength: 4 });
const begin = fc.constantFrom<Begin>('now', 'past', 'past', 'middle');
const change = fc.oneof(
  { weight: 5, arbitrary: fc.subarray(NAMES).map((accepted) => ({ do: 'token' as const, accepted })) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('subscribe' as const), names, begin, isSlow: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.constantFrom(...NAMES).map((name) => ({ do: 'unsubscribe' as const, name })) },
  { weight: 1, arbitrary: fc.nat({ max: 9 }).map((index) => ({ do: 'end' as const, index })) },
  { weight: 1, arbitrary: fc.constant({ do: 'reconnect' as const }) },
);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(...CHANNELS).map((channel) => ({ do: 'publish' as const, channel })),
  },
  { weight: 10, arbitrary: change },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      index: fc.option(fc.nat({ max: 9 }), { nil: undefined }),
      times: fc.constantFrom(1, 3),
      change,
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(0, 1, 50, 400, 2_000, 30_000)
      .map((milliseconds) => ({ do: 'wait' as const, milliseconds })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, 100, 700).map((milliseconds) => ({ do: 'delay' as const, milliseconds })),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'cut' as const }) },
  { weight: 1, arbitrary: fc.nat({ max: 9 }).map((index) => ({ do: 'read' as const, index })) },
);
export type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What a program does, with its handlers too. */
export interface Script {
  /** Whether it reads from history what the live queue has lost, which is then short. */
  readonly recovers: boolean;
  readonly steps: readonly Step[];
}

export const scripts: fc.Arbitrary<Script> = fc.record({
  recovers: fc.boolean(),
  steps: fc.array(step, { minLength: 3, maxLength: 35 }),
});

/** The names of the token that a step sets, if it sets one. */
export function acceptedIn(one: Step): readonly (readonly string[])[] {
  const wanted = one.do === 'answer' ? one.change : one;
  return wanted.do === 'token' ? [wanted.accepted] : [];
}
