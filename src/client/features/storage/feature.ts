import type { Start } from '../../builder/start.ts';
import { type Rest, startPages, startRest } from '../../builder/verbs.ts';
import { type DeleteMessagesParams, type DeleteMessagesResult, deleteMessages } from './delete-messages.ts';
import { type FetchMessagesParams, type FetchMessagesVerbs, fetchMessages } from './fetch-messages.ts';
import { type HistoryParams, type HistoryVerbs, history } from './history.ts';
import { type MessageCountsParams, type MessageCountsResult, messageCounts } from './message-counts.ts';
import { messagePaging } from './pages.ts';

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
