import type { Stamp } from '../../store/stamp.ts';

/** What an answer holds of one channel, oldest first. */
export interface ChannelPage {
  readonly channel: string;
  readonly items: readonly { readonly tt: Stamp; readonly json: string }[];
}

/** What is left of pages. `start` is where the rest begins, when something was cut off. */
interface Cut {
  readonly pages: readonly ChannelPage[];
  readonly start: Stamp | undefined;
}

/**
 * The newest items of all channels together that fit so many characters, and at least one. One place in time is the cut
 * for all channels, so that a client can go on from there without missing anything or getting it twice.
 */
export function cutToSize(pages: readonly ChannelPage[], maxBytes: number): Cut {
  const all = pages.flatMap(({ items }) => items);
  if (all.reduce((sum, { json }) => sum + json.length, 0) <= maxBytes) return { pages, start: undefined };
  all.sort((a, b) => (a.tt < b.tt ? 1 : -1));
  let size = 0;
  let count = 0;
  for (const { json } of all) {
    size += json.length;
    if (size > maxBytes && count > 0) break;
    count++;
  }
  const oldest = all[count - 1];
  if (!oldest || count === all.length) return { pages, start: undefined };
  const left = pages.map(({ channel, items }) => ({
    channel,
    items: items.filter(({ tt }) => tt >= oldest.tt),
  }));
  return { pages: left.filter(({ items }) => items.length > 0), start: oldest.tt };
}
