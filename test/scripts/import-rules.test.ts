import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { problemsIn } from '../../scripts/source-rules.ts';

const ROOT = new URL('../../', import.meta.url);

// Each file breaks one rule of biome.imports.json, or keeps it.
const REFUSED: readonly (readonly [path: string, specifier: string])[] = [
  ['src/protocol/package.ts', 'ky'],
  ['src/protocol/client.ts', '../client/b.ts'],
  ['src/client/origin.ts', '../origin/b.ts'],
  ['src/client/package.ts', '@scope/name/deep'],
  ['src/client/node.ts', 'node:fs/promises'],
  ['src/client/utils.ts', './utils/a.ts'],
  ['src/client/subscribe/feature-of-core.ts', '../features/storage/history.ts'],
  ['src/client/core-and-feature.ts', './features/files/feature.ts'],
  ['src/client/subscribe/everything.ts', '../pubnub.ts'],
  ['src/client/subscribe/entry.ts', '../../index.ts'],
  ['src/client/features/files/other.ts', '../storage/history.ts'],
  ['src/client/features/files/around.ts', '../../features/storage/history.ts'],
  ['src/client/features/files/package.ts', 'ky'],
  ['src/client/features/files/origin.ts', '../../../origin/b.ts'],
  ['src/client/features/files/ky.ts', '../../request/ky-transport.ts'],
  ['src/client/features/files/fetch.ts', '../../request/fetch-transport.ts'],
  ['src/client/features/files/shared.ts', '../../request/over-fetch.ts'],
  ['src/client/features/files/client.ts', '../../pubnub.ts'],
  ['src/client/features/files/core.ts', '../../core.ts'],
  ['src/client/features/files/entry.ts', '../../../index.ts'],
  ['src/client/features/files/utils.ts', './utils/a.ts'],
  ['src/entry-of-node.ts', 'node:fs'],
  ['src/entry-of-origin.ts', './origin/b.ts'],
  ['src/entry-of-utils.ts', './utils/a.ts'],
  ['src/origin/client.ts', '../client/json.ts'],
  ['src/origin/routes/client.ts', '../../client/json.ts'],
  ['src/origin/store/memory/node.ts', 'node:fs'],
  ['src/node/origin.ts', '../origin/b.ts'],
  ['src/testing/client.ts', '../client/json.ts'],
  ['src/testing/node.ts', 'node:fs'],
  ['src/cli/client.ts', '../client/json.ts'],
  ['src/sse/index-of-all.ts', '../index.ts'],
  ['examples/a/source.ts', '../../src/index.ts'],
  ['test/client/real-time.test.ts', 'node:timers/promises'],
];
const ALLOWED: typeof REFUSED = [
  ['src/protocol/own.ts', './b.ts'],
  ['src/client/packages.ts', 'p-retry'],
  ['src/client/core.ts', './features/publish/feature.ts'],
  ['src/client/pubnub.ts', './features/storage/feature.ts'],
  ['src/client/exports.ts', './features/message.ts'],
  ['src/index.ts', './client/pubnub.ts'],
  ['src/features.ts', './client/features/storage/feature.ts'],
  ['src/client/features/exports.ts', './files/file.ts'],
  ['src/client/features/files/own.ts', './source.ts'],
  ['src/client/features/files/message.ts', '../message.ts'],
  ['src/client/features/files/up.ts', '../../endpoint.ts'],
  ['src/client/features/files/declaration.ts', '../../feature.ts'],
  ['src/client/features/files/transport.ts', '../../request/transport.ts'],
  ['src/origin/own.ts', './node/listener.ts'],
  ['src/origin/package.ts', 'cborg'],
  ['src/origin/node/listener.ts', 'node:http'],
  ['src/origin/sqlite.ts', 'node:sqlite'],
  ['src/node/index.ts', 'node:http'],
  ['src/testing/kit.ts', '../origin/origin.ts'],
  ['src/cli/serve.ts', 'timetoken/origin/node'],
  ['src/cli/main.ts', 'commander'],
  ['test/integration/socket.test.ts', 'node:timers/promises'],
  ['test/client/files.test.ts', 'node:fs'],
];

async function refusedBy(rules: string, files: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'import-rules-'));
  try {
    await cp(new URL('biome.imports.json', ROOT), join(folder, 'biome.imports.json'));
    const config = JSON.parse(await readFile(new URL('biome.json', ROOT), 'utf8'));
    await writeFile(join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }));
    await cp(new URL('scripts/lint', ROOT), join(folder, 'scripts/lint'), { recursive: true });
    for (const [path, text] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const biome = new URL('node_modules/@biomejs/biome/bin/biome', ROOT).pathname;
    const args = [biome, 'lint', `--only=${rules}`, '--reporter=json', '--max-diagnostics=none'];
    const output = await new Promise<string>((resolve) => {
      execFile(process.execPath, args, { cwd: folder }, (_, stdout) => resolve(stdout));
    });
    const places = [...output.matchAll(/"path":\s*"((?:src|test|examples)\/[^"]+)"/g)].map(
      (match) => match[1],
    );
    return [...new Set(places.filter((path) => path !== undefined))].sort();
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('Biome knows who may import whom', async () => {
  const files = [...REFUSED, ...ALLOWED].map(
    ([path, specifier]) => [path, `export { x } from '${specifier}';\n`] as const,
  );
  const refused = REFUSED.map(([path]) => path).sort();
  expect(await refusedBy('style/noRestrictedImports', new Map(files))).toEqual(refused);
});

test('Biome sees each kind of import', async () => {
  const kinds = [
    "import '../client/b.ts';",
    "import type { B } from '../client/b.ts';",
    "import * as b from '../client/b.ts';",
    "export * from '../client/b.ts';",
    "export const b = (await import('../client/b.ts')).b;",
  ];
  const files = new Map(kinds.map((text, index) => [`src/protocol/kind-${index}.ts`, text]));
  expect(await refusedBy('style/noRestrictedImports', files)).toEqual([...files.keys()]);
});

test('Biome refuses cycles, unless types alone close them, and files of more than 250 lines', async () => {
  const files = new Map([
    ['src/client/a.ts', "import './b.ts';"],
    ['src/client/b.ts', "export * from './a.ts';"],
    ['src/client/c.ts', "import './d.ts';"],
    ['src/client/d.ts', "import type { C } from './c.ts';"],
    ['src/client/long.ts', 'export {};\n'.repeat(251)],
  ]);
  expect(await refusedBy('suspicious/noImportCycles', files)).toEqual(['src/client/a.ts', 'src/client/b.ts']);
  expect(await refusedBy('style/noExcessiveLinesPerFile', files)).toEqual(['src/client/long.ts']);
});

test.each([
  ["import type { Clock } from '../../protocol/clock.ts';", undefined],
  ["import { type Clock } from '../../protocol/clock.ts';", undefined],
  ["import { now } from '../../protocol/clock.ts';", 'imports src/protocol/clock.ts'],
  ["import { backoff } from '../runtime/backoff.ts';", undefined],
  ["import { Machine } from '../runtime/machine.ts';", 'imports src/client/runtime/machine.ts'],
  ["import { retryCall } from '../request/retry.ts';", 'imports src/client/request/retry.ts'],
  [
    "import { history } from '../features/storage/history.ts';",
    'imports src/client/features/storage/history.ts',
  ],
  ["import pRetry from 'p-retry';", 'imports p-retry'],
  ['export const step = async () => 1;', 'uses async'],
  ['export const step = () => new AbortController();', 'uses AbortController'],
  ['export const step = (): Promise<number> => later();', 'uses Promise'],
  ['// Never a Promise here.\nexport const step = () => Date.now();', ':2 uses Date.now'],
])('a reducer, and what it imports, is pure: %j', (text, problem) => {
  const sources = new Map([
    [
      'src/client/subscribe/reduce.ts',
      "import { a } from './steps.ts';\nimport type { M } from '../runtime/machine.ts';",
    ],
    ['src/client/subscribe/steps.ts', text],
    ['src/client/subscribe/loop.ts', 'export const run = async () => {};'],
  ]);
  const expected = problem === undefined ? [] : [expect.stringContaining(problem)];
  expect(problemsIn(sources)).toEqual(expected);
});

test('an index.ts holds re-exports only', () => {
  const texts = [
    "/** @module */\nexport {\n  a,\n  type B,\n} from './a.ts'; // c",
    "export { a } from './a.ts';\nexport const b = 1;",
  ];
  expect(texts.map((text) => problemsIn(new Map([['src/node/index.ts', text]])).length)).toEqual([0, 1]);
});
