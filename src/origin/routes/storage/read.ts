import type { Query } from '../../http/request.ts';
import { refuseInvalid } from '../read.ts';
import type { Call, Need } from '../route.ts';
import { invalidArguments } from './refusal.ts';

/** Channels that one request may name. */
export const MAX_CHANNELS = 500;

const COUNT = /^[1-9]\d{0,8}$/;

/** The channels of the path, without doubles. Throws a `Refusal` when there are none, too many, or impossible ones. */
export function channelsOf({ segment }: Call): readonly string[] {
  const channels = [...new Set(segment('channels').split(','))].filter((name) => name !== '');
  if (channels.length === 0 || channels.length > MAX_CHANNELS) throw invalidArguments({ channels: {} });
  refuseInvalid('channels', channels);
  return channels;
}

/** Reading all channels of the path. */
export function needsToReadAll(call: Call): readonly Need[] {
  return [{ resource: 'channels', names: channelsOf(call), permission: 'read' }];
}

/** A number of entries, at most `most`, which it also is when it is absent; `undefined` when it is no number. */
export function countOf(query: Query, name: string, most: number): number | undefined {
  const text = query.text(name);
  if (text === undefined) return most;
  return COUNT.test(text) ? Math.min(Number(text), most) : undefined;
}

/** Whether a switch is on. */
export function isOn(query: Query, name: string): boolean {
  const value = query.get(name);
  return value === 'true' || value === '1';
}

/** The text of a JSON object whose members' values are JSON text. */
export function jsonObject(members: Iterable<readonly [name: string, json: string]>): string {
  return `{${Array.from(members, ([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
}
