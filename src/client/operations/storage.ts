import {
  type DeleteMessagesParams,
  type DeleteMessagesResult,
  deleteMessages,
} from '../endpoints/storage/delete-messages.ts';
import {
  type FetchMessagesParams,
  type FetchMessagesVerbs,
  fetchMessages,
} from '../endpoints/storage/fetch-messages.ts';
import { type HistoryParams, type HistoryVerbs, history } from '../endpoints/storage/history.ts';
import {
  type MessageCountsParams,
  type MessageCountsResult,
  messageCounts,
} from '../endpoints/storage/message-counts.ts';
import { messagePaging } from '../endpoints/storage/pages.ts';
import type { Start } from '../start.ts';
import { type Rest, startPages, startRest } from '../verbs.ts';

/** The operations on stored messages; `C` is the client's channel map. */
export interface StorageOperations<C> {
  /** Asks for the stored messages of one channel. */
  readonly history: Start<HistoryParams, HistoryVerbs, C>;
  /** Asks for the stored messages of one or many channels. */
  readonly fetchMessages: Start<FetchMessagesParams, FetchMessagesVerbs, C>;
  /** Asks how many messages came after a timetoken. */
  readonly messageCounts: Start<MessageCountsParams, Rest<MessageCountsResult>, C>;
  /** Deletes stored messages of a channel. */
  readonly deleteMessages: Start<DeleteMessagesParams, Rest<DeleteMessagesResult>, C>;
}

/** How their builders start. */
export const STORAGE_BUILDERS = Object.freeze({
  history: startRest(history),
  fetchMessages: startPages(fetchMessages, messagePaging),
  messageCounts: startRest(messageCounts),
  deleteMessages: startRest(deleteMessages),
});
