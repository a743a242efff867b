import type { Query } from '../../http/request.ts';
import { refuseInvalid } from '../read.ts';
import type { Call } from '../route.ts';
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

/** JSON text with one member for each channel, whose values are JSON text. */
export function byChannel(values: Iterable<readonly [channel: string, json: string]>): string {
  return `{${Array.from(values, ([channel, json]) => `${JSON.stringify(channel)}:${json}`).join(',')}}`;
}
