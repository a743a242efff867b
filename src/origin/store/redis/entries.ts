import type { Entry } from '../entry.ts';
import type { Stamp } from '../stamp.ts';

// Stamp, kind, channel and data.
const PARTS = 4;

/** What an announcement tells of: entries in order, or only that there are some up to a position. */
export type Announcement = {
  /** The number of the log. */
  readonly epoch: number;
  /** The stamp of the entry before. */
  readonly prev: Stamp;
} & ({ readonly entries: readonly Entry[] } | { readonly upto: Stamp });

/** Reads entries that stand flat, each with the stamp of the one before it. */
export function entriesOf(flat: readonly string[], first: Stamp): readonly Entry[] {
  const entries: Entry[] = [];
  let prev = first;
  for (let at = 0; at + PARTS <= flat.length; at += PARTS) {
    const [tt = '', kind, channel, data = 'null'] = flat.slice(at, at + PARTS);
    // An origin wrote kind and data, as those of one request.
    entries.push({ kind, channel, data: JSON.parse(data), tt, prev } as Entry);
    prev = tt;
  }
  return entries;
}

/** Reads an announcement: lines, the first of which are the number of the log and the stamp of the entry before. */
export function announcementOf(message: string): Announcement {
  const [number = '', prev = '', ...lines] = message.split('\n');
  const [upto] = lines;
  const epoch = Number(number);
  if (lines.length === 1 && upto !== undefined) return { epoch, prev, upto };
  for (let at = 2; at < lines.length; at += PARTS) lines[at] = unescaped(lines[at] ?? '');
  return { epoch, prev, entries: entriesOf(lines, prev) };
}

// Line feeds of channels, and back-slashes, which mark them.
function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/g, (_, mark) => (mark === 'n' ? '\n' : mark)) : text;
}
