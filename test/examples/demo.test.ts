import { describe, expect, test } from 'vitest';
import { Child } from '../cli/child.ts';

describe('the demo', () => {
  test('loses a connection and no message, says so, and ends by itself', async () => {
    const demo = new Child(['examples/demo/main.ts']);
    expect({ code: await demo.ended, stderr: demo.stderr }).toEqual({ code: 0, stderr: '' });
    // In a pipe it is plain text.
    expect(demo.stdout).not.toContain('\u001b');
    const lines = demo.stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toBe('published 9, received 9, lost 0, duplicated 0');
    expect(lines.filter((line) => line.startsWith('published'))).toHaveLength(1);
    const story = [
      'alice  is connected',
      'alice  sees bob join (2 here)',
      'alice  receives from bob: Hello Alice!',
      'line   cut',
      'alice  loses the connection (PNUnexpectedDisconnectCategory, PN-2001): attempt 2 in',
      'alice  cannot connect (PNNetworkIssuesCategory, PN-2001): attempt 3 in',
      'line   mended',
      'alice  is connected again',
      'alice  receives from bob: Are you still there?',
      'alice  receives from bob: And this.',
      'alice  receives from bob: Bye.',
      'alice  sees bob leave (1 here)',
    ];
    const places = story.map((part) => lines.findIndex((line) => line.startsWith(part)));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    // What Bob says in the outage is published in the outage.
    const published = lines.indexOf('bob    publishes: And this.');
    expect(published).toBeLessThan(lines.indexOf('line   mended'));
  });

  test('ends without a word when its reader goes away, as head does', async () => {
    const demo = new Child(['examples/demo/main.ts']);
    await demo.until('stdout', 'the origin is at');
    demo.process.stdout.destroy();
    expect({ code: await demo.ended, stderr: demo.stderr }).toEqual({ code: 0, stderr: '' });
  });
});
