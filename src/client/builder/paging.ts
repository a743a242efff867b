import type { ParamKeys, Values } from '../endpoint.ts';

/** The order of the pages of a call, as data. `P` are its parameters, `R` is its result. */
export interface Paging<P, R> {
  /** The parameters that identify a page: two requests that agree in them ask for the same page. */
  readonly place: readonly ParamKeys<P>[];
  /** The reason why these values have no pages, as a sentence without its end. */
  readonly problem?: (given: Values<P>) => string | undefined;
  /** Changes of the given values for the first request. */
  readonly first?: (given: Values<P>) => Partial<Values<P>>;
  /** The page in an answer, if it is not the whole answer; `undefined` if the page is empty. */
  readonly pageIn?: (asked: Values<P>, answer: R) => R | undefined;
  /** Changes for the next requests; an answer may lead to several, and the last one leads to none. */
  readonly next: (asked: Values<P>, answer: R) => readonly Partial<Values<P>>[];
}
