import { PUBLISH_ID_WINDOW } from '../../protocol/publish-id.ts';
import type { Settings } from '../config/options.ts';
import type { Retry } from '../endpoint.ts';
import { isOwnError, withDetails } from '../errors/pubnub-error.ts';
import { randomId } from '../runtime/random.ts';
import type { InnerOptions } from './call-options.ts';
import type { Executor } from './execute.ts';

/**
 * Finds out what became of a publish, whose parameters are `values`: its result, `null` if it was certainly not taken,
 * `undefined` if nobody can tell. It rejects only if that is asked for.
 */
export type LookUp = (
  executor: Executor,
  values: object,
  options: LookUpOptions,
) => Promise<object | null | undefined>;

/** The limits of the call that looks up, and how far back it looks. */
export interface LookUpOptions extends InnerOptions {
  /** Milliseconds since the first attempt began that may have been taken. */
  readonly passed: number;
  /** Rejects when it could not ask, instead of resolving to `undefined`: it will be asked again. */
  readonly isAskedAgain?: true;
}

/** A copy that a proxy sends may arrive later than what it copies, by so many milliseconds. */
const MARGIN = 5_000;
/** Milliseconds for which an attempt may be repeated, and after which it counts as arrived or lost. */
const SAFE_TIME = PUBLISH_ID_WINDOW - MARGIN;

/** A moment, by the wall clock and by the one that does not jump. */
export type Moment = readonly [now: number, monotonic: number];

/** The attempts of a call. */
interface Attempts<R> {
  readonly values: object;
  readonly options: InnerOptions;
  readonly send: (options: InnerOptions) => Promise<R>;
  /** What an earlier process may have tried. */
  readonly tried?: Tried | undefined;
}

/** Attempts of which one may have been taken. */
export interface Tried {
  /** The beginning of the first of them. */
  readonly since: Moment;
  /** What the last one failed with. */
  readonly failure: unknown;
}

/**
 * Makes the attempts of a publish with an id. An origin remembers the id for a while: until then an attempt may be repeated
 * at will, and later only when it is certain that none of those before was taken. `of` tells whether there may be another.
 */
export function attemptsOf<R>(
  executor: Executor,
  of: { retry: Retry },
  { values, options, send, tried: before }: Attempts<R>,
): () => Promise<R> {
  const { clock, lookUp } = executor.settings;
  // The wall clock counts the sleep of a machine, too.
  const read = (): Moment => [clock.now(), clock.monotonic()];
  let tried = before;
  const attempt = (limits: InnerOptions) => {
    const begun = read();
    return send(limits).catch((thrown: unknown) => {
      tried = triedBy(thrown, tried?.since ?? begun, tried !== undefined);
      throw tried?.failure ?? thrown;
    });
  };
  return async () => {
    if (!tried) return attempt(options);
    const { since, failure } = tried;
    const [now, monotonic] = read();
    const awake = monotonic - since[1];
    // The most that may have passed: the machine may have slept.
    const passed = Math.max(now - since[0], awake);
    // An attempt that arrives when the id is forgotten would be taken for another publish.
    const until = monotonic + SAFE_TIME - passed;
    if (until > monotonic) return attempt({ ...options, until });
    // Being refused an answer says nothing of the message.
    const result = await lookUp?.(executor, values, { ...options, passed }).catch((thrown: unknown) => {
      throw isOwnError(thrown) ? withDetails(thrown, { delivery: 'unknown' }) : thrown;
    });
    // Only messages have ids, and this is their result.
    if (result) return result as R;
    if (result === undefined) of.retry = 'not-sent';
    // The least that has passed: a wall clock that was set forward brings nothing to its end that is still on its way.
    if (result !== null || awake < SAFE_TIME) throw failure;
    tried = undefined;
    return attempt(options);
  };
}

// `undefined` if no attempt may have been taken. What became of this one says nothing of those before.
function triedBy(failure: unknown, since: Moment, isRepeat: boolean): Tried | undefined {
  if (!isOwnError(failure)) return { since, failure };
  if (!isRepeat && failure.delivery !== 'unknown') return undefined;
  return { since, failure: withDetails(failure, { delivery: 'unknown' }) };
}

/** Makes the ids of one client's messages, in a client that is to make them. */
export function ownIds({ idempotentPublishing, random }: Settings): () => string | undefined {
  let made = 0;
  // The count tells ids apart even if the random numbers repeat.
  return () => (idempotentPublishing ? `${randomId(random)}-${made++}` : undefined);
}
