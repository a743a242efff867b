import type { AnyChannels } from './channels.ts';
import type { ClientClass, CoreOptions } from './client-class.ts';
import type { OptionsWithUuid, PubNubOptions } from './config/options.ts';
import { PubNub as Core } from './core.ts';
import { defineFeature } from './feature.ts';
import { access } from './features/access/feature.ts';
import { appContext } from './features/app-context/feature.ts';
import { channelGroups } from './features/channel-groups/feature.ts';
import { encryption } from './features/encryption/feature.ts';
import { hints } from './features/hints/feature.ts';
import { messageActions } from './features/message-actions/feature.ts';
import { occupants } from './features/occupants/feature.ts';
import { presence } from './features/presence/feature.ts';
import { publishQueue } from './features/publish-queue/feature.ts';
import { push } from './features/push/feature.ts';
import { recoveries } from './features/recoveries/feature.ts';
import { storage } from './features/storage/feature.ts';
import { streaming } from './features/streaming/feature.ts';
import { tokens } from './features/tokens/feature.ts';
import { kyTransport } from './request/ky-transport.ts';

// Last, since it brings the executor and its packages along: bundles keep this order, and what stands together, as all
// the endpoints then do, compresses best.

import { files } from './features/files/feature.ts';

/** ky, where no transport is given. */
const defaultTransport = defineFeature({ name: 'defaultTransport', transport: kyTransport });

// A declaration file that spelled the types out would lose the comments of the operations.
type Features = readonly [
  typeof access,
  typeof appContext,
  typeof channelGroups,
  typeof encryption,
  typeof files,
  typeof hints,
  typeof messageActions,
  typeof occupants,
  typeof presence,
  typeof publishQueue,
  typeof push,
  typeof recoveries,
  typeof storage,
  typeof streaming,
  typeof tokens,
  typeof defaultTransport,
];

const Everything: ClientClass<Features> = Core.with(
  access,
  appContext,
  channelGroups,
  encryption,
  files,
  hints,
  messageActions,
  occupants,
  presence,
  publishQueue,
  push,
  recoveries,
  storage,
  streaming,
  tokens,
  defaultTransport,
);

/**
 * A client of one keyset. `Channels` maps channel names (or wildcards) to payload types; without it a payload is any JSON
 * on publish and `unknown` on receipt.
 *
 * @example
 * ```ts
 * const pubnub = new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId: 'alice' });
 * pubnub.addListener({ message: (event) => console.log(event.channel, event.message) });
 * pubnub.subscribe().channels('room').withPresence().execute();
 * await pubnub.publish().channel('room').message({ text: 'hello' }).execute();
 * await pubnub.close();
 * ```
 */
export class PubNub<Channels extends object = AnyChannels> extends Everything<Channels> {
  /** Throws a `PubNubError` (`PN-1007`) that names the option that is missing or wrong. */
  constructor(options: OptionsWithUuid | PubNubOptions) {
    // The feature above stands in for a transport that is missing.
    super(options as CoreOptions);
  }
}
