import type { Values } from '../../endpoint.ts';
import type { Given } from '../../given.ts';
import { LARGEST_PAGE, type ListPushChannelsParams, type ListPushChannelsResult } from './push-channels.ts';

/** The channels of a device, page by page, each once, until a page is not full or brings nothing new. */
export async function* pushChannelPages(
  ask: (given: Given) => Promise<ListPushChannelsResult>,
  given: Given,
): AsyncGenerator<ListPushChannelsResult, void, undefined> {
  // What validation let through is what the endpoint declares.
  const { count = LARGEST_PAGE } = given as Values<ListPushChannelsParams>;
  const seen = new Set<string>();
  for (let step: Given = { ...given, count }; ; ) {
    const page = await ask(step);
    const channels = page.channels.filter((name) => !seen.has(name));
    for (const name of channels) seen.add(name);
    if (channels.length > 0) yield { channels };
    if (channels.length === 0 || page.channels.length < Math.min(count, LARGEST_PAGE)) return;
    step = { ...step, start: page.channels.at(-1) };
  }
}
