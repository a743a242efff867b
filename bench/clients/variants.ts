import type { Connect } from './client.ts';
import { bareKy } from './ky.ts';
import { pubnub, pubnubKeepAlive } from './pubnub.ts';
import { timetoken, timetokenNode } from './timetoken.ts';

/** The columns, the one that all ratios refer to first. */
export const VARIANTS = ['pubnub', 'pubnubKeepAlive', 'timetoken', 'timetokenNode', 'ky'] as const;

export type Variant = (typeof VARIANTS)[number];

/** How each of them makes a client. */
export const CONNECT: Readonly<Record<Variant, Connect>> = {
  pubnub,
  pubnubKeepAlive,
  timetoken,
  timetokenNode,
  ky: bareKy,
};

/** The variant of a name that came from outside. */
export function variantOf(name: string | undefined): Variant {
  const variant = VARIANTS.find((known) => known === name);
  if (variant === undefined) throw new Error(`There is no variant "${name}".`);
  return variant;
}
