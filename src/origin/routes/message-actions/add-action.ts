import { MAX_ACTION_TYPE_LENGTH } from '../../../protocol/limits.ts';
import { bodyText } from '../../http/body.ts';
import type { Call, Route } from '../route.ts';
import { actionsRefusal, found, invalidInput, written } from './answers.ts';
import { ACTIONS_PATH, actionsShard, channelIn, needs, ownerOf, stampIn } from './read.ts';

/** Adds an action to a message. */
export const addAction: Route = {
  operation: 'add-message-action',
  method: 'POST',
  path: `${ACTIONS_PATH}/message/{messageTimetoken}`,
  needs: needs('write'),
  async handle(call) {
    const { actions } = await actionsShard(call);
    const place = { channel: channelIn(call), message: stampIn(call, 'messageTimetoken') };
    const added = await actions.add({ ...place, user: ownerOf(call), ...(await actionIn(call)) });
    if (added === 'exists') throw actionsRefusal(409, 'Action Already Added');
    if (added !== 'full') return found({ data: written(added) });
    const most = call.services.limits.messageActions;
    throw actionsRefusal(400, `Too many actions on one message: at most ${most}.`);
  },
};

async function actionIn({ request, services }: Call) {
  // Clients always say what they send; whoever does not gets the benefit of the doubt.
  if (!/json/i.test(request.header('content-type') ?? 'json')) {
    throw actionsRefusal(415, 'Request payload must be in JSON format.');
  }
  const body = await bodyText(request.body, services.limits.messageBytes);
  if (body === 'too-large') throw actionsRefusal(413, 'Request payload is too large.');
  const fields = body === 'invalid' ? undefined : parsed(body.text);
  if (fields === undefined) throw invalidInput('Must be a JSON object', '', 'body');
  const type = textIn(fields, 'type');
  if ([...type].length > MAX_ACTION_TYPE_LENGTH) {
    throw invalidInput(`Must have at most ${MAX_ACTION_TYPE_LENGTH} characters`, 'type', 'body');
  }
  return { type, value: textIn(fields, 'value') };
}

function parsed(text: string): object | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

function textIn(fields: object, name: string): string {
  const value: unknown = Object.getOwnPropertyDescriptor(fields, name)?.value;
  if (typeof value === 'string' && value !== '') return value;
  throw invalidInput(value === undefined ? 'Missing field' : 'Must be some text', name, 'body');
}
