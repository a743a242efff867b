import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Child } from '../cli/child.ts';

const FOLDER = 'examples/server-sent-events/';

const OUTPUTS: Readonly<Record<string, string>> = {
  'beside-an-origin.ts': 'to everybody (17 digits)\n',
  'express.ts': 'ping: "hello\\nworld"\n',
  'fastify.ts': 'news: welcome\nnews: {"headline":"It works"}\nping: {"text":"hello"}\n',
  'listener.ts': '',
  'node-http.ts': 'ann sees: New visit from bob!\n',
};

describe('the examples of servers', () => {
  test('each has a line here', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(OUTPUTS));
  });

  test.each(Object.entries(OUTPUTS))('%s ends by itself', async (name, stdout) => {
    const child = new Child([`${FOLDER}${name}`]);
    const code = await child.ended;
    expect({ code, stdout: child.stdout, stderr: child.stderr }).toEqual({ code: 0, stdout, stderr: '' });
  });

  test.each(Object.keys(OUTPUTS))('%s fits on a screen', (name) => {
    const lines = readFileSync(`${FOLDER}${name}`, 'utf8').split('\n').length - 1;
    expect(lines).toBeLessThanOrEqual(42);
  });
});
