import type { Clock, Timetoken } from '../../src/index.ts';

/** A message as history has it. */
export interface Row {
  readonly channel: string;
  readonly timetoken: Timetoken;
  readonly uuid: string;
  readonly message: unknown;
  readonly meta: unknown;
  readonly type: string | undefined;
  /** When it can be read, in milliseconds since the Unix epoch. */
  readonly visibleAt: number;
}

/** The history of the foreign origin: messages appear in it a little after they were live. */
export class ForeignHistory {
  readonly #clock: Clock;
  readonly #rows: Row[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(row: Row): void {
    this.#rows.push(row);
  }

  /** `GET /v3/history/sub-key/{sub}/channel/{channels}`: the newest messages of the range, oldest first. */
  answer(channels: readonly string[], query: URLSearchParams): unknown {
    const max = Math.min(Number(query.get('max') ?? 100), channels.length === 1 ? 100 : 25);
    const pages = channels.map((channel) => [channel, this.#range(channel, query)] as const);
    const [first] = pages;
    const cut = channels.length === 1 && first !== undefined && first[1].length > max;
    const shown = pages.map(([channel, rows]) => [channel, rows.slice(-max)] as const);
    const oldest = shown[0]?.[1][0]?.timetoken;
    return {
      status: 200,
      error: false,
      error_message: '',
      channels: Object.fromEntries(
        shown
          .filter(([, rows]) => rows.length > 0)
          .map(([name, rows]) => [name, rows.map((row) => printed(row, query))]),
      ),
      ...(cut && { more: { url: `/v3/history?start=${oldest}&max=${max}`, start: oldest, max } }),
    };
  }

  #range(channel: string, query: URLSearchParams): readonly Row[] {
    const start = query.get('start');
    const end = query.get('end');
    const now = this.#clock.now();
    return this.#rows
      .filter((row) => row.channel === channel && row.visibleAt <= now)
      .filter(({ timetoken }) => isWithin(BigInt(timetoken), start && BigInt(start), end && BigInt(end)))
      .sort((a, b) => (BigInt(a.timetoken) < BigInt(b.timetoken) ? -1 : 1));
  }
}

// The start is exclusive, the end inclusive; the start is the newer bound where both are given in that order.
function isWithin(timetoken: bigint, start: bigint | '' | null, end: bigint | '' | null): boolean {
  const newer = typeof start === 'bigint' ? start : undefined;
  const older = typeof end === 'bigint' ? end : undefined;
  if (newer !== undefined && older !== undefined && newer < older)
    return timetoken > newer && timetoken <= older;
  return (newer === undefined || timetoken < newer) && (older === undefined || timetoken >= older);
}

function printed({ message, timetoken, uuid, meta, type }: Row, query: URLSearchParams): unknown {
  return {
    message,
    timetoken,
    ...(query.get('include_uuid') === 'true' && { uuid }),
    ...(query.get('include_message_type') === 'true' && { message_type: null }),
    ...(query.get('include_meta') === 'true' && { meta: meta ?? '' }),
    ...(query.get('include_custom_message_type') === 'true' && { custom_message_type: type ?? null }),
  };
}
