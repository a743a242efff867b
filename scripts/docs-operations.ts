// What each operation takes, from its endpoint's declaration and the comments of its parameters.
import type { Described, Operation } from '../src/client/builder/operation.ts';
import { publishing } from '../src/client/features/publish/feature.ts';
import { PubNub } from '../src/client/pubnub.ts';
import { subscribing } from '../src/client/subscribe/feature.ts';
import { membersOf } from './docs-members.ts';
import { code, type GeneratedPage, table } from './docs-page.ts';

/** Every operation of a client with all features, by name. */
export const OPERATIONS: Readonly<Record<string, Described>> = Object.fromEntries(
  [publishing, subscribing, ...PubNub.features].flatMap(({ builders }) =>
    Object.entries<Operation>(builders).map(([name, { endpoint }]) => [name, endpoint] as const),
  ),
);

/** The page of operations: an overview, and the parameters of each. */
export function operationsPage(): GeneratedPage {
  const entries = Object.entries(OPERATIONS);
  const parameters = entries.map(([name, endpoint]) => [name, parametersOf(name, endpoint)] as const);
  const overview = table(
    ['Builder', 'Operation', 'Needs', 'Retries'],
    entries.map(([name, endpoint]) => [
      `[\`${name}()\`](#${name.toLowerCase()})`,
      code(endpoint.operation),
      needsOf(endpoint),
      RETRIES[typeof endpoint.retry === 'function' ? 'depends' : (endpoint.retry ?? 'loop')],
    ]),
  );
  return { path: 'docs/reference/operations.md', sections: { overview, ...Object.fromEntries(parameters) } };
}

const RETRIES = {
  safe: 'up to three, after any transient failure',
  'not-sent': 'up to three, only if the request did not reach the server',
  depends: 'up to three; after which failures depends on the parameters',
  loop: 'by the subscribe loop, as the reconnection policy says',
} as const;

const KINDS = {
  value: (name: string) => `.${name}(value)`,
  list: (name: string) => `.${name}(name, …)`,
  flag: (name: string) => `.${name}()`,
} as const;

function parametersOf(name: string, { params, oneOf = [] }: Described): string {
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
