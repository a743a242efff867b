import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Recipients } from '../../../src/client/subscribe/recipients.ts';

test('recipients are those that were added, in whatever order', () =>
  fc.assert(
    fc.property(fc.array(fc.nat(12)), (ids) => {
      const recipients = new Recipients();
      for (const id of ids) recipients.add(id);
      for (let id = 0; id <= 14; id++) expect(recipients.has(id)).toBe(ids.includes(id));
    }),
  ));
