import type { AppendRequest } from '../log.ts';

// Longer than anybody waits, and a number that Lua reads.
const LONGEST_MS = 1e15;

/** The arguments that the Lua function `appendRequest` reads: six texts for each request. */
export function requestArguments(requests: readonly AppendRequest[]): readonly string[] {
  return requests.flatMap((request) => {
    const { kind, channel, data, deliver, publishId } = request;
    return [
      kind,
      channel,
      JSON.stringify(data),
      deliver === false ? '0' : '1',
      publishId === undefined ? '' : `=${publishId}`,
      retentionOf(request),
    ];
  });
}

// History keeps publications only.
function retentionOf({ kind, history }: AppendRequest): string {
  if (!history || (kind !== 'message' && kind !== 'signal' && kind !== 'object')) return '';
  return history.keepMs === undefined ? 'd' : String(Math.min(history.keepMs, LONGEST_MS));
}
