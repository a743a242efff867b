import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { problemsOf } from './check-pages.ts';
import { commandProblems, type Facts } from './commands.ts';
import { type Block, blocksIn, blocksOf } from './markdown.ts';

const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));

const ENDLESS = 12;

describe('the checks of code blocks', () => {
  const good = blocksIn(fixtures, ['good.md']);
  const bad = blocksIn(fixtures, ['bad.md']);
  let problems: ReadonlyMap<Block, readonly string[]>;
  beforeAll(async () => {
    const endless = bad.find(({ line }) => line === ENDLESS);
    problems = await problemsOf([...good, ...bad], (block) => (block === endless ? 3_000 : 120_000));
  }, 600_000);

  it('accept blocks that work', () => {
    expect(good).toHaveLength(9);
    expect(good.flatMap((block) => problems.get(block) ?? [])).toEqual([]);
  });

  it.each([
    ['a type error', 3, /bad\.md:4 error TS2322: Type 'string' is not assignable to type 'number'/],
    ['a throw', 8, /bad\.md:8 ends with code 1.*at run time/s],
    ['a program that does not end', ENDLESS, /bad\.md:12 does not end by itself/],
    ['a program that forgets to make its client', 17, /pubnub is not defined/],
    ['a name that is not exported', 21, /bad\.md:22 error TS2305.*does not provide an export/s],
    ['a fragment with a wrong call', 26, /bad\.md:27 error TS2339: Property 'nothing' does not exist/],
    ['an unhandled rejection', 30, /ends with code 1.*unhandled/s],
    ['text that is not JSON', 34, /bad\.md:34 is not JSON/],
    ['a script that does not exist', 38, /bad\.md:39 package\.json has no script "nothing"/],
    ['a file that does not exist', 38, /bad\.md:40 there is no file examples\/nothing\.ts/],
    ['a block without a language', 43, /bad\.md:43 names no language/],
    ['an unknown flag', 47, /bad\.md:47 does not know "later"/],
  ])('refuse %s', (_, line, problem) => {
    const block = bad.find((one) => one.line === line);
    expect(block && problems.get(block)?.join('\n')).toMatch(problem);
  });

  it('find a fault in every broken block', () => {
    expect(bad.filter((block) => !problems.has(block))).toEqual([]);
  });
});

describe('the commands of the CLI', () => {
  const pages: Record<string, string> = {
    '': 'Options:\n  -V, --version\n\nCommands:\n  serve [options]  starts\n  here-now|hn      lists\n  groups           more\n  help [command]\n',
    serve: 'Options:\n  -p, --port <port>  where\n',
    'here-now': 'Options:\n  --json\n',
    groups: 'Commands:\n  add [options]  adds\n',
    'groups add': 'Options:\n  --group <name>\n',
  };
  const facts: Facts = {
    scripts: {},
    help: (commands) => pages[commands.join(' ')] ?? '',
    exists: () => true,
  };
  const check = (code: string) =>
    commandProblems({ page: 'a.md', line: 1, language: 'sh', flags: [], code }, facts);

  it.each([
    'timetoken --version',
    'timetoken serve --port 8090 -p 1 &',
    'npx timetoken here-now --json | grep x',
    'timetoken groups add --group=a',
    'timetoken help',
    "timetoken serve 'with --nothing quoted'",
  ])('exist: %s', (code) => expect(check(code)).toEqual([]));

  it.each([
    ['timetoken nothing', 'timetoken has no command "nothing"'],
    ['npx timetoken serve --prot 1', 'timetoken serve has no option --prot'],
    ['timetoken groups add --json', 'timetoken groups add has no option --json'],
    ['timetoken -p 1', 'timetoken has no option -p'],
  ])('are missed: %s', (code, problem) => expect(check(code)).toEqual([`a.md:2 ${problem}`]));

  it('are found behind a line that goes on', () => {
    expect(check('timetoken serve \\\n  --prot 1\ntimetoken nothing')).toEqual([
      'a.md:2 timetoken serve has no option --prot',
      'a.md:4 timetoken has no command "nothing"',
    ]);
  });
});

describe('reading pages', () => {
  it('refuses a block that has no end', () => {
    expect(() => blocksOf('a.md', 'text\n```ts\nconst a = 1;\n')).toThrow('starts in line 2 has no end');
  });
});
