import type { NetworkMatchers } from 'timetoken/testing';

declare module 'vitest' {
  // The parameters are as vitest names them: all declarations of an interface have the same.
  interface Matchers<R extends void | Promise<void>, T> extends NetworkMatchers<R> {}
}
