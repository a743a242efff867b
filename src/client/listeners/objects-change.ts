import { isRecord } from '../wire/read.ts';
import type { ChannelMember, ChannelMetadata, Membership, Related, UuidMetadata } from './metadata.ts';

/** The members of every change. */
interface Change<Event extends 'set' | 'delete', Type extends 'uuid' | 'channel' | 'membership', Data> {
  readonly source?: string;
  readonly version?: string;
  readonly event: Event;
  readonly type: Type;
  readonly data: Data;
}

type Ends = Pick<Membership, 'channel'> & Pick<ChannelMember, 'uuid'>;

/** A change of App Context. The data of a `set` holds the fields that changed; a field that is `null` was cleared. */
export type PNObjectsChange =
  | Change<'set', 'uuid', Related<UuidMetadata>>
  | Change<'set', 'channel', Related<ChannelMetadata>>
  | Change<'set', 'membership', Ends & Partial<Omit<Membership, 'channel'>>>
  | Change<'delete', 'uuid' | 'channel', { readonly id: string }>
  | Change<'delete', 'membership', Ends>;

// Version 1.0 of the events named the same things differently.
const WORDS: Readonly<Record<string, string>> = {
  user: 'uuid',
  space: 'channel',
  create: 'set',
  update: 'set',
  updated: 'set',
  remove: 'delete',
  removed: 'delete',
};

/** Reads the payload of a change; throws a `TypeError` if its shape is another. */
export function objectsChange(payload: Readonly<Record<string, unknown>>): PNObjectsChange {
  const change = { ...payload, event: word(payload['event']), type: word(payload['type']) };
  if (!isChange(change)) throw new TypeError('the change of metadata is of an unknown kind');
  return change;
}

function isChange(change: object): change is PNObjectsChange {
  const { event, type, data }: Readonly<Record<string, unknown>> = { ...change };
  if ((event !== 'set' && event !== 'delete') || !isRecord(data)) return false;
  if (type === 'membership') return hasId(data['uuid']) && hasId(data['channel']);
  return (type === 'uuid' || type === 'channel') && hasId(data);
}

function hasId(value: unknown): boolean {
  return isRecord(value) && typeof value['id'] === 'string';
}

function word(value: unknown): unknown {
  return typeof value === 'string' && Object.hasOwn(WORDS, value) ? WORDS[value] : value;
}
