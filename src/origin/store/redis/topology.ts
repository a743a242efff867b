import type { Address } from './connection.ts';

/** Where the primaries are. */
export interface Topology {
  /** The primary that has a key now, as far as is known. */
  locate(key: string): Promise<Address>;
  /** A primary was not where it was said to be: what is known has to be asked for again. */
  forget(): void;
  /** `true` in a cluster. */
  readonly isSharded: boolean;
}

/** One server that stays where it is. */
export function standalone(address: Address): Topology {
  return { locate: async () => address, forget: () => undefined, isSharded: false };
}

/** What was asked for once, until it is forgotten. An error is not remembered. */
export function remembered<Value>(ask: () => Promise<Value>) {
  let known: Promise<Value> | undefined;
  const forget = () => {
    known = undefined;
  };
  const value = (): Promise<Value> => {
    if (known) return known;
    const asking = ask();
    known = asking;
    asking.catch(() => {
      if (known === asking) forget();
    });
    return asking;
  };
  return { value, forget };
}
