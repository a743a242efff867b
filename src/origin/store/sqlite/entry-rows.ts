import type { Entry, EntryContent, Publication } from '../entry.ts';
import { optionalTextIn, type Row, textIn } from './database.ts';

type Published = Extract<EntryContent, { readonly kind: 'message' | 'signal' | 'object' }>;

/** `true` for what somebody has published. */
export function isPublication(content: EntryContent): content is Published {
  return content.kind === 'message' || content.kind === 'signal' || content.kind === 'object';
}

/** The columns of an entry's data. The payload of a publication is text of its own, so that it is not escaped. */
export function textsOf(content: EntryContent): readonly [data: string, extra: string | undefined] {
  if (!isPublication(content)) return [JSON.stringify(content.data), undefined];
  const { payload, ...rest } = content.data;
  for (const value of Object.values(rest)) if (value !== undefined) return [payload, JSON.stringify(rest)];
  return [payload, undefined];
}

/** The entry that a row of the log holds. */
export function entryOf(row: Row): Entry {
  const kind = textIn(row, 'kind');
  const data = isPublishedKind(kind) ? publicationOf(row) : JSON.parse(textIn(row, 'data'));
  const { tt, prev, channel } = {
    tt: textIn(row, 'tt'),
    prev: textIn(row, 'prev'),
    channel: textIn(row, 'channel'),
  };
  // The log has put kind and data of one entry into the row.
  return { kind, channel, data, tt, prev } as Entry;
}

function isPublishedKind(kind: string): boolean {
  return kind === 'message' || kind === 'signal' || kind === 'object';
}

/** The publication that a row holds. */
export function publicationOf(row: Row): Publication {
  const payload = textIn(row, 'data');
  const extra = optionalTextIn(row, 'extra');
  // `textsOf` has printed it from the rest of a publication.
  return extra === undefined
    ? { payload }
    : { payload, ...(JSON.parse(extra) as Omit<Publication, 'payload'>) };
}
