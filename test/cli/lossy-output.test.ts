import { expect, test } from 'vitest';
import { LossyOutput } from '../../src/cli/lossy-output.ts';

/** An output whose reader has stopped reading. */
function stalled() {
  const written: string[] = [];
  let read = 0;
  const output = {
    isTTY: false,
    get backlog() {
      return written.slice(read).join('').length;
    },
    write: (text: string) => void written.push(text),
  };
  return {
    output,
    written,
    readAll: () => {
      read = written.length;
    },
  };
}

test.each([
  [false, '3 lines were dropped: nobody read them.\n'],
  [true, '{"type":"dropped","lines":3}\n'],
])('drops lines while nobody reads, and says how many (as JSON: %s)', (json, report) => {
  const { output, written, readAll } = stalled();
  const log = new LossyOutput(output, json);
  const large = `${'x'.repeat(600_000)}\n`;
  for (let count = 0; count < 5; count++) log.write(large);
  expect(written).toEqual([large, large]);
  readAll();
  log.write('next\n');
  log.write('last\n');
  expect(written.slice(2)).toEqual([report, 'next\n', 'last\n']);
});

test('drops nothing while somebody reads', () => {
  const { output, written, readAll } = stalled();
  const log = new LossyOutput(output);
  for (let count = 0; count < 5; count++) {
    log.write('x'.repeat(600_000));
    readAll();
  }
  expect(written).toHaveLength(5);
});
