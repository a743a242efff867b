// The id of a publish, which travels in `meta`, in clear.
import { MAX_PUBLISH_ID_LENGTH, PUBLISH_ID_MEMBER } from '../../protocol/publish-id.ts';
import { isRecord, isText } from './read.ts';

/** `true` for a text that can be the id of a publish. */
export function isPublishId(value: unknown): value is string {
  return isText(value) && value.length <= MAX_PUBLISH_ID_LENGTH && value.isWellFormed();
}

/** The id in a `meta`; `undefined` if there is none. */
export function publishIdIn(meta: unknown): string | undefined {
  const id = isRecord(meta) ? meta[PUBLISH_ID_MEMBER] : undefined;
  return isPublishId(id) ? id : undefined;
}

/** The `meta` of the publisher: without the id, and `undefined` if there was nothing else. */
export function withoutPublishId(meta: unknown): unknown {
  if (!isRecord(meta) || publishIdIn(meta) === undefined) return meta;
  const { [PUBLISH_ID_MEMBER]: _, ...rest } = meta;
  if (Object.keys(rest).length === 0) return undefined;
  return Object.isFrozen(meta) ? Object.freeze(rest) : rest;
}
