import type { Endpoint, Values } from '../endpoint.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { PullIterator } from '../runtime/pull-iterator.ts';
import { turn } from '../runtime/turn.ts';
import type { Paging } from './paging.ts';

/** What a walk over pages needs of who sends its requests. */
export interface Walk<P, R> {
  readonly operation: Endpoint<P, R>['operation'];
  /** Checks what was asked for, and returns it; called once, before the first request. Throws where it cannot be asked. */
  readonly begin: () => Values<P>;
  /** The error that the walk ends in, of what was thrown. */
  readonly failure: (thrown: unknown) => unknown;
  /** Sends one request; it must reject when the signal is aborted. */
  readonly ask: (question: Values<P>, signal: AbortSignal) => Promise<R>;
}

/**
 * The pages one after the other, each asked for when it is wanted, and never two at a time. Ends in a `PN-4001` when a
 * page leads back to one that was asked for before.
 */
export function pagesOf<P, R>(paging: Paging<P, R>, walk: Walk<P, R>): AsyncGenerator<R, void, undefined> {
  const trail = new Trail();
  const enter = async (asked: Values<P>, signal: AbortSignal) => {
    // A server in the same process, whose pages are empty, would keep everything else from happening.
    if (!trail.isEmpty) await turn();
    signal.throwIfAborted();
    if (!trail.enter(placeOf(paging, asked))) throw circle(walk.operation);
  };
  let questions: Values<P>[] | undefined;
  const pull = async (signal: AbortSignal): Promise<R | undefined> => {
    questions ??= [begin(paging, walk)];
    for (let asked = questions.shift(); asked !== undefined; asked = questions.shift()) {
      await enter(asked, signal);
      const answer = await walk.ask(asked, signal);
      for (const change of paging.next(asked, answer)) questions.push({ ...asked, ...change });
      const page = paging.pageIn ? paging.pageIn(asked, answer) : answer;
      if (page !== undefined) return page;
    }
    return;
  };
  return new PullIterator((signal) =>
    pull(signal).catch((thrown: unknown) => {
      throw walk.failure(thrown);
    }),
  );
}

function begin<P, R>({ problem, first }: Paging<P, R>, { operation, begin }: Walk<P, R>): Values<P> {
  const given = begin();
  const reason = problem?.(given);
  if (reason !== undefined) throw new PubNubError('PN-1002', `${operation}: ${reason}.`, { operation });
  return { ...given, ...first?.(given) };
}

function placeOf<P, R>({ place }: Paging<P, R>, asked: Values<P>): string {
  // The names of the parameters are those of the values.
  return JSON.stringify(place.map((name) => asked[name as keyof Values<P>]));
}

function circle(operation: Endpoint<never, unknown>['operation']): PubNubError {
  const what = `${operation} failed: the pages go in a circle: the server leads back to the same page.`;
  return new PubNubError('PN-4001', what, { operation });
}

/** Places that are remembered, and characters of all of them: a longer circle is not noticed. */
const MOST_PLACES = 10_000;
const MOST_CHARACTERS = 1_000_000;

/** The places where a walk has been: the newest, as many as fit. */
class Trail {
  readonly #places = new Set<string>();
  #characters = 0;

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  /** Goes to a place. Returns whether it is a new one. */
  enter(place: string): boolean {
    if (this.#places.has(place)) return false;
    this.#places.add(place);
    this.#characters += place.length;
    for (const oldest of this.#places) {
      const fits = this.#places.size <= MOST_PLACES && this.#characters <= MOST_CHARACTERS;
      if (fits || oldest === place) break;
      this.#places.delete(oldest);
      this.#characters -= oldest.length;
    }
    return true;
  }
}
