import type { ParamKeys, Values } from '../endpoint.ts';

/** How a call that answers in pages is gone through, as data. `P` are its parameters, `R` is its result. */
export interface Paging<P, R> {
  /** The parameters that say where a page is: two questions that agree in them ask for the same page. */
  readonly place: readonly ParamKeys<P>[];
  /** Why these values cannot be asked for page by page, as a sentence without its end. */
  readonly problem?: (given: Values<P>) => string | undefined;
  /** In what the first question differs from what was given. */
  readonly first?: (given: Values<P>) => Partial<Values<P>>;
  /** The page in an answer, where it is not the whole of it; nothing when there is nothing in it. */
  readonly pageIn?: (asked: Values<P>, answer: R) => R | undefined;
  /** In what the further questions differ that an answer leads to; none when it is the last. */
  readonly next: (asked: Values<P>, answer: R) => readonly Partial<Values<P>>[];
}
