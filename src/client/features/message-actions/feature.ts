import type { Start } from '../../builder/start.ts';
import { type Paged, type Rest, startPages, startRest } from '../../builder/verbs.ts';
import {
  type AddMessageActionParams,
  type AddMessageActionResult,
  addMessageAction,
} from './add-message-action.ts';
import {
  type GetMessageActionsParams,
  type GetMessageActionsResult,
  getMessageActions,
} from './get-message-actions.ts';
import { actionPaging } from './pages.ts';
import {
  type RemoveMessageActionParams,
  type RemoveMessageActionResult,
  removeMessageAction,
} from './remove-message-action.ts';

/** The operations on message actions; `C` is the client's channel map. */
export interface MessageActionOperations<C> {
  /** Attaches an action, as a reaction or a receipt, to a message. */
  readonly addMessageAction: Start<AddMessageActionParams, Rest<AddMessageActionResult>, C>;
  /** Asks for the actions of a channel. */
  readonly getMessageActions: Start<GetMessageActionsParams, Paged<GetMessageActionsResult>, C>;
  /** Takes one of the user's own actions off a message. */
  readonly removeMessageAction: Start<RemoveMessageActionParams, Rest<RemoveMessageActionResult>, C>;
}

/** How their builders start. */
export const MESSAGE_ACTION_BUILDERS = Object.freeze({
  addMessageAction: startRest(addMessageAction),
  getMessageActions: startPages(getMessageActions, actionPaging),
  removeMessageAction: startRest(removeMessageAction),
});
