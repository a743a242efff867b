import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { finish } from './fake-terminal.ts';

async function scriptFor(shell: string): Promise<string> {
  const { code, stdout, stderr } = await finish(['completion', shell], {});
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

function has(program: string): boolean {
  return spawnSync(program, ['-c', 'exit 0']).status === 0;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'timetoken-completion-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** What bash offers for a line whose last word is not finished. */
function offeredByBash(script: string, words: readonly string[]): readonly string[] {
  const line = words.map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(timetoken ${line}); COMP_CWORD=${words.length}; _timetoken; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync('bash', ['--norc', '-c', `set -u\n${script}\n${ask}`], { encoding: 'utf8' });
  return output.split('\n').filter((word) => word !== '');
}

const EVENT_SOURCE = ['eventsource-server', 'eventsource-client', 'eventsource-request'];
const READING = ['record', 'history', 'here-now', 'token', 'backup', 'chat', ...EVENT_SOURCE];
const COMMANDS = ['serve', 'publish', 'subscribe', ...READING, 'completion', 'help'];

describe.runIf(has('bash'))('bash', () => {
  test.each<[readonly string[], readonly string[]]>([
    [[''], COMMANDS],
    [['s'], ['serve', 'subscribe']],
    [['--'], ['--help', '--version']],
    [
      ['token', ''],
      ['grant', 'parse'],
    ],
    [
      ['serve', '--al'],
      ['--allow-origin', '--allow-host'],
    ],
    [
      ['history', 'room', '--'],
      [
        ...[
          '--count',
          '--before',
          '--from',
          '--json',
          '--origin',
          '--ssl',
          '--subscribe-key',
          '--publish-key',
        ],
        ...['--user-id', '--token', '--debug', '--help'],
      ],
    ],
    // A value, which only its user knows.
    [['serve', '--port', ''], []],
    [['record', 'room', '--output', 'package-l'], ['package-lock.json']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['help', 'pub'], ['publish']],
    [['publish', 'room', ''], []],
  ])('%j is completed with %j', async (words, offered) => {
    expect(offeredByBash(await scriptFor('bash'), words)).toEqual(offered);
  });
});

describe.runIf(has('zsh'))('zsh', () => {
  test('loads the script, sourced and from a file', async () => {
    const script = await scriptFor('zsh');
    const path = folder();
    writeFileSync(join(path, '_timetoken'), script);
    const ask = `autoload -Uz compinit; compinit -D -u; print -r -- \${_comps[timetoken]}`;
    const own = ['-f', '-c', `fpath=(${path} $fpath); ${ask}`];
    expect(execFileSync('zsh', own, { encoding: 'utf8' })).toBe('_timetoken\n');
    const sourced = `autoload -Uz compinit; compinit -D -u; source ${path}/_timetoken; print -r -- \${_comps[timetoken]}`;
    expect(execFileSync('zsh', ['-f', '-c', sourced], { encoding: 'utf8' })).toBe('_timetoken\n');
  });
});

describe.runIf(has('fish'))('fish', () => {
  test.each<[string, readonly string[]]>([
    ['timetoken ', COMMANDS],
    ['timetoken s', ['serve', 'subscribe']],
    ['timetoken serve --al', ['--allow-host', '--allow-origin']],
    ['timetoken completion ', ['bash', 'zsh', 'fish']],
    ['timetoken serve --port ', []],
  ])('%j is completed with %j', async (line, offered) => {
    const script = `${await scriptFor('fish')}\ncomplete -C '${line}'`;
    const env = { ...process.env, HOME: folder() };
    const output = execFileSync('fish', ['--no-config', '-c', script], { encoding: 'utf8', env });
    const words = output.split('\n').filter((each) => each !== '');
    expect(words.map((word) => word.split('\t')[0]).toSorted()).toEqual(offered.toSorted());
  });
});

test.each(['bash', 'zsh', 'fish'])('the script of %s holds every command and option', async (shell) => {
  const script = await scriptFor(shell);
  for (const command of COMMANDS) expect(script).toContain(command);
  const { stdout } = await finish(['record', '--help'], {});
  for (const [, option = ''] of stdout.matchAll(/^ {2}--([a-z-]+)/gm)) expect(script).toContain(option);
});
