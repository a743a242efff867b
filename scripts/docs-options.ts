// The options of the client, of its transports and of the origin, from the interfaces that declare them.
import { metricsTable } from './docs-deploy.ts';
import { type Member, membersOf } from './docs-members.ts';
import { code, type GeneratedPage, table } from './docs-page.ts';

/** The pages of options. */
export async function optionsPages(): Promise<readonly GeneratedPage[]> {
  return [
    {
      path: 'docs/reference/options.md',
      sections: {
        client: withDefaults('src/client', 'PubNubOptions'),
        policy: withDefaults('src/client', 'CustomReconnectionPolicy'),
        'call options': withDefaults('src/client', 'CallOptions'),
        'messages options': withDefaults('src/client', 'MessagesOptions'),
        'node transport': withDefaults('src/node', 'NodeTransportOptions'),
      },
    },
    {
      path: 'docs/reference/origin.md',
      sections: {
        origin: plain('src/origin', 'OriginOptions'),
        keyset: plain('src/origin', 'Keyset'),
        limits: plain('src/origin', 'OriginLimits'),
        conformance: plain('src/origin', 'ConformanceOptions'),
        serve: plain('src/origin', 'ServeOptions'),
        'serve limits': plain('src/origin', 'ServeLimits'),
        close: plain('src/origin', 'CloseOptions'),
        'metrics options': plain('src/origin', 'PrometheusOptions'),
        metrics: await metricsTable(),
      },
    },
  ];
}

function withDefaults(folder: string, name: string): string {
  const rows = membersOf(folder, name).map((member) => [
    code(member.name),
    textOf(member),
    defaultOf(member),
  ]);
  return table(['Option', 'Description', 'Default'], rows);
}

// The origin's comments say their defaults in words.
function plain(folder: string, name: string): string {
  return table(
    ['Option', 'Description'],
    membersOf(folder, name).map((member) => [code(member.name), textOf(member)]),
  );
}

// An option that nobody describes is a mistake of the source, not a row without words.
function textOf({ name, text }: Member): string {
  if (text === '') throw new Error(`The option ${name} has no comment.`);
  return text;
}

// A value is code; a sentence is not.
function defaultOf({ fallback, optional }: Member): string {
  if (fallback === undefined) return optional ? '' : 'required';
  return /^(?:'.*'|\w+(?:\.\w+)?)$/.test(fallback) && !['all', 'nowhere'].includes(fallback)
    ? code(fallback)
    : fallback;
}
