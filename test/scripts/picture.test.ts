import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { linesOf, textOf } from '../../scripts/picture/lines.ts';
import { startPicture } from '../../scripts/picture/start.ts';
import { Child } from '../cli/child.ts';

const FILE = new URL('../../docs/assets/start.svg', import.meta.url);

describe('the picture of npm start', () => {
  test('shows what it prints today: run `npm run picture` after a change', async () => {
    const demo = new Child(['examples/demo/main.ts'], { FORCE_COLOR: '1', NO_COLOR: '' });
    expect(await demo.ended).toBe(0);
    expect(startPicture(demo.stdout)).toBe(readFileSync(FILE, 'utf8'));
  });

  test('runs no script and loads nothing', () => {
    const svg = readFileSync(FILE, 'utf8');
    expect(svg).not.toMatch(/<script|href|@import|foreignObject|\son\w+=/);
    expect([...svg.matchAll(/url\((.*?)\)/g)].map(([, target]) => target)).toEqual(['#window']);
    expect(svg).toContain('prefers-color-scheme:dark');
    // Its still is the end of the story, for readers who want no motion.
    expect(svg.slice(0, svg.indexOf('@keyframes'))).toMatch(/no-preference\){[^}]*animation/);
  });
});

describe('the lines of a picture', () => {
  const texts = (output: string) => linesOf(output).map(textOf);

  test('have the same numbers at each run', () => {
    const output = 'a http://127.0.0.1:4711 http://127.0.0.1:815 http://127.0.0.1:4711\nb in 639 ms (2 here)';
    expect(texts(output)).toEqual([
      'a http://127.0.0.1:40001 http://127.0.0.1:40002 http://127.0.0.1:40001',
      'b in 700 ms (2 here)',
    ]);
  });

  test('are in the order of the story, whoever was faster', () => {
    const lines = [
      'bob    publishes: 1',
      'alice  receives from bob: 1',
      'bob    publishes: 2',
      'alice  receives from bob: 2',
    ];
    const [one = '', two = '', three = '', four = ''] = lines;
    expect(texts([one, three, two, four].join('\n'))).toEqual(lines);
    expect(texts([two, one, three, four].join('\n'))).toEqual(lines);
  });

  test('a colour that the picture does not know is an error', () => {
    expect(() => linesOf('\u001b[34mblue\u001b[39m')).toThrow('does not know the code 34');
  });
});
