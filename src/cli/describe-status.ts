import { type PNStatus, PNStatusCategory } from 'timetoken';
import { messageOf } from './failures.ts';
import type { Look, Paint } from './style.ts';
import { visible } from './visible.ts';
import { secondsOf } from './wording.ts';

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
      return ['yellow', `connection lost: ${errorData ? messageOf(errorData) : 'unknown cause'}`];
    default:
      return [
        errorData ? 'yellow' : 'dim',
        errorData ? messageOf(errorData) : `${category}${names && `: ${names}`}`,
      ];
  }
}

function retry({ attempt, nextRetryAt }: PNStatus, now: number): string {
  if (nextRetryAt === undefined) return '';
  return `; attempt ${(attempt ?? 0) + 1} in ${secondsOf(nextRetryAt - now)}`;
}
