import type { Route } from '../route.ts';
import { actionsRefusal, found } from './answers.ts';
import { ACTIONS_PATH, actionsShard, channelIn, needs, ownerOf, stampIn } from './read.ts';

const REFUSALS = {
  missing: 'No matching message actions to delete',
  foreign: 'Not deleting message action: wrong uuid specified',
} as const;

/** Removes one of the user's own actions. */
export const removeAction: Route = {
  operation: 'remove-message-action',
  method: 'DELETE',
  path: `${ACTIONS_PATH}/message/{messageTimetoken}/action/{actionTimetoken}`,
  needs: needs('delete'),
  async handle(call) {
    const { actions } = await actionsShard(call);
    const place = { channel: channelIn(call), message: stampIn(call, 'messageTimetoken') };
    const tt = stampIn(call, 'actionTimetoken');
    const problem = await actions.remove({ ...place, tt, user: ownerOf(call) });
    if (problem) throw actionsRefusal(400, REFUSALS[problem]);
    return found({ data: {} });
  },
};
