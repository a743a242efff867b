import type { PubNub } from 'timetoken';
import { type Answer, lineOf, scriptedClient } from './unit-client.ts';

/** A call of a client whose keys are `S` and whose user's name needs encoding. */
export type Call = (pubnub: PubNub) => { execute(): Promise<unknown> };

const COMMON = /^(uuid|pnsdk|auth)=/;

/** Makes a call that is answered with a body; tells what was sent and what came of it. */
export async function ask(call: Call, body: string, answer: Answer = {}) {
  const { pubnub, requests, clock } = scriptedClient([{ ...answer, body }], {
    subscribeKey: 'S',
    userId: 'my id#1',
  });
  const asked = call(pubnub)
    .execute()
    .then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
  // What may be repeated is, after pauses.
  await clock.advance(60_000);
  return { ...(await asked), lines: requests.map(({ method, url }) => ownLine({ method, url })) };
}

/** Method, path and query of a request, without what every request carries. */
export function ownLine(request: {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
}) {
  const own = (request.url.split('?')[1] ?? '').split('&').filter((pair) => !COMMON.test(pair));
  const { method, path } = lineOf(request);
  return `${method} ${path}${own.length > 0 ? `?${own.join('&')}` : ''}`;
}
