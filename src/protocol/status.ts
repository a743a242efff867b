/**
 * The categories of statuses. The values are PubNub's own names (docs/reference/protocol.md, "Status categories").
 *
 * @example
 * ```ts
 * pubnub.on('status', (status) => {
 *   if (status.category === PNStatusCategory.PNConnectedCategory) console.log('connected');
 * });
 * ```
 */
export const PNStatusCategory = /* @__PURE__ */ named({
  /** The server accepted a new set of channels and groups. */
  PNConnectedCategory: '',
  /** The loop runs again after a loss. */
  PNReconnectedCategory: '',
  /** After a loss or a stop: all since was delivered, or the server has said that there was nothing. Else a `gap` tells. */
  PNRecoveredCategory: '',
  /** The loop was stopped: by `disconnect()`, since nothing is subscribed any more, or while the page is hidden. */
  PNDisconnectedCategory: '',
  /** A running loop failed; announced once per outage. */
  PNUnexpectedDisconnectCategory: '',
  /** The loop gave up under its reconnection policy. */
  PNConnectionErrorCategory: '',
  /** The set of channels and groups became smaller. */
  PNSubscriptionChangedCategory: '',
  /** A request succeeded. */
  PNAcknowledgmentCategory: '',
  /** The server refused the key, token or permission (HTTP 403). */
  PNAccessDeniedCategory: '',
  /** No answer in time. */
  PNTimeoutCategory: '',
  /** The server could not be reached, or the connection broke. */
  PNNetworkIssuesCategory: '',
  /** The server refused the request as malformed (HTTP 400 and similar). */
  PNBadRequestCategory: '',
  /** The server failed (HTTP 5xx). */
  PNServerErrorCategory: '',
  /** The answer is not a protocol answer: HTML, truncated, or of another shape. */
  PNMalformedResponseCategory: '',
  /** The server cannot parse the filter expression (HTTP 481). */
  PNMalformedFilterExpressionCategory: '',
  /** A parameter or option is missing or invalid; nothing was sent. */
  PNValidationErrorCategory: '',
  /** The payload is not JSON; nothing was sent. */
  PNSerializationErrorCategory: '',
  /** The caller aborted, or the client was closed. */
  PNCancelledCategory: '',
  /** A received payload could not be decrypted. */
  PNDecryptionErrorCategory: '',
  /** One answer held so many entries that the server may have dropped others. */
  PNRequestMessageCountExceededCategory: '',
  /** A reader with a full buffer has read nothing for half a minute, and the whole client waits for it. */
  PNSlowConsumerCategory: '',
  /** The runtime reports that the network is back. */
  PNNetworkUpCategory: '',
  /** The runtime reports that the network is gone. */
  PNNetworkDownCategory: '',
  /** Any other HTTP status or failure. */
  PNUnknownCategory: '',
});

/** One of the status categories. */
export type PNStatusCategory = (typeof PNStatusCategory)[keyof typeof PNStatusCategory];

/** The operations of the client. The values are PubNub's own names. */
export const PNOperationType = /* @__PURE__ */ named({
  PNTimeOperation: '',
  PNPublishOperation: '',
  PNFireOperation: '',
  PNSignalOperation: '',
  PNSubscribeOperation: '',
  PNUnsubscribeOperation: '',
  PNHeartbeatOperation: '',
  PNHereNowOperation: '',
  PNWhereNowOperation: '',
  PNSetStateOperation: '',
  PNGetStateOperation: '',
  PNAddChannelsToGroupOperation: '',
  PNRemoveChannelsFromGroupOperation: '',
  PNChannelsForGroupOperation: '',
  PNRemoveGroupOperation: '',
  PNChannelGroupsOperation: '',
  PNHistoryOperation: '',
  PNFetchMessagesOperation: '',
  PNMessageCountsOperation: '',
  PNDeleteMessagesOperation: '',
  PNAddPushNotificationEnabledChannelsOperation: '',
  PNRemovePushNotificationEnabledChannelsOperation: '',
  PNPushNotificationEnabledChannelsOperation: '',
  PNRemoveAllPushNotificationsOperation: '',
  PNAccessManagerGrantToken: '',
  PNAccessManagerRevokeToken: '',
  PNAccessManagerGrant: '',
  PNAccessManagerAudit: '',
  PNGetAllUUIDMetadataOperation: '',
  PNGetUUIDMetadataOperation: '',
  PNSetUUIDMetadataOperation: '',
  PNRemoveUUIDMetadataOperation: '',
  PNGetAllChannelMetadataOperation: '',
  PNGetChannelMetadataOperation: '',
  PNSetChannelMetadataOperation: '',
  PNRemoveChannelMetadataOperation: '',
  PNGetMembershipsOperation: '',
  PNSetMembershipsOperation: '',
  PNRemoveMembershipsOperation: '',
  PNManageMembershipsOperation: '',
  PNGetMembersOperation: '',
  PNSetMembersOperation: '',
  PNRemoveChannelMembersOperation: '',
  PNManageChannelMembersOperation: '',
  PNAddMessageActionOperation: '',
  PNGetMessageActionsOperation: '',
  PNRemoveMessageActionOperation: '',
  PNPublishFileOperation: '',
  PNPublishFileMessageOperation: '',
  PNListFilesOperation: '',
  PNGetFileUrlOperation: '',
  PNDownloadFileOperation: '',
  PNDeleteFileOperation: '',
});

/** One of the operation types. */
export type PNOperationType = (typeof PNOperationType)[keyof typeof PNOperationType];

/** A record in which each value is its own name. */
type Named<T> = { readonly [Name in keyof T]: Name };

/** Makes each name its own value, so that it is written only once, with its documentation. */
function named<T extends object>(names: T): Named<T> {
  const record = Object.fromEntries(Object.keys(names).map((name) => [name, name]));
  // Made of the keys of `T`.
  return Object.freeze(record) as Named<T>;
}
