/** What a request is for, as far as tests of the loop care. */
export type RequestKind = 'handshake' | 'poll' | 'question' | 'leave' | 'heartbeat' | 'other';

/** A request as its address tells of it. */
export interface RequestFacts {
  readonly kind: RequestKind;
  readonly channels: readonly string[];
  readonly groups: readonly string[];
  /** The timetoken of a poll; `0` in a handshake. */
  readonly tt: string;
  readonly region: string | undefined;
  readonly token: string | undefined;
  readonly filter: string | undefined;
  readonly state: string | undefined;
  readonly heartbeat: string | undefined;
}

/** Reads the address of a request. */
export function readRequest(address: string): RequestFacts {
  const { pathname, searchParams } = new URL(address);
  const segments = pathname.split('/');
  const [, first, second] = segments;
  const isSubscribe = first === 'v2' && second === 'subscribe';
  const tt = searchParams.get('tt') ?? '';
  return {
    kind: isSubscribe ? kindOfSubscribe(tt, searchParams) : presenceKind(segments),
    channels: list(segments[isSubscribe ? 4 : 6]),
    groups: list(searchParams.get('channel-group') ?? ''),
    tt,
    region: searchParams.get('tr') ?? undefined,
    token: searchParams.get('auth') ?? undefined,
    filter: searchParams.get('filter-expr') ?? undefined,
    state: searchParams.get('state') ?? undefined,
    heartbeat: searchParams.get('heartbeat') ?? undefined,
  };
}

function presenceKind(segments: readonly string[]): RequestKind {
  const last = segments.at(-1);
  return last === 'leave' || last === 'heartbeat' ? last : 'other';
}

// A lone comma stands for no channels.
function list(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(/,|%2C/)
    .filter((name) => name !== '')
    .map(decodeURIComponent);
}

// A poll that is not to be held is none of the loop: it asks whether there is anything.
function kindOfSubscribe(tt: string, query: URLSearchParams): RequestKind {
  if (tt === '0') return 'handshake';
  return query.get('hold') === '0' ? 'question' : 'poll';
}
