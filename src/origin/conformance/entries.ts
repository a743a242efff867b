import type { Entry, EntryContent } from '../store/entry.ts';
import type { AppendRequest } from '../store/log.ts';
import { HIGHEST_STAMP, type Stamp, ZERO_STAMP } from '../store/stamp.ts';

/** Everything. */
export const ALL = { from: ZERO_STAMP, to: HIGHEST_STAMP, max: 10_000, reverse: false } as const;

/** A message to append. */
export function message(
  channel: string,
  payload = '1',
  options: Pick<AppendRequest, 'deliver' | 'publishId' | 'history'> = {},
): AppendRequest {
  return { channel, kind: 'message', data: { payload }, ...options };
}

/** The stamps of entries. */
export function stampsOf(entries: readonly { readonly tt: Stamp }[]): readonly Stamp[] {
  return entries.map(({ tt }) => tt);
}

/** An entry without its place in the log. */
export function contentOf({ kind, channel, data }: Entry | AppendRequest): unknown {
  return { kind, channel, data };
}

/** A stamp so many ticks of 100 ns beside another. */
export function beside(stamp: Stamp, ticks: number): Stamp {
  return String(BigInt(stamp) + BigInt(ticks)).padStart(stamp.length, '0');
}

const FULL = {
  payload: '{"text":"ü – 😀","__proto__":[1,null,"\\u0000"]}',
  publisher: 'ann',
  meta: '{"a":1}',
  kind: 4,
  customMessageType: 'text-message',
  sequence: 7,
  origination: '15210190573608384',
} as const;

/** One entry of each kind and shape, with names that a store may stumble over. */
export const SAMPLES: readonly EntryContent[] = [
  { kind: 'message', channel: 'a', data: FULL },
  { kind: 'message', channel: '__proto__', data: { payload: '""' } },
  { kind: 'message', channel: 'a.b:{c}%\'";--', data: { payload: 'null' } },
  { kind: 'message', channel: 'ü😀', data: { payload: '9007199254740993', publisher: '' } },
  { kind: 'signal', channel: 'a', data: { payload: '"s"', kind: 1 } },
  { kind: 'object', channel: 'a', data: { payload: '{"event":"set"}', kind: 2 } },
  {
    kind: 'presence',
    channel: 'a-pnpres',
    data: { action: 'state-change', user: 'ann', occupancy: 3, state: '{"x":{}}', seconds: 1_700_000_000 },
  },
  { kind: 'presence', channel: 'a-pnpres', data: { action: 'join', user: 'bob', occupancy: 1 } },
  {
    kind: 'presence',
    channel: 'a-pnpres',
    data: { action: 'interval', occupancy: 30, join: ['ann', 'ü'], leave: ['bob'], timeout: ['eve'] },
  },
  { kind: 'presence', channel: 'b-pnpres', data: { action: 'interval', occupancy: 9, hereNowRefresh: true } },
  {
    kind: 'action',
    channel: 'a',
    data: {
      event: 'removed',
      message: '17000000000000001',
      user: 'ann',
      type: 'reaction',
      value: '😀',
      action: '17000000000000002',
    },
  },
  { kind: 'group', channel: 'friends', data: null },
  { kind: 'access', channel: '', data: null },
  { kind: 'leave', channel: 'ann', data: ['a', 'b', 'ü'] },
];
