import { type EventMap, type PNPresenceEventResult, timetokenToDate } from 'timetoken';
import type { Look, Paint } from './style.ts';
import { jsonText, visible } from './visible.ts';

/** The colours and the time of a description. */
export interface DescribeOptions {
  readonly paint: Paint;
  readonly now: () => number;
  /** The day is told beside the time. */
  readonly withDay?: boolean;
}

interface Placed {
  readonly channel: string;
  readonly timetoken: string;
}

type Described =
  | 'message'
  | 'signal'
  | 'presence'
  | 'messageAction'
  | 'objects'
  | 'file'
  | 'gap'
  | 'invalidMessage';

type Descriptions = {
  readonly [Name in Described]: (event: EventMap[Name], options: DescribeOptions) => string;
};

/** Describes an event in one line, without any terminal control characters. */
export const describe: Descriptions = {
  message: (event, options) => {
    const { paint } = options;
    const { publisher, message, customMessageType, userMetadata, error } = event;
    const type = customMessageType === undefined ? '' : ` ${paint('dim', `(${visible(customMessageType)})`)}`;
    const meta = userMetadata === undefined ? '' : ` ${paint('dim', `meta ${jsonText(userMetadata)}`)}`;
    const why = error === undefined ? '' : ` ${paint('red', visible(error.message))}`;
    return `${head(event, options)} ${by(publisher, paint)} ${jsonText(message)}${type}${meta}${why}`;
  },
  signal: (event, { paint }) =>
    `${head(event, { paint })} ${by(event.publisher, paint)} ${paint('dim', 'signal')} ${jsonText(event.message)}`,
  presence: (event, { paint }) => `${head(event, { paint })} ${paint(...presence(event))}`,
  messageAction: (event, { paint }) =>
    `${head(event, { paint })} ${by(event.publisher, paint)} ${paint('dim', `action ${visible(event.event)}`)} ${jsonText(event.data)}`,
  objects: (event, { paint }) =>
    `${head(event, { paint })} ${paint('dim', 'objects')} ${jsonText(event.message)}`,
  file: (event, { paint }) =>
    `${head(event, { paint })} ${by(event.publisher, paint)} ${paint('dim', 'file')} ${visible(event.file.name)} ${jsonText(event.message)}`,
  gap: ({ channel, channelGroup, wildcard, from, to, reason, certain, ...gap }, { paint, now }) => {
    const where = channel ?? wildcard ?? channelGroup ?? '-';
    const what = `${gap.presence ? 'presence events' : 'messages'} ${certain ? 'are' : 'may be'} missing`;
    const text = `${what}: after ${from}, up to ${to} (${reason}, recovered: ${gap.recovered})`;
    return `${clock(new Date(now()), paint)} ${paint('cyan', visible(where))} ${paint('yellow', visible(text))}`;
  },
  invalidMessage: ({ reason, raw }, { paint, now }) =>
    `${clock(new Date(now()), paint)} ${paint('yellow', visible(reason))} ${jsonText(raw)}`,
};

function head(event: Placed, { paint, withDay }: Pick<DescribeOptions, 'paint' | 'withDay'>): string {
  const date = timetokenToDate(event.timetoken);
  return `${withDay ? day(date, paint) : ''}${clock(date, paint)} ${paint('cyan', visible(event.channel))}`;
}

function day(date: Date, paint: Paint): string {
  const [year, month, dayOfMonth] = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  if (Number.isNaN(year)) return '';
  return paint('dim', `${year}-${twoDigits(month)}-${twoDigits(dayOfMonth)} `);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function clock(date: Date, paint: Paint): string {
  return paint('dim', Number.isNaN(date.getTime()) ? '--:--:--' : date.toTimeString().slice(0, 8));
}

function by(publisher: string | undefined, paint: Paint): string {
  return paint('bold', `${publisher === undefined ? '-' : visible(publisher)}:`);
}

function presence(event: PNPresenceEventResult): [Look, string] {
  const { uuid, occupancy, state } = event;
  const who = visible(uuid ?? '-');
  const here = `(${occupancy} here)`;
  switch (event.event) {
    case 'join':
      return ['green', `${who} joined ${here}`];
    case 'leave':
      return ['yellow', `${who} left ${here}`];
    case 'timeout':
      return ['yellow', `${who} timed out ${here}`];
    case 'state-change':
      return ['magenta', `${who} is now ${jsonText(state)} ${here}`];
    case 'interval':
      return ['dim', interval(event)];
  }
}

function interval({ joined, left, timedOut, occupancy, hereNowRefresh }: PNPresenceEventResult): string {
  const parts = [
    ['joined', joined],
    ['left', left],
    ['timed out', timedOut],
  ] as const;
  const changes = parts.filter(([, names]) => names.length > 0);
  const text = changes.map(([what, names]) => `${what}: ${names.join(' ')}`).join('; ');
  return visible(
    `${occupancy} here${text && `; ${text}`}${hereNowRefresh ? '; ask here-now for names' : ''}`,
  );
}
