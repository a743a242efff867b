import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const map = "{ 'chat.*': { text: string }; orders: { id: number } }";

/** What users write, and the words they must find in the compiler's message. */
const MISTAKES: readonly (readonly [code: string, ...words: readonly string[]])[] = [
  ["pubnub.publish().channel('orders').execute();", 'MissingParameter<"message">'],
  ['pubnub.publish().message({ id: 1 }).envelope();', 'MissingParameter<"channel">'],
  ['pubnub.publish().execute();', 'MissingParameter<', '"channel"', '"message"'],
  ['pubnub.subscribe().withPresence().execute();', 'MissingParameter<', '"channels"', '"channelGroups"'],
  ["loose.subscribe().channels('a').withCursor('1:2').withLast(1).execute();", 'DoNotGoTogether<'],
  ["loose.sendFile().channel('a').file('text').execute();", 'MissingParameter<"fileName">'],
  ["pubnub.publish().message({ id: 1 }).channel('chat.1').execute();", 'MessageDoesNotFit<"chat.1">'],
  ["pubnub.publish().channel('orders').message({ id: 'x' });", "'string' is not assignable to type 'number'"],
  ["pubnub.publish().channel('orderz');", '"orderz"', 'orders'],
  ["pubnub.publish({ channel: 'orders', massage: 1 });", 'massage'],
  ["new PubNub({ userId: 'a' });", "'subscribeKey' is missing"],
  ["new PubNub({ subscribeKey: 'a' });", "Property 'userId' is missing"],
  ["new PubNub({ subscribeKey: 'a', usrId: 'b' });", "Did you mean to write 'userId'?"],
  [
    "new (Core.with(presence))({ subscribeKey: 'a', transport: kyTransport() });",
    "Property 'userId' is missing",
  ],
  [
    '((client: PubNub<{ orders: { id: string } }>) => client)(pubnub);',
    'is not assignable to parameter of type',
  ],
  ['((client: PubNub<{ room: 1 }>) => client)(loose);', '~channels', 'names', 'room'],
  ["loose.publish().channel('x').message({ a: { at: 1n } });", 'bigint'],
];

let reported: readonly string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'timetoken-types-'));

beforeAll(() => {
  const options = { extends: join(root, 'tsconfig.json'), include: ['*.ts'], exclude: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  MISTAKES.forEach(([code], index) => {
    const head = `import { PubNub } from 'timetoken';\nimport { PubNub as Core, kyTransport } from 'timetoken/core';\nimport { presence } from 'timetoken/features';\n`;
    const clients = `declare const pubnub: PubNub<${map}>;\ndeclare const loose: PubNub;\nvoid [pubnub, loose, PubNub, Core, kyTransport, presence];\n`;
    writeFileSync(join(folder, `m${index}.ts`), `${head}${clients}${code}\n`);
  });
  reported = compile();
});

afterAll(() => rmSync(folder, { recursive: true }));

function compile(): readonly string[] {
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
  const tsc = join(typescript, '../bin/tsc');
  const types = join(root, 'node_modules/@types');
  try {
    execFileSync(process.execPath, [tsc, '-p', folder, '--typeRoots', types], { encoding: 'utf8' });
    return [];
  } catch (error) {
    const { stdout } = error as { readonly stdout: string };
    return stdout.split(/^(?=\S*m\d+\.ts\()/m);
  }
}

describe("the compiler's message", () => {
  it.each(MISTAKES.map(([code, ...words], index) => [code, words, index] as const))(
    '%s names what is wrong',
    (_code, words, index) => {
      const text = reported.filter((entry) => entry.includes(`m${index}.ts(`)).join('\n');
      expect(text).not.toBe('');
      for (const word of words) expect(text).toContain(word);
    },
  );
});
