import { isRecord, serviceStatus } from '../../read.ts';

/** Result of a call that changes a channel group: it has no fields. */
export type ChannelGroupResult = Readonly<Record<string, never>>;

const NO_FIELDS: ChannelGroupResult = Object.freeze({});

/** Reads the answer to a change; throws a `TypeError` for another one. */
export function changed(body: unknown): ChannelGroupResult {
  serviceStatus(body);
  return NO_FIELDS;
}

/** The names in the payload of a list; throws a `TypeError` where there is none. */
export function listed(body: unknown, key: 'channels' | 'groups'): readonly string[] {
  const payload = isRecord(body) ? body['payload'] : undefined;
  const names: unknown = isRecord(payload) ? payload[key] : undefined;
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  throw new TypeError(`expected a list of names at payload.${key}`);
}
