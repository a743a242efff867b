import { turn } from '../../protocol/turn.ts';
import type { Endpoint, Values } from '../endpoint.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { PullIterator } from '../runtime/pull-iterator.ts';
import { at } from '../wire/read.ts';
import type { Paging } from './paging.ts';

/** The requests of a walk over pages. */
export interface Walk<P, R> {
  readonly operation: Endpoint<P, R>['operation'];
  /** Called once, before the first request; returns the checked values, or throws. */
  readonly begin: () => Values<P>;
  /** The error that the walk ends with. */
  readonly failure: (thrown: unknown) => unknown;
  /** Sends one request; it must reject when the signal is aborted. */
  readonly ask: (question: Values<P>, signal: AbortSignal) => Promise<R>;
}

/**
 * The pages one after the other, each requested when it is read, never two at a time. Ends with a `PN-4001` when a page
 * leads back to an earlier one.
 */
export function pagesOf<P, R>(paging: Paging<P, R>, walk: Walk<P, R>): AsyncGenerator<R, void, undefined> {
  const trail = new Trail();
  const enter = async (asked: Values<P>, signal: AbortSignal) => {
    // A server in the same process, whose pages are empty, would starve the event loop.
    if (!trail.isEmpty) await turn();
    signal.throwIfAborted();
    if (!trail.add(placeOf(paging, asked))) throw cycle(walk.operation);
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
  return JSON.stringify(place.map((name) => at(asked, name)));
}

function cycle(operation: Endpoint<never, unknown>['operation']): PubNubError {
  const what = `${operation} failed: the pages go in a circle: the server leads back to the same page.`;
  return new PubNubError('PN-4001', what, { operation });
}

/** The largest number of places in memory, and of their characters: a longer cycle is not found. */
const MOST_PLACES = 10_000;
const MOST_CHARACTERS = 1_000_000;

/** The newest places of a walk, as many as fit. */
class Trail {
  readonly #places = new Set<string>();
  #characters = 0;

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  /** Adds a place. Returns whether it is new. */
  add(place: string): boolean {
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
