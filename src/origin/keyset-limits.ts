import type { OriginLimits } from './limits.ts';

/** The limits of an origin that cannot differ between its keysets, each with the reason. */
const OF_THE_ORIGIN = {
  uriBytes: 'a request is measured before its subscribe key is read',
  parameters: 'a query is counted before the subscribe key is read',
  bodyBytes: 'bodies are received before anybody knows whose they are',
  subscribeKeys: 'it counts the subscribe keys',
  streamKeepAliveSeconds: 'one timer serves all streams',
  idleSeconds: 'one timer closes all that are idle',
  storeSeconds: 'all keysets are in one store',
  processEntries: 'it counts all keysets together',
  processBytes: 'it counts all keysets together',
} as const satisfies Partial<Record<keyof OriginLimits, string>>;

/** The limits that one keyset may have for itself: those of its data, its requests and their answers. */
export type KeysetLimits = Partial<Omit<OriginLimits, keyof typeof OF_THE_ORIGIN>>;

/** The reason why a keyset cannot have a limit for itself; `undefined` if it can. */
export function originLimitReason(name: string): string | undefined {
  return Object.entries(OF_THE_ORIGIN).find(([known]) => known === name)?.[1];
}
