import type { ParamKeys, Values } from '../endpoint.ts';

/** How the pages of a call follow each other, as data. `P` are its parameters, `R` is its result. */
export interface Paging<P, R> {
  /** The parameters that identify a page: two requests that agree in them ask for the same page. */
  readonly place: readonly ParamKeys<P>[];
  /** Why these values have no pages, as a sentence without its end. */
  readonly problem?: (given: Values<P>) => string | undefined;
  /** What the first request changes in the given values. */
  readonly first?: (given: Values<P>) => Partial<Values<P>>;
  /** The page in an answer, if it is not the whole answer; `undefined` if the page is empty. */
  readonly pageIn?: (asked: Values<P>, answer: R) => R | undefined;
  /** What the next requests change; an answer may lead to several, and the last one leads to none. */
  readonly next: (asked: Values<P>, answer: R) => readonly Partial<Values<P>>[];
}
