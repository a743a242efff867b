// The options of the client, of its transports and of the origin, from the interfaces that declare them.
import { type Member, membersOf } from './docs-members.ts';
import { code, type GeneratedPage, table } from './docs-page.ts';

/** The pages of options. */
export function optionsPages(): readonly GeneratedPage[] {
  return [
    {
      path: 'docs/reference/options.md',
      sections: {
        client: withDefaults('src/client/config.ts', 'PubNubOptions'),
        policy: withDefaults('src/client/config.ts', 'CustomReconnectionPolicy'),
        'call options': withDefaults('src/client/execute.ts', 'CallOptions'),
        'messages options': withDefaults('src/client/subscribe/subscription.ts', 'MessagesOptions'),
        'node transport': withDefaults('src/node/node-transport.ts', 'NodeTransportOptions'),
      },
    },
    {
      path: 'docs/reference/origin.md',
      sections: {
        origin: plain('src/origin/origin.ts', 'OriginOptions'),
        keyset: plain('src/origin/keysets.ts', 'Keyset'),
        limits: plain('src/origin/limits.ts', 'OriginLimits'),
        serve: plain('src/origin/node/serve.ts', 'ServeOptions'),
      },
    },
  ];
}

function withDefaults(path: string, name: string): string {
  const rows = membersOf(path, name).map((member) => [code(member.name), member.text, defaultOf(member)]);
  return table(['Option', 'What it does', 'Default'], rows);
}

// The origin's comments say their defaults in words.
function plain(path: string, name: string): string {
  return table(
    ['Option', 'What it does'],
    membersOf(path, name).map((member) => [code(member.name), member.text]),
  );
}

function defaultOf({ fallback, optional }: Member): string {
  return fallback ?? (optional ? '' : 'required');
}
