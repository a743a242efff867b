import { EventKind } from '../../../protocol/envelope.ts';
import { envelopeBody } from '../../store/envelope-body.ts';
import type { AppendRequest } from '../../store/log.ts';
import { idOf, type ObjectKey, type StoredObject } from '../../store/objects.ts';
import type { Patch } from './body.ts';

/** Tells that an object has been set: which fields are not as before (docs/reference/protocol.md, "App Context events"). */
export function setEvent(key: ObjectKey, changed: Patch, { updated, eTag }: StoredObject): AppendRequest[] {
  return event(key, channelsOf(key), { event: 'set', data: { ...changed, updated, eTag } });
}

/** Tells that an object has been deleted, but for one channel where more than that is told. */
export function deleteEvent(key: ObjectKey, but?: string): AppendRequest[] {
  const channels = channelsOf(key).filter((channel) => channel !== but);
  return event(key, channels, { event: 'delete', data: {} });
}

/** The channels on which an object's events are told. */
function channelsOf(key: ObjectKey): readonly string[] {
  return key.type === 'membership' ? [...new Set([key.uuid, key.channel])] : [idOf(key)];
}

interface Change {
  readonly event: 'set' | 'delete';
  readonly data: object;
}

function event(key: ObjectKey, channels: readonly string[], { event, data }: Change): AppendRequest[] {
  const names =
    key.type === 'membership' ? { channel: { id: key.channel }, uuid: { id: key.uuid } } : { id: idOf(key) };
  const payload = JSON.stringify({
    source: 'objects',
    version: '2.0',
    event,
    type: key.type,
    data: { ...names, ...data },
  });
  return channels.map((channel) => ({
    channel,
    kind: 'object',
    body: envelopeBody({ channel, payload, kind: EventKind.objects }),
  }));
}
