import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Child } from '../cli/child.ts';

const FOLDER = new URL('../../examples/', import.meta.url);

const LAST_LINES: Readonly<Record<string, string>> = {
  'async-iterator.ts': '4 jobs done',
  'first-message.ts': 'closed',
  'in-process.ts': 'bob: no socket was opened (true)',
  'listener-class.ts': '2 messages',
  'presence.ts': 'closed',
  'reconnection-policy.ts': 'closed',
  'typed-channels.ts': 'closed',
};

describe('the examples', () => {
  test('each has a line here', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));
    expect(files.sort()).toEqual(Object.keys(LAST_LINES).sort());
  });

  test.each(Object.entries(LAST_LINES))('%s ends by itself, with "%s"', async (name, last) => {
    const child = new Child([`examples/${name}`]);
    expect({ code: await child.ended, stderr: child.stderr }).toEqual({ code: 0, stderr: '' });
    expect(child.stdout.trimEnd().split('\n').at(-1)).toBe(last);
  });

  test.each(Object.keys(LAST_LINES))('%s fits on a screen, and imports the package by its name', (name) => {
    const text = readFileSync(new URL(name, FOLDER), 'utf8');
    expect(text.split('\n').length - 1).toBeLessThanOrEqual(40);
    const imports = [...text.matchAll(/from '(.*)';/g)].map(([, specifier]) => specifier);
    expect(imports).toContain('timetoken');
    expect(imports.filter((specifier) => !/^(timetoken|node:)/.test(specifier ?? ''))).toEqual([]);
  });
});
