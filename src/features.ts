/**
 * The features of a client, for `PubNub.with()` of `timetoken/core`: each adds its operations, and what options need.
 *
 * @module
 */

export { access } from './client/features/access/feature.ts';
export { appContext } from './client/features/app-context/feature.ts';
export { channelGroups } from './client/features/channel-groups/feature.ts';
export { encryption } from './client/features/encryption/feature.ts';
export * from './client/features/exports.ts';
export { files } from './client/features/files/feature.ts';
export { hints } from './client/features/hints/feature.ts';
export { messageActions } from './client/features/message-actions/feature.ts';
export { occupants } from './client/features/occupants/feature.ts';
export { presence } from './client/features/presence/feature.ts';
export { publishQueue } from './client/features/publish-queue/feature.ts';
export { push } from './client/features/push/feature.ts';
export { recoveries } from './client/features/recoveries/feature.ts';
export { storage } from './client/features/storage/feature.ts';
export { streaming } from './client/features/streaming/feature.ts';
export { tokens } from './client/features/tokens/feature.ts';
