import { PubNub } from 'timetoken';
import type { Network } from './fact.ts';

/** A token of the origin, and the client that granted it. */
export async function granted(
  { origin, clock }: Network,
  channels: Readonly<Record<string, { readonly read?: boolean; readonly write?: boolean }>>,
) {
  const keys = { subscribeKey: 'S', publishKey: 'P', secretKey: 'secret', userId: 'admin' };
  const admin = new PubNub({ ...keys, fetch: origin.fetch, clock });
  const token = await admin.grantToken().ttl(60).channels(channels).execute();
  return { token, admin };
}
