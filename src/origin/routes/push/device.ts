import { nameProblem } from '../../../protocol/names.ts';
import { json } from '../../http/answer.ts';
import { Refusal } from '../../http/refusals.ts';
import { splitNames } from '../read.ts';
import type { Call } from '../route.ts';

const MAX_TOKEN_LENGTH = 4_096;
const TOKEN = /^[\x21-\x7e]+$/;
const APPLE_TOKEN = /^[0-9a-fA-F]+$/;
const ENVIRONMENTS = ['development', 'production'];
// Firebase has had two names.
const TYPES: ReadonlyMap<string, string> = new Map([
  ['fcm', 'fcm'],
  ['gcm', 'fcm'],
  ['apns', 'apns'],
]);

/** The push service's shape of an error. */
export function pushRefusal(error: string): Refusal {
  return new Refusal(json(400, { error }));
}

/** What a device is known by in the store: who delivers to it, and its token. Throws a `Refusal` for what is none. */
export type DeviceOf = (call: Call) => string;

/** A device of the first interface, whose `type` says who delivers. */
export const deviceOfType: DeviceOf = (call) => {
  const token = tokenOf(call);
  const type = TYPES.get(call.query.text('type') ?? '');
  if (type === undefined) throw pushRefusal('Invalid type argument');
  if (type === 'apns') refuseUnlikeApple(token);
  return JSON.stringify([type, token]);
};

/** A device of Apple, which is registered for each app and environment by itself. */
export const deviceOfApple: DeviceOf = (call) => {
  const token = tokenOf(call);
  const topic = call.query.text('topic');
  const environment = call.query.text('environment') ?? 'development';
  if (topic === undefined || nameProblem(topic) !== undefined) throw pushRefusal('Invalid topic argument');
  if (!ENVIRONMENTS.includes(environment)) throw pushRefusal('Invalid environment argument');
  refuseUnlikeApple(token);
  return JSON.stringify(['apns2', token, environment, topic]);
};

function tokenOf({ segment }: Call): string {
  const token = segment('device');
  if (token.length > MAX_TOKEN_LENGTH || !TOKEN.test(token)) throw pushRefusal('Invalid device token');
  return token;
}

// The lengths are Apple's; some clients test with shorter tokens.
function refuseUnlikeApple(token: string): void {
  if (!APPLE_TOKEN.test(token)) throw pushRefusal('Expected 32 or 100 byte hex device token');
}

/** Channels to add or to remove; none when there is no such parameter. Throws a `Refusal` for bad ones. */
export function channelsIn({ query, services }: Call, parameter: 'add' | 'remove'): readonly string[] {
  const channels = splitNames(query.get(parameter) ?? '');
  if (channels.length > services.limits.names) throw pushRefusal(`Too many channels to ${parameter}`);
  if (channels.some((channel) => nameProblem(channel) !== undefined))
    throw pushRefusal(`Invalid ${parameter} argument`);
  return channels;
}
