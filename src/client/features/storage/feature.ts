import { operation } from '../../builder/operation.ts';
import { pageVerbs, rest, restVerbs } from '../../builder/verbs.ts';
import { defineFeature } from '../../feature.ts';
import { deleteMessages } from './delete-messages.ts';
import { type FetchMessagesParams, type FetchMessagesVerbs, fetchMessages } from './fetch-messages.ts';
import { type HistoryParams, type HistoryVerbs, history } from './history.ts';
import { historySource } from './history-source.ts';
import { messageCounts } from './message-counts.ts';
import { messagePaging } from './pages.ts';

/** The operations on stored messages; the option `recovery`, and `withLast()` of a subscription. */
export const storage = defineFeature({
  name: 'storage',
  history: historySource,
  builders: {
    /** Asks for the stored messages of one channel. */
    history: operation<HistoryParams, HistoryVerbs>(history, restVerbs(history)),
    /** Asks for the stored messages of one or many channels. */
    fetchMessages: operation<FetchMessagesParams, FetchMessagesVerbs>(
      fetchMessages,
      pageVerbs(fetchMessages, messagePaging),
    ),
    /** Asks how many messages came after a timetoken. */
    messageCounts: rest(messageCounts),
    /** Deletes stored messages of a channel. */
    deleteMessages: rest(deleteMessages),
  },
});
