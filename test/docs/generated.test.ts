import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { generatedPages } from '../../scripts/docs-all.ts';
import { EVENTS, NOW, STATES } from '../../scripts/docs-loop-cases.ts';
import { linkTo, OPERATIONS } from '../../scripts/docs-operations.ts';
import { readProjectFile, rendered, table } from '../../scripts/docs-page.ts';
import { ERROR_KINDS } from '../../src/client/errors/codes.ts';
import { IDLE } from '../../src/client/subscribe/state.ts';
import { PNStatusCategory } from '../../src/protocol/status.ts';
import { blocksOf } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const pages = await generatedPages();
const codes = Object.keys(ERROR_KINDS);

describe('the generated parts of the documentation', () => {
  it.each(pages.map((page) => ({ name: page.path, page })))('of $name are up to date', ({ page }) => {
    expect(rendered(page) === readProjectFile(page.path), 'run: npx node scripts/docs-write.ts').toBe(true);
  });

  it('are refused by a page that has no place for them', () => {
    const page = { path: 'README.md', sections: { nothing: '' } };
    expect(() => rendered(page)).toThrow('README.md lacks the markers');
  });

  it('escape bars in tables', () => expect(table(['a'], [['x | y']])).toContain('x \\| y'));
});

describe('the page of the subscribe loop', () => {
  it('shows every state of the machine', () => {
    const shown = new Set(STATES.map(({ state }) => state.phase.name));
    expect([...shown].sort()).toEqual([
      'failed',
      'handshaking',
      'hidden',
      'idle',
      'receiving',
      'stopped',
      'waiting',
    ]);
  });

  it('tries every kind of event', () => {
    const types = STATES.flatMap(({ state }) => EVENTS.map(({ make }) => make(state, NOW)?.type));
    expect([...new Set(types)].filter((type) => type !== undefined).sort()).toEqual([
      'closed',
      'delivered',
      'demandChanged',
      'disconnectRequested',
      'filterChanged',
      'networkChanged',
      'pageChanged',
      'pollFailed',
      'polled',
      'reconnectRequested',
      'timerFired',
      'tokenChanged',
      'tokenRenewed',
      'woke',
    ]);
  });

  it('begins with the state that the loop begins with', () => expect(STATES[0]?.state).toBe(IDLE));
});

describe('the error pages', () => {
  it('are there for every code, and for nothing else', () => {
    const files = globSync('docs/reference/errors/PN-*.md', { cwd: ROOT });
    expect(files.map((file) => file.slice(-'PN-0000.md'.length, -'.md'.length)).sort()).toEqual(codes);
  });

  it.each(codes)('of %s has an example that checks for this code', (code) => {
    const path = `docs/reference/errors/${code}.md`;
    const examples = blocksOf(path, readProjectFile(path)).filter((block) => block.flags.length === 0);
    expect(examples.map((block) => block.code).join('\n')).toContain(`assert.equal(error.code, '${code}')`);
  });

  it.each(codes)('of %s says what happened, why, and what to do', (code) => {
    const text = readProjectFile(`docs/reference/errors/${code}.md`);
    for (const heading of ['What happened', 'Why', 'What to do', 'Example'])
      expect(text).toMatch(new RegExp(`^## ${heading}\\n\\n\\S`, 'm'));
  });
});

describe('the reference', () => {
  it('has every operation of the catalogue', () => {
    for (const name of Object.keys(OPERATIONS)) {
      const [page = ''] = linkTo(name).split('#');
      expect(readProjectFile(`docs/reference/${page}`)).toMatch(new RegExp(`^## ${name}$`, 'm'));
    }
  });

  it('names every status category', () => {
    const text = readProjectFile('docs/reference/protocol.md');
    for (const category of Object.values(PNStatusCategory)) expect(text).toContain(`\`${category}\``);
  });

  const cited = citations();

  it('is cited by the source', () => expect(cited.length).toBeGreaterThan(20));

  it.each(cited)('has what $file cites: $page, "$heading"', ({ page, heading }) => {
    const text = readProjectFile(page);
    if (heading !== undefined) expect(text).toMatch(new RegExp(`^#+ ${heading}$`, 'm'));
  });
});

// `docs/reference/protocol.md, "Names"` in a comment of the source.
function citations() {
  return globSync('src/**/*.ts', { cwd: ROOT }).flatMap((file) =>
    [...readProjectFile(file).matchAll(/(docs\/[\w/-]+\.md)(?:, "([^"]+)")?/g)].map(
      ([, page = '', heading]) => ({ file, page, heading }),
    ),
  );
}
