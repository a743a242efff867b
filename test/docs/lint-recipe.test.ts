import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { blocksOf } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BIOME = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
const PAGE = 'docs/how-to/debugging.md';

const UNSENT = [
  "pubnub.publish({ channel: 'room', message: 'x' });",
  "await pubnub.publish().channel('room').message('x');",
  "pubnub.subscribe().channels('a').withPresence();",
  "this.pubnub.hereNow().channels('a');",
  "pubnub\n  .subscribe({ channels: ['a'] })\n  .withTimetoken('1');",
  'void pubnub.time();',
];
const SENT = [
  "pubnub.publish().channel('room').message('x').execute();",
  "await pubnub.publish().channel('room').message('x').execute({ timeout: 5 });",
  "pubnub.subscribe().channels('a').execute().on('message', f);",
  "const builder = pubnub.publish().channel('room');",
  "it('works', () => { pubnub.time().execute(); });",
  "redis.publish('x', 'y').then(f);",
  'pubnub.addListener({ message: f });',
  'pubnub.unsubscribeAll();',
  "for await (const page of pubnub.history().channel('a').pages()) f(page);",
];

const folder = mkdtempSync(join(tmpdir(), 'timetoken-lint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the rule for Biome finds calls that are never sent, and no others', () => {
  const rule = blocksOf(PAGE, readFileSync(join(ROOT, PAGE), 'utf8')).find(({ code }) =>
    code.includes('register_diagnostic'),
  );
  writeFileSync(join(folder, 'unsent.grit'), rule?.code ?? '');
  const config = { plugins: ['./unsent.grit'], linter: { rules: { recommended: false } } };
  writeFileSync(join(folder, 'biome.json'), JSON.stringify(config));
  const found = [...UNSENT, ...SENT].filter((code, index) => {
    const file = `case-${index}.js`;
    writeFileSync(join(folder, file), `${code}\n`);
    const { status, stdout, stderr } = spawnSync(process.execPath, [BIOME, 'lint', file], {
      cwd: folder,
      encoding: 'utf8',
    });
    return status !== 0 && `${stdout}${stderr}`.includes('Nothing is sent');
  });
  expect(found).toEqual(UNSENT);
});
