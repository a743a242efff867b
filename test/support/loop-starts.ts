import type { PNGapEvent, PNMessageResult } from '../../src/index.ts';
import { tt } from './loop-machine.ts';
import type { HandFedClient, PendingRequest } from './loop-pending-transport.ts';

/** The payloads of what comes from now on. */
export function messagesOf(source: {
  on: (name: 'message', handler: (event: PNMessageResult) => void) => unknown;
}): unknown[] {
  const got: unknown[] = [];
  source.on('message', ({ message }) => void got.push(message));
  return got;
}

/** The gaps that are told from now on. */
export function gapsOf(source: {
  on: (name: 'gap', handler: (event: PNGapEvent) => void) => unknown;
}): PNGapEvent[] {
  const gaps: PNGapEvent[] = [];
  source.on('gap', (gap) => void gaps.push(gap));
  return gaps;
}

/** A client whose loop is at 50, and a subscription to `channels` that starts at 5 and was accepted at 60. */
export async function joining(
  fed: HandFedClient,
  channels: readonly string[] = ['b'],
  { loop = 50, at = 60 } = {},
) {
  const live = await fed.subscribed('a', loop);
  const subscription = fed.client
    .subscribe()
    .channels([...channels])
    .withTimetoken(tt(5))
    .execute();
  const got = messagesOf(subscription);
  await (await fed.next('handshake')).answer(at);
  return { live, subscription, got };
}

/** A subscription with an older start, accepted at a timetoken. */
export async function older(fed: HandFedClient, channel: string, start: number, at: number) {
  const subscription = fed.client.subscribe().channels(channel).withTimetoken(tt(start)).execute();
  await (await fed.next('handshake')).answer(at);
  return subscription;
}

/** The one poll that waits at a timetoken. */
export function pollAt(fed: HandFedClient, count: number): PendingRequest {
  const found = fed.open('poll').filter(({ facts }) => facts.tt === tt(count));
  const [poll] = found;
  if (!poll || found.length > 1) {
    const open = fed.open('poll').map(({ facts }) => facts.tt);
    throw new Error(`Not exactly one poll at ${count}, but ${open.join(', ')}.`);
  }
  return poll;
}
