import { describe, expect, it } from 'vitest';
import { check } from '../../scripts/imports/check.ts';

/** What is reported for a small tree, without the reasons. */
function report(tree: Record<string, string>): readonly string[] {
  return check(new Map(Object.entries(tree))).map(
    ({ path, line, level, text }) => `${path}:${line} ${level}: ${text.split(/: | \(/)[0]}`,
  );
}

describe('who may import whom', () => {
  it.each([
    ['the protocol imports a package', 'src/protocol/a.ts', 'ky', 'ky'],
    ['the protocol imports the client', 'src/protocol/a.ts', '../client/b.ts', 'src/client/b.ts'],
    ['the client imports the origin', 'src/client/a.ts', '../origin/b.ts', 'src/origin/b.ts'],
    ['the client imports a fourth package', 'src/client/a.ts', '@scope/name/deep', '@scope/name'],
    [
      'an endpoint imports another folder',
      'src/client/endpoints/publish/a.ts',
      '../time/time.ts',
      'src/client/endpoints/time/time.ts',
    ],
    [
      'an endpoint imports the transport',
      'src/client/endpoints/publish/a.ts',
      '../../transport/b.ts',
      'src/client/transport/b.ts',
    ],
    [
      'an endpoint imports the client',
      'src/client/endpoints/publish/a.ts',
      '../../pubnub.ts',
      'src/client/pubnub.ts',
    ],
    ['the origin imports the client', 'src/origin/a.ts', '../client/json.ts', 'src/client/json.ts'],
    ['the CLI imports past the public entries', 'src/cli/a.ts', '../client/json.ts', 'src/client/json.ts'],
    ['SSE imports past the public entries', 'src/sse/a.ts', '../index.ts', 'src/index.ts'],
    ['the test kit imports the client', 'src/testing/a.ts', '../client/json.ts', 'src/client/json.ts'],
    ['an example imports the source', 'examples/a/main.ts', '../../src/index.ts', 'src/index.ts'],
    ['a test imports real time', 'test/client/a.test.ts', 'node:timers/promises', 'node:timers'],
  ])('refuses: %s', (_, path, specifier, target) => {
    expect(report({ [path]: `import { x } from '${specifier}';` })).toContain(
      `${path}:1 error: imports ${target}`,
    );
  });

  it.each(['src/client/a.ts', 'src/origin/a.ts', 'src/origin/store/memory/log.ts', 'src/sse/a.ts'])(
    'refuses Node in %s',
    (path) => {
      expect(report({ [path]: "import fs from 'node:fs/promises';" })).toContain(
        `${path}:1 error: imports node:fs`,
      );
    },
  );

  it.each([
    ['src/origin/node.ts', 'node:http'],
    ['src/origin/node/listener.ts', 'node:http'],
    ['src/origin/store/sqlite/engine.ts', 'node:sqlite'],
    ['src/node/index.ts', 'node:http'],
    ['src/cli/main.ts', 'timetoken/origin/node'],
    ['src/cli/main.ts', 'commander'],
    ['src/client/endpoints/publish/fire.ts', './publish.ts'],
    ['src/client/endpoints/publish/fire.ts', '../../endpoint.ts'],
    ['src/testing/kit.ts', '../origin/origin.ts'],
    ['test/integration/socket.test.ts', 'node:timers/promises'],
    ['test/client/a.test.ts', 'node:fs'],
  ])('lets %s import %s', (path, specifier) => {
    expect(report({ [path]: `export { x } from '${specifier}';` })).toEqual([]);
  });
});

describe('the kinds of import', () => {
  it.each([
    ["import '../client/b.ts';"],
    ["import type { B } from '../client/b.ts';"],
    ["import * as b from '../client/b.ts';"],
    ["import b, { type B } from '../client/b.ts';"],
    ["import {\n  a,\n  b,\n} from '../client/b.ts';"],
    ["export * from '../client/b.ts';"],
    ["export type { B } from '../client/b.ts';"],
    ["export const b = (await import('../client/b.ts')).b;"],
    ["export type B = import('../client/b.ts').B;"],
  ])('sees %j', (text) => {
    expect(report({ 'src/protocol/a.ts': text })).toEqual([
      'src/protocol/a.ts:1 error: imports src/client/b.ts',
    ]);
  });

  it('leaves comments and strings alone, and still counts their lines', () => {
    const text =
      "/*\nimport '../client/b.ts';\n*/\n// it's import('ky')\nconst url = 'http://x'; // import('ky')\nimport 'ky';\n";
    expect(report({ 'src/protocol/a.ts': text })).toEqual(['src/protocol/a.ts:6 error: imports ky']);
  });
});

describe('cycles', () => {
  it('refuses one of three files', () => {
    const tree = {
      'src/client/a.ts': "import './b.ts';",
      'src/client/b.ts': "import './c.ts';",
      'src/client/c.ts': "export * from './a.ts';",
    };
    expect(report(tree)).toEqual(['src/client/a.ts:1 error: import cycle']);
  });

  it('allows types to point back, since they vanish', () => {
    const tree = {
      'src/client/a.ts': "import { b } from './b.ts';",
      'src/client/b.ts': "import type { A } from './a.ts';\nimport { type A2 } from './a.ts';",
    };
    expect(report(tree)).toEqual([]);
  });
});

describe('reducers', () => {
  const reducer = 'src/client/subscribe/reduce.ts';

  it.each([
    ["import type { Clock } from '../../protocol/clock.ts';", 'imports src/protocol/clock.ts'],
    ['export const step = async () => 1;', 'uses async'],
    ['export const step = () => new AbortController();', 'uses AbortController'],
    ['export const step = (): Promise<number> => later();', 'uses Promise'],
    ['export const step = () => Date.now();', 'uses Date.now'],
  ])('refuses %j', (text, finding) => {
    expect(report({ [reducer]: text })).toEqual([`${reducer}:1 error: ${finding}`]);
  });

  it('looks into the files they import, and no further than run time', () => {
    const tree = {
      [reducer]: "import { a } from './steps.ts';\nimport type { Runner } from './runner.ts';",
      'src/client/subscribe/steps.ts': '// Never a Promise here.\nexport const a = () => Promise.resolve();',
      'src/client/subscribe/runner.ts': 'export const run = async () => {};',
    };
    expect(report(tree)).toEqual(['src/client/subscribe/steps.ts:2 error: uses Promise']);
  });
});

describe('shape', () => {
  it('refuses code in an index.ts', () => {
    expect(report({ 'src/node/index.ts': "export { a } from './a.ts';\nexport const b = 1;" })).toEqual([
      'src/node/index.ts:1 error: an index.ts holds re-exports only',
    ]);
  });

  it('accepts comments, types and named re-exports in an index.ts', () => {
    const text =
      "/** @module */\nexport {\n  a,\n  type B,\n} from './a.ts';\nexport type { C } from './c.ts'; // c\n";
    expect(report({ 'src/node/index.ts': text })).toEqual([]);
  });

  it('refuses a folder named utils', () => {
    expect(report({ 'src/client/utils/a.ts': '' })).toEqual([
      'src/client/utils/a.ts:1 error: lies in a folder named utils',
    ]);
  });

  it('points out a file past 150 lines and refuses one past 250', () => {
    const lines = (count: number) => '// line\n'.repeat(count);
    expect(report({ 'src/client/a.ts': lines(150), 'test/a.test.ts': lines(999) })).toEqual([]);
    expect(report({ 'src/client/a.ts': lines(151) })).toEqual(['src/client/a.ts:151 warning: has 151 lines']);
    expect(report({ 'src/client/a.ts': lines(251) })).toEqual(['src/client/a.ts:251 error: has 251 lines']);
  });
});
