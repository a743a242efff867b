import { describe, expect, test } from 'vitest';
import { Sightings } from '../../../src/client/subscribe/sightings.ts';
import { entryAt } from '../../support/loop-machine.ts';

describe('the channels that were seen', () => {
  test('are those of entries that came for a group or a wildcard, each once', () => {
    const sightings = new Sightings();
    for (const channel of ['n.x', 'n.y', 'n.x']) sightings.note(entryAt(1, channel, { b: 'n.*' }), undefined);
    sightings.note(entryAt(1, 'm', { b: 'g' }), 'g');
    expect([sightings.ofWildcard('n.*'), sightings.ofWildcard('h')]).toEqual([['n.x', 'n.y'], []]);
    expect(['m', 'n.x'].map((channel) => sightings.isInGroup('g', channel))).toEqual([true, false]);
    // A wildcard is no group, whatever its name.
    expect(sightings.isInGroup('n.*', 'n.x')).toBe(false);
  });

  test('are not noted of what came for its channel', () => {
    const sightings = new Sightings();
    sightings.note(entryAt(1, 'a'), undefined);
    sightings.note(entryAt(1, 'a', { b: 'a' }), undefined);
    expect([sightings.ofWildcard('a'), sightings.isInGroup('a', 'a')]).toEqual([[], false]);
  });

  test('are a thousand at the most: then they are noted anew', () => {
    const sightings = new Sightings();
    for (let count = 0; count < 1_000; count++)
      sightings.note(entryAt(1, `n.${count}`, { b: 'n.*' }), undefined);
    expect(sightings.ofWildcard('n.*')).toHaveLength(1_000);
    sightings.note(entryAt(1, 'n.0', { b: 'n.*' }), undefined);
    expect(sightings.ofWildcard('n.*')).toHaveLength(1_000);
    sightings.note(entryAt(1, 'n.1000', { b: 'n.*' }), undefined);
    expect(sightings.ofWildcard('n.*').join()).toBe('n.1000');
  });

  test('can be forgotten', () => {
    const sightings = new Sightings();
    sightings.note(entryAt(1, 'm', { b: 'g' }), 'g');
    sightings.clear();
    expect(sightings.isInGroup('g', 'm')).toBe(false);
  });
});
