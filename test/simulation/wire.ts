import type { RequestKind } from './plan.ts';

/** A request as its address tells of it. */
export interface RequestFacts {
  readonly kind: RequestKind;
  readonly channels: readonly string[];
  readonly groups: readonly string[];
  /** The timetoken of a poll; `0` in a handshake. */
  readonly tt: string;
  readonly region: string | undefined;
}

/** What an answer to a subscribe request says. */
export interface Answer {
  readonly t: string;
  readonly r: string;
  readonly entries: readonly WireEntry[];
}

/** An envelope, as far as the oracle reads it. */
export interface WireEntry {
  readonly c: string;
  readonly e?: number;
  readonly i?: string;
  readonly p: { readonly t: string };
  readonly d: unknown;
  readonly u?: unknown;
  readonly cmt?: string;
}

/** Reads the address of a request. */
export function readRequest(address: string): RequestFacts {
  const { pathname, searchParams } = new URL(address);
  const segments = pathname.split('/');
  const kind = kindOf(segments, searchParams);
  return {
    kind,
    channels: list(segments[segments[2] === 'subscribe' ? 4 : 6]),
    groups: list(searchParams.get('channel-group') ?? ''),
    tt: searchParams.get('tt') ?? '0',
    region: searchParams.get('tr') ?? undefined,
  };
}

/** Reads an answer to a subscribe request; `undefined` when it is none. */
export function readAnswer(status: number, body: string): Answer | undefined {
  if (status !== 200) return undefined;
  try {
    const { t, m } = JSON.parse(body) ?? {};
    return Array.isArray(m) && /^\d{1,19}$/.test(t?.t) && typeof t.r === 'number'
      ? { t: t.t, r: String(t.r), entries: m }
      : undefined;
  } catch {
    return undefined;
  }
}

function kindOf(
  [, first = '', second = '', ...rest]: readonly string[],
  query: URLSearchParams,
): RequestKind {
  const last = rest.at(-1);
  if (first === 'v2' && second === 'subscribe' && query.get('hold') === '0') return 'question';
  if (first === 'v2' && second === 'subscribe')
    return Number(query.get('tt') ?? 0) === 0 ? 'handshake' : 'poll';
  if (second === 'history' || second === 'history-with-actions') return 'history';
  if (second === 'channel-registration') return 'groups';
  if (first === 'publish' || first === 'signal') return 'publish';
  return last === 'leave' || last === 'heartbeat' ? last : 'other';
}

// A lone comma stands for no channels.
function list(text: string | undefined): readonly string[] {
  return decodeURIComponent(text ?? '')
    .split(',')
    .filter((name) => name !== '');
}
