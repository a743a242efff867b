// What each operation takes and answers, from its endpoint's declaration and the comments of its types.
import type { Described, Operation } from '../src/client/builder/operation.ts';
import { publishing } from '../src/client/features/publish/feature.ts';
import { PubNub } from '../src/client/pubnub.ts';
import { subscribing } from '../src/client/subscribe/feature.ts';
import { membersOf } from './docs-members.ts';
import { code, type GeneratedPage, table } from './docs-page.ts';
import { resultOf } from './docs-results.ts';

/** Every operation of a client with all features, by name. */
export const OPERATIONS: Readonly<Record<string, Described>> = Object.fromEntries(
  [publishing, subscribing, ...PubNub.features].flatMap(({ builders }) =>
    Object.entries<Operation>(builders).map(([name, { endpoint }]) => [name, endpoint] as const),
  ),
);

/** The families of operations: a page each, in the folder of operations, in the order of the index. */
export const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  publish: ['publish', 'fire', 'signal', 'time'],
  subscribe: ['subscribe', 'unsubscribe'],
  presence: ['hereNow', 'whereNow', 'setState', 'getState'],
  'channel-groups': [
    'addChannelsToChannelGroup',
    'removeChannelsFromChannelGroup',
    'listChannelsInChannelGroup',
    'deleteChannelGroup',
    'listChannelGroups',
  ],
  history: ['history', 'fetchMessages', 'messageCounts', 'deleteMessages'],
  'message-actions': ['addMessageAction', 'getMessageActions', 'removeMessageAction'],
  'app-context': Object.keys(OPERATIONS).filter((name) =>
    /Metadata$|Memberships$|ChannelMembers$/.test(name),
  ),
  files: ['sendFile', 'listFiles', 'getFileUrl', 'downloadFile', 'deleteFile', 'publishFileMessage'],
  push: ['addPushChannels', 'removePushChannels', 'listPushChannels', 'removeAllPushChannels'],
  access: ['grantToken', 'revokeToken', 'grant', 'audit'],
};

const TITLES: Readonly<Record<string, string>> = {
  publish: 'Publish, signal, time',
  subscribe: 'Subscribe',
  presence: 'Presence',
  'channel-groups': 'Channel groups',
  history: 'Message history',
  'message-actions': 'Message actions',
  'app-context': 'App Context',
  files: 'Files',
  push: 'Mobile push',
  access: 'Access',
};

/** Where an operation is described, as a link from `docs/reference`. Throws for an unknown one. */
export function linkTo(operation: string): string {
  const [family] = Object.entries(FAMILIES).find(([, names]) => names.includes(operation)) ?? [];
  if (family === undefined)
    throw new Error(`${operation}() belongs to no family of scripts/docs-operations.ts.`);
  return `operations/${family}.md#${operation.toLowerCase()}`;
}

/** The index of operations, and a page for each family with the parameters and results of its operations. */
export function operationsPages(): readonly GeneratedPage[] {
  const families = Object.entries(FAMILIES);
  const overview = families
    .map(([family, names]) => `### ${TITLES[family]}\n\n${overviewOf(names)}`)
    .join('\n\n');
  const pages = families.map(([family, names]) => ({
    path: `docs/reference/operations/${family}.md`,
    sections: Object.fromEntries(names.map((name) => [name, `${parametersOf(name)}\n\n${resultOf(name)}`])),
  }));
  return [{ path: 'docs/reference/operations.md', sections: { overview } }, ...pages];
}

function overviewOf(names: readonly string[]): string {
  const rows = names.map((name) => {
    const endpoint = endpointOf(name);
    const retry = typeof endpoint.retry === 'function' ? 'depends' : (endpoint.retry ?? 'loop');
    return [`[\`${name}()\`](${linkTo(name)})`, code(endpoint.operation), needsOf(endpoint), RETRIES[retry]];
  });
  return table(['Builder', 'Operation', 'Needs', 'Is repeated'], rows);
}

function endpointOf(name: string): Described {
  const endpoint = OPERATIONS[name];
  if (endpoint === undefined) throw new Error(`There is no operation ${name}().`);
  return endpoint;
}

const RETRIES = {
  safe: 'after any transient failure',
  'not-sent': 'only if it did not reach the server',
  depends: 'depends on its parameters',
  loop: 'as the reconnection policy says',
} as const;

const KINDS = {
  value: (name: string) => `.${name}(value)`,
  list: (name: string) => `.${name}(name, …)`,
  flag: (name: string) => `.${name}()`,
} as const;

function parametersOf(name: string): string {
  const { params, oneOf = [] } = endpointOf(name);
  const members = membersOf('src/client', `${name[0]?.toUpperCase()}${name.slice(1)}Params`);
  if (members.length === 0) return 'It has no parameters.';
  const rows = Object.entries(params).map(([param, { kind, required }]) => {
    const need = required ? 'yes' : oneOf.includes(param) ? 'one of them' : '';
    const text = members.find((member) => member.name === param)?.text ?? '';
    return [code(KINDS[kind](param)), need, text];
  });
  return table(['Setter', 'Required', 'Description'], rows);
}

function needsOf({ needs = [], auth }: Described): string {
  const keys = ['subscribeKey', ...needs].map(code).join(', ');
  return auth === 'none' ? 'no key' : keys;
}
