import { at } from '../wire/read.ts';
import { faultIn, type Given, type ParamsByName } from './given.ts';

/** Parameters with names of channels and groups. */
const NAMES = ['channel', 'channels', 'channelGroup', 'channelGroups'];
/** Names that are told; there may be thousands. */
const MOST = 3;

/** Names in quotation marks, the first few of them. */
export function quoted(names: readonly unknown[]): string {
  const more = names.length > MOST ? ` and ${names.length - MOST} more` : '';
  return (
    names
      .slice(0, MOST)
      .map((name) => `"${name}"`)
      .join(', ') + more
  );
}

/** The call of a builder, with the names in it; no other value is told. */
export function titleOf(call: string, given: Given): string {
  const names = NAMES.flatMap((name) => at(given, name) ?? []).filter((name) => typeof name === 'string');
  const word = /^(pub|sub|fire|sig|send)/.test(call) ? 'to' : 'for';
  return names.length > 0 ? `${call} ${word} ${quoted(names)}` : call;
}

/** A builder as text: it was not sent, and why. */
export function describe(call: string, params: ParamsByName, given: Given): string {
  const fault = faultIn(params, given)?.what.replace(/\.$/, '') ?? 'call .execute()';
  return `${titleOf(call, given)}, not sent: ${fault}`;
}
