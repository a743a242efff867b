import { encode } from 'cborg';
import type { VirtualClock } from './virtual-clock.ts';

/** A token with these fields instead of those of a good one without permissions, which holds for an hour. */
export function tokenWith(fields: Readonly<Record<string, unknown>> = {}): string {
  const all = {
    ...{ v: 2, t: 1_700_000_000, ttl: 60, res: {}, pat: {}, meta: {}, sig: new Uint8Array(32) },
    ...fields,
  };
  const pairs = Object.entries(all).map(([key, value]) => [new TextEncoder().encode(key), value] as const);
  return Buffer.from(encode(new Map(pairs))).toString('base64url');
}

/** What becomes of a promise while time passes: WebCrypto takes its own, which no clock moves. */
export async function inTime<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  const end = () => {
    settled = true;
  };
  promise.then(end, end);
  while (!settled) await clock.advance(1_000);
  return promise;
}
