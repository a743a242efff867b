import { paged, rest } from '../../builder/verbs.ts';
import { defineFeature } from '../../feature.ts';
import { addMessageAction } from './add-message-action.ts';
import { getMessageActions } from './get-message-actions.ts';
import { actionPaging } from './pages.ts';
import { removeMessageAction } from './remove-message-action.ts';

/** The operations on message actions. */
export const messageActions = defineFeature({
  name: 'messageActions',
  builders: {
    /** Attaches an action, as a reaction or a receipt, to a message. */
    addMessageAction: rest(addMessageAction),
    /** Asks for the actions of a channel. */
    getMessageActions: paged(getMessageActions, actionPaging),
    /** Takes one of the user's own actions off a message. */
    removeMessageAction: rest(removeMessageAction),
  },
});
