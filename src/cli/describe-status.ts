import { type PNStatus, PNStatusCategory } from 'timetoken';
import type { Look, Paint } from './style.ts';
import { visible } from './visible.ts';

/** Describes a status in one line. */
export function describeStatus(status: PNStatus, paint: Paint, now: number): string {
  const [look, text] = wording(status);
  return paint(look, `* ${visible(text)}${retry(status, now)}`);
}

function wording({ category, affectedChannels, affectedChannelGroups, errorData }: PNStatus): [Look, string] {
  const groups = affectedChannelGroups.map((name) => `group ${name}`);
  const names = [...affectedChannels, ...groups].join(', ');
  switch (category) {
    case PNStatusCategory.PNConnectedCategory:
      return ['green', `connected to ${names}`];
    case PNStatusCategory.PNReconnectedCategory:
      return ['green', `connected again to ${names}`];
    case PNStatusCategory.PNDisconnectedCategory:
      return ['dim', 'disconnected'];
    case PNStatusCategory.PNUnexpectedDisconnectCategory:
      return ['yellow', `connection lost: ${errorData?.message ?? 'unknown cause'}`];
    default:
      return [errorData ? 'yellow' : 'dim', errorData?.message ?? `${category}${names && `: ${names}`}`];
  }
}

function retry({ attempt, nextRetryAt }: PNStatus, now: number): string {
  if (nextRetryAt === undefined) return '';
  const seconds = Math.max(0, nextRetryAt - now) / 1_000;
  return `; attempt ${(attempt ?? 0) + 1} in ${seconds.toFixed(1)} s`;
}
