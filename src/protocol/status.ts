/**
 * Why a status was announced. The values are PubNub's own names (docs/reference/protocol.md, "Status categories").
 *
 * @example
 * ```ts
 * pubnub.on('status', (status) => {
 *   if (status.category === PNStatusCategory.PNConnectedCategory) console.log('connected');
 * });
 * ```
 */
export const PNStatusCategory = {
  /** The server accepted a new mix of channels and groups. */
  PNConnectedCategory: 'PNConnectedCategory',
  /** The loop runs again after a loss. */
  PNReconnectedCategory: 'PNReconnectedCategory',
  /** The program stopped the loop: `disconnect()`, or nothing is subscribed any more. */
  PNDisconnectedCategory: 'PNDisconnectedCategory',
  /** A running loop failed; announced once per outage. */
  PNUnexpectedDisconnectCategory: 'PNUnexpectedDisconnectCategory',
  /** The loop gave up under its reconnection policy. */
  PNConnectionErrorCategory: 'PNConnectionErrorCategory',
  /** The mix of channels and groups became smaller. */
  PNSubscriptionChangedCategory: 'PNSubscriptionChangedCategory',
  /** A request succeeded. */
  PNAcknowledgmentCategory: 'PNAcknowledgmentCategory',
  /** The server refused the key, token or permission (HTTP 403). */
  PNAccessDeniedCategory: 'PNAccessDeniedCategory',
  /** No answer in time. */
  PNTimeoutCategory: 'PNTimeoutCategory',
  /** The server could not be reached, or the connection broke. */
  PNNetworkIssuesCategory: 'PNNetworkIssuesCategory',
  /** The server called the request malformed (HTTP 400 and its kin). */
  PNBadRequestCategory: 'PNBadRequestCategory',
  /** The server failed (HTTP 5xx). */
  PNServerErrorCategory: 'PNServerErrorCategory',
  /** The answer is not one of the protocol's: HTML, truncated, of the wrong shape. */
  PNMalformedResponseCategory: 'PNMalformedResponseCategory',
  /** The server cannot parse the filter expression (HTTP 481). */
  PNMalformedFilterExpressionCategory: 'PNMalformedFilterExpressionCategory',
  /** A parameter or option is missing or wrong; nothing was sent. */
  PNValidationErrorCategory: 'PNValidationErrorCategory',
  /** The payload is not JSON; nothing was sent. */
  PNSerializationErrorCategory: 'PNSerializationErrorCategory',
  /** The caller aborted, or the client was closed. */
  PNCancelledCategory: 'PNCancelledCategory',
  /** What was received could not be decrypted. */
  PNDecryptionErrorCategory: 'PNDecryptionErrorCategory',
  /** One answer held so many entries that the server may have dropped others. */
  PNRequestMessageCountExceededCategory: 'PNRequestMessageCountExceededCategory',
  /** The runtime reports that the network is back. */
  PNNetworkUpCategory: 'PNNetworkUpCategory',
  /** The runtime reports that the network is gone. */
  PNNetworkDownCategory: 'PNNetworkDownCategory',
  /** Any other HTTP status or failure. */
  PNUnknownCategory: 'PNUnknownCategory',
} as const;

/** One of the status categories. */
export type PNStatusCategory = (typeof PNStatusCategory)[keyof typeof PNStatusCategory];

/** What the client was doing. The values are PubNub's own names. */
export const PNOperationType = {
  PNTimeOperation: 'PNTimeOperation',
  PNPublishOperation: 'PNPublishOperation',
  PNFireOperation: 'PNFireOperation',
  PNSignalOperation: 'PNSignalOperation',
  PNSubscribeOperation: 'PNSubscribeOperation',
  PNUnsubscribeOperation: 'PNUnsubscribeOperation',
  PNHeartbeatOperation: 'PNHeartbeatOperation',
  PNHereNowOperation: 'PNHereNowOperation',
  PNWhereNowOperation: 'PNWhereNowOperation',
  PNSetStateOperation: 'PNSetStateOperation',
  PNGetStateOperation: 'PNGetStateOperation',
  PNAddChannelsToGroupOperation: 'PNAddChannelsToGroupOperation',
  PNRemoveChannelsFromGroupOperation: 'PNRemoveChannelsFromGroupOperation',
  PNChannelsForGroupOperation: 'PNChannelsForGroupOperation',
  PNRemoveGroupOperation: 'PNRemoveGroupOperation',
  PNChannelGroupsOperation: 'PNChannelGroupsOperation',
  PNHistoryOperation: 'PNHistoryOperation',
  PNFetchMessagesOperation: 'PNFetchMessagesOperation',
  PNMessageCountsOperation: 'PNMessageCountsOperation',
  PNDeleteMessagesOperation: 'PNDeleteMessagesOperation',
} as const;

/** One of the operation types. */
export type PNOperationType = (typeof PNOperationType)[keyof typeof PNOperationType];
