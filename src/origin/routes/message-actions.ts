import { MAX_ACTION_TYPE_LENGTH } from '../../protocol/limits.ts';
import { isPresenceName, nameProblem } from '../../protocol/names.ts';
import { type Answer, APPLICATION_JSON, type ErrorDetail, json, Refusal } from '../http/answer.ts';
import { bodyText, isObject, type JsonObject, parseJson } from '../http/body.ts';
import type { Shard } from '../shard.ts';
import type { StoredAction } from '../store/actions.ts';
import { type Stamp, timetokenOf, ZERO_STAMP } from '../store/stamp.ts';
import { boundsOf, rangeOf } from './history.ts';
import { countOf, needsOnChannel, shardOf, stampOfText, userOf } from './read.ts';
import type { Call, Route } from './route.ts';

const ACTIONS_PATH = '/v1/message-actions/{subscribeKey}/channel/{channel}';
const MAX_ACTIONS = 100;
const REMOVE_PROBLEMS = {
  missing: 'No matching message actions to delete',
  foreign: 'Not deleting message action: wrong uuid specified',
} as const;

/** Adds an action to a message (docs/reference/protocol.md, "Message actions"). */
export const addAction: Route = {
  operation: 'add-message-action',
  method: 'POST',
  path: `${ACTIONS_PATH}/message/{messageTimetoken}`,
  needs: needsOnChannel('write'),
  async handle(call) {
    const { actions } = await actionsShard(call);
    const place = { channel: channelIn(call), message: stampIn(call, 'messageTimetoken') };
    const added = await actions.add({ ...place, user: ownerOf(call), ...(await actionIn(call)) });
    if (added === 'exists') throw actionsRefusal(409, 'Action Already Added');
    if (added !== 'full') return found({ data: shown(added) });
    const most = call.services.limits.messageActions;
    throw actionsRefusal(400, `Too many actions on one message: at most ${most}.`);
  },
};

/** Removes one of the user's own actions. */
export const removeAction: Route = {
  operation: 'remove-message-action',
  method: 'DELETE',
  path: `${ACTIONS_PATH}/message/{messageTimetoken}/action/{actionTimetoken}`,
  needs: needsOnChannel('delete'),
  async handle(call) {
    const { actions } = await actionsShard(call);
    const place = { channel: channelIn(call), message: stampIn(call, 'messageTimetoken') };
    const tt = stampIn(call, 'actionTimetoken');
    const problem = await actions.remove({ ...place, tt, user: ownerOf(call) });
    if (problem) throw actionsRefusal(400, REMOVE_PROBLEMS[problem]);
    return found({ data: {} });
  },
};

/** Lists the actions of a channel, of all messages. */
export const listActions: Route = {
  operation: 'list-message-actions',
  method: 'GET',
  path: ACTIONS_PATH,
  needs: needsOnChannel('read'),
  async handle(call) {
    const { query, request } = call;
    const { actions } = await actionsShard(call);
    const channel = channelIn(call);
    const bounds = boundsOf(query);
    if (!bounds) throw invalidInput('They must be timetokens', 'start, end', 'query');
    const limit = countOf(query, 'limit', { min: 1, max: MAX_ACTIONS });
    if (limit === undefined) throw invalidInput('It must be a number from 1 on', 'limit', 'query');
    const range = rangeOf(bounds, false);
    const listed = await actions.list(channel, { ...range, max: limit + 1 });
    const page = listed.slice(-limit);
    const data = page.map(shown);
    const [oldest] = page;
    if (!oldest || listed.length === page.length) return found({ data });
    // `start` moves back, so `end` must be the older bound, even if it was given as the newer.
    const place = {
      start: oldest.tt,
      ...(range.from !== ZERO_STAMP && { end: range.from }),
      limit,
    };
    const next = new URLSearchParams(Object.entries(place).map(([name, value]) => [name, `${value}`]));
    return found({ data, more: { url: `${request.target.split('?', 1)[0]}?${next}`, ...place } });
  },
};

function found(members: { readonly data: unknown; readonly more?: unknown }): Answer {
  return json(200, { status: 200, ...members }, APPLICATION_JSON);
}

function shown({ type, value, user, tt, message }: StoredAction) {
  return { type, value, uuid: user, actionTimetoken: tt, messageTimetoken: timetokenOf(message) };
}

function actionsRefusal(status: number, message: string, details?: readonly ErrorDetail[]): Refusal {
  const error = { source: 'actions', message, ...(details && { details }) };
  return new Refusal(json(status, { status, error }, APPLICATION_JSON));
}

function invalidInput(message: string, location: string, locationType: ErrorDetail['locationType']): Refusal {
  return actionsRefusal(400, 'Request payload contained invalid input.', [
    { message, location, locationType },
  ]);
}

async function actionsShard(call: Call): Promise<Shard> {
  const { services, subscribeKey } = call;
  if (services.keysets.subscribeProblem(subscribeKey)) throw actionsRefusal(400, 'Invalid Subkey');
  return shardOf(call);
}

// On presence channels only the origin publishes.
function channelIn({ segment }: Call): string {
  const channel = segment('channel');
  const problem = isPresenceName(channel) ? 'must not end in "-pnpres"' : nameProblem(channel);
  if (problem === undefined) return channel;
  throw invalidInput(`It ${problem}`, 'channel', 'path');
}

// A stamp has 17 digits; what has more cannot be the timetoken of an entry.
function stampIn({ segment }: Call, name: string): Stamp {
  const timetoken = segment(name);
  const stamp = stampOfText(timetoken);
  if (stamp === undefined || timetoken.length > stamp.length)
    throw invalidInput('It must be a timetoken', name, 'path');
  return stamp;
}

// An action belongs to a user.
function ownerOf(call: Call): string {
  const user = userOf(call);
  if (user === undefined) throw invalidInput('Missing field', 'uuid', 'query');
  return user;
}

async function actionIn({ request, services }: Call) {
  // A request without a content type is taken as JSON.
  if (!/json/i.test(request.header('content-type') ?? 'json')) {
    throw actionsRefusal(415, 'Request payload must be in JSON format.');
  }
  const body = await bodyText(request.body, services.limits.messageBytes);
  if (body === 'too-large') throw actionsRefusal(413, 'Request payload is too large.');
  const fields = body === 'invalid' ? undefined : parseJson(body.text);
  if (!isObject(fields)) throw invalidInput('Must be a JSON object', '', 'body');
  const type = textIn(fields, 'type');
  if ([...type].length > MAX_ACTION_TYPE_LENGTH) {
    throw invalidInput(`Must have at most ${MAX_ACTION_TYPE_LENGTH} characters`, 'type', 'body');
  }
  return { type, value: textIn(fields, 'value') };
}

function textIn(fields: JsonObject, name: string): string {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw invalidInput(value === undefined ? 'Missing field' : 'Must be some text', name, 'body');
}
