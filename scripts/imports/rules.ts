/** Who may import whom. Paths are globs from the root; a package is its name, `node:fs/promises` is `node:fs`. */
export interface ImportRule {
  readonly in: readonly string[];
  readonly except?: readonly string[];
  /** The only things these files may import. */
  readonly allow?: readonly string[];
  /** What these files must not import, even where another rule allows it. */
  readonly deny?: readonly string[];
  /** The denied things that are fine after all; `<dir>` is the folder of the importing file. */
  readonly but?: readonly string[];
  readonly why: string;
}

/** The parts of the Node entries, and the stores that need a runtime. */
const ON_NODE = [
  'src/origin/node.ts',
  'src/origin/node/**',
  'src/origin/store/{file,sqlite,redis}{.ts,/**}',
  'src/node/**',
  'src/cli/**',
  // Loaded when a test asks for a port.
  'src/testing/port.ts',
  // Loaded when a test plays a recording from a file.
  'src/testing/recording-file.ts',
];

export const IMPORT_RULES: readonly ImportRule[] = [
  {
    in: ['src/protocol/**'],
    allow: ['src/protocol/**'],
    why: 'the protocol is the wire as data: it imports nothing',
  },
  {
    in: ['src/client/**', 'src/index.ts', 'src/version.ts'],
    allow: ['src/client/**', 'src/protocol/**', 'src/version.ts', 'ky', 'p-retry', 'eventemitter3'],
    why: 'the client stands on the protocol and three packages, and never on the origin',
  },
  {
    in: ['src/client/endpoints/*/**'],
    deny: ['src/client/endpoints/**', 'src/client/transport/**', 'src/client/{pubnub,execute}.ts'],
    but: ['<dir>/**'],
    why: 'an endpoint describes one call: it knows no other endpoint, no transport and no client',
  },
  {
    in: ['src/origin/**'],
    allow: ['src/origin/**', 'src/protocol/**', 'src/version.ts', 'node:*', 'cborg', 'redis'],
    why: 'the origin shares only the protocol with the client, so that a mistake cannot cancel out',
  },
  {
    in: ['src/node/**'],
    allow: ['src/node/**', 'src/client/**', 'src/protocol/**', 'node:*'],
    why: 'the Node transport serves the client',
  },
  {
    in: ['src/testing/**'],
    allow: [
      'src/testing/**',
      'src/origin/**',
      'src/protocol/**',
      // Words about words: no part of the client that a test is about.
      'src/client/did-you-mean.ts',
      'timetoken',
      'timetoken/*',
      'msw',
      'node:*',
    ],
    why: 'the test kit stands on the origin',
  },
  {
    in: ['src/cli/**'],
    allow: ['src/cli/**', 'timetoken', 'timetoken/**', 'commander', 'node:*'],
    why: 'the CLI uses the public entries, as a user would',
  },
  {
    in: ['src/sse/**'],
    allow: ['src/sse/**', 'timetoken', 'timetoken/**'],
    why: 'SSE uses the public entries, as a user would',
  },
  {
    in: ['examples/**', 'docs/**'],
    deny: ['src/**', 'test/**', 'dist/**'],
    why: 'an example imports what its reader can import',
  },
  {
    in: ['src/**'],
    except: ON_NODE,
    deny: ['node:*'],
    why: 'only the Node entries and their stores know Node',
  },
  {
    in: ['test/**'],
    except: ['test/integration/**', 'test/runtime/**', 'test/support/**'],
    deny: ['node:timers'],
    why: 'tests move the virtual clock; real time belongs to test/integration and test/runtime',
  },
];

/** Pure machines: these files, and every file they import at run time, see no clock, promise or abort controller. */
export const REDUCERS = {
  entries: ['src/client/subscribe/reduce.ts', 'src/client/presence/reduce.ts'],
  deny: [
    'src/client/runtime/{async-queue,cancellation,clock,connectivity,random-id,secrets}.ts',
    'src/client/transport/**',
    'src/protocol/clock.ts',
    'ky',
    'p-retry',
    'eventemitter3',
  ],
  words:
    /\b(?:Promise|AbortController|AbortSignal|async|await|setTimeout|Date\.now|new Date\(\)|Math\.random)(?!\w)/,
  why: 'a reducer is a pure function: no clock, promise or abort controller',
};

/** A file past `warn` lines is pointed out; past `fail` it has to be split. */
export const LENGTH = { in: ['src/**'], warn: 150, fail: 250 };

/** Folder names that say nothing about what is inside. */
export const VAGUE_FOLDERS = ['utils', 'util', 'helpers', 'common', 'misc'];
