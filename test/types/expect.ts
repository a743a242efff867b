/** Whether two types are the same, `any` and `readonly` included. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only when every entry of the list is `true`. */
export type Expect<T extends readonly true[]> = T;

/** Compiles only when the value has exactly the type: `same<string>()(value)`. */
export declare function same<Expected>(): <Actual>(
  value: Actual,
  ...wrong: Equal<Actual, Expected> extends true ? [] : [{ readonly is: Actual; readonly expected: Expected }]
) => void;
