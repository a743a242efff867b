import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inputLines } from '../../src/cli/input-lines.ts';

const GO_ON = new AbortController().signal;

async function linesIn(pieces: readonly (string | Uint8Array)[], signal = GO_ON): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of inputLines(Readable.from(pieces, { objectMode: false }), signal)) lines.push(line);
  return lines;
}

describe('the lines of an input', () => {
  test('are the same wherever its bytes are cut, and whatever ends them', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'ü', '日', '😀', '\u2028', ' ') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r'))),
        fc.infiniteStream(fc.integer({ min: 1, max: 5 })),
        async (lines, sizes) => {
          // A line that ends with CR before an empty one that ends with LF is one with CRLF.
          fc.pre(
            !lines.some(([text, end], at) => text === '' && end === '\n' && lines[at - 1]?.[1] === '\r'),
          );
          const bytes = Buffer.from(lines.flat().join(''));
          const pieces: Uint8Array[] = [];
          for (let at = 0; at < bytes.length; at += pieces.at(-1)?.length ?? 0)
            pieces.push(bytes.subarray(at, at + sizes.next().value));
          expect(await linesIn(pieces)).toEqual(lines.map(([text]) => text));
        },
      ),
    );
  });

  test('have the last one without an end', async () => {
    expect(await linesIn(['one\ntw', 'o'])).toEqual(['one', 'two']);
  });

  test('end with an error at one that is too long, before it is all there', async () => {
    let given = 0;
    function* endless() {
      yield 'one\n';
      for (; given < 1_000; given++) yield 'x'.repeat(64 * 1024);
    }
    const lines = inputLines(Readable.from(endless(), { objectMode: false }), GO_ON);
    expect(await lines.next()).toEqual({ done: false, value: 'one' });
    await expect(lines.next()).rejects.toThrow('Line 2 of the input has more than 4194304 bytes.');
    expect(given).toBeLessThan(200);
  });

  test('of which one is too long and whole end with an error too', async () => {
    await expect(linesIn([`${'x'.repeat(5_000_000)}\ny`])).rejects.toThrow('Line 1 of the input');
  });

  test('that are not UTF-8 end with an error, after those before', async () => {
    const lines = inputLines(
      Readable.from([Buffer.from('fü\nf\xfc\n', 'latin1')], { objectMode: false }),
      GO_ON,
    );
    await expect(lines.next()).rejects.toThrow('Line 1 of the input is not UTF-8');
    const mixed = [Buffer.from('fü\n'), Buffer.from('f\xfc\n', 'latin1')];
    const others = inputLines(Readable.from(mixed, { objectMode: false }), GO_ON);
    expect(await others.next()).toEqual({ done: false, value: 'fü' });
    await expect(others.next()).rejects.toThrow('Line 2 of the input is not UTF-8');
  });

  test('end when the signal is aborted, with the input', async () => {
    const stop = new AbortController();
    const input = new Readable({ read: () => undefined });
    const lines = inputLines(input, stop.signal);
    input.push('one\n');
    expect((await lines.next()).value).toBe('one');
    const next = lines.next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(input.destroyed).toBe(true);
    expect(await linesIn(['one\n'], stop.signal)).toEqual([]);
  });

  test('leave an input that nobody reads on destroyed', async () => {
    const input = Readable.from(['one\ntwo\n'], { objectMode: false });
    for await (const line of inputLines(input, GO_ON)) {
      expect(line).toBe('one');
      break;
    }
    expect(input.destroyed).toBe(true);
  });
});
