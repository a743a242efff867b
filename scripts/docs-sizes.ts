// What a client weighs, and what each feature adds: measured as bundlers do, for the page that tells it.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { code, type GeneratedPage, table } from './docs-page.ts';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));

/** The features of `timetoken/features`, and what they are for. */
export const FEATURES: Readonly<Record<string, string>> = {
  presence: 'who is where: `hereNow`, `whereNow`, `setState`, `getState`',
  occupants: '`occupants()`: who is on a channel, kept up to date; `presence` does not add it',
  storage:
    '`history`, `fetchMessages`, `messageCounts`, `deleteMessages`; the option `recovery`, and `withLast()`',
  recoveries: 'the status `PNRecoveredCategory`, after a loss',
  encryption: 'the options `cipherKey` and `cryptoModule`',
  streaming: 'the option `receive`: a stream of events in place of polls',
  tokens: 'a `token` that is a function; `parseToken()`',
  access: 'the option `secretKey`; `grantToken`, `revokeToken`, `grant`, `audit`',
  channelGroups: 'changes to channel groups, and lists of them; subscribing to groups needs nothing',
  messageActions: '`addMessageAction`, `getMessageActions`, `removeMessageAction`',
  publishQueue: '`publishQueue()`: reliable publishing in order, also beyond the process',
  push: 'devices for mobile push, and `notificationPayload()`',
  appContext: 'metadata of users and channels, memberships and members',
  hints:
    'for development: likely causes in errors, names that `pubnub` has for an option or parameter, misspelt methods of listeners, reminders in the log',
  files: '`sendFile`, `downloadFile` and the other four',
};

/** Minified and gzipped, in bytes, of a program that holds on to what the code exports. */
async function bytesOf(contents: string): Promise<number> {
  const { outputFiles } = await build({
    ...{ stdin: { contents, resolveDir: DIST }, bundle: true, minify: true, write: false },
    ...{ format: 'esm', platform: 'browser', target: 'es2022' },
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

const over = (transport: string, ...features: readonly string[]) =>
  bytesOf(`import { PubNub, ${transport} as transport } from './core.js';
import { ${features.join(', ')} } from './features.js';
export const Client = PubNub.with(${features.join(', ')}), make = transport;`);

/** The page of sizes: whole clients, and the price of each feature on top of the core. */
export async function sizesPage(): Promise<GeneratedPage> {
  const core = await over('fetchTransport');
  const clients = table(
    ['Client', 'kB'],
    [
      ['`timetoken/core` over `fetch`', inKilobytes(core)],
      ['`timetoken/core` over ky', inKilobytes(await over('kyTransport'))],
      [
        '`timetoken`: everything, over ky',
        inKilobytes(await bytesOf(`export { PubNub } from './index.js';`)),
      ],
    ],
  );
  const prices = Object.entries(FEATURES).map(async ([name, what]) => {
    const price = (await over('fetchTransport', name)) - core;
    return { price, row: [code(name), inKilobytes(price), what] };
  });
  const rows = (await Promise.all(prices)).sort((one, other) => one.price - other.price);
  const features = table(
    ['Feature', 'kB more', 'Adds'],
    rows.map(({ row }) => row),
  );
  return { path: 'docs/how-to/small-bundles.md', sections: { clients, features } };
}

function inKilobytes(bytes: number): string {
  return (bytes / 1_000).toFixed(1);
}
