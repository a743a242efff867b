import type { AppendRequest } from '../../src/origin/store/log.ts';

/** A message to be appended; its payload is JSON text. */
export function message(
  channel: string,
  payload = '1',
  more: Pick<AppendRequest, 'deliver' | 'publishId' | 'history'> = {},
): Extract<AppendRequest, { readonly kind: 'message' }> {
  return { channel, kind: 'message', data: { payload }, ...more };
}
