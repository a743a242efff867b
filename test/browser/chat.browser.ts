import { type Browser, chromium, type Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Child } from '../cli/child.ts';

const soon = { timeout: 20_000 };
let browser: Browser;
beforeEach(async () => {
  const executablePath = process.env['CHROMIUM'];
  if (executablePath === undefined) throw new Error('Run `npm run check:browser`, which finds Chromium.');
  browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
});
afterEach(() => browser.close());

async function chat(port = '0') {
  const child = new Child(['dist/cli/main.js', 'chat', '--port', port]);
  await child.until('stdout', '\n');
  return { child, url: /http:\S+?:\d+/.exec(child.stdout)?.[0] ?? '' };
}

/** A tab, and what its console says. */
async function tab(url: string): Promise<{ readonly page: Page; readonly said: readonly string[] }> {
  const page = await browser.newPage();
  const said: string[] = [];
  page.on('console', (line) => said.push(line.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  await page.goto(url);
  await page.getByText('Connected.').waitFor();
  return { page, said };
}

async function say(page: Page, name: string, text: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Your message').fill(text);
  await page.getByLabel('Your message').press('Enter');
}

const shown = (page: Page) => page.locator('li').allTextContents();

test('two tabs talk, and what they say is text', async () => {
  const { url } = await chat();
  const [ann, bob] = [await tab(url), await tab(url)];
  await say(ann.page, 'ann', '<img src=x onerror="document.title=1">');
  await say(bob.page, '<script>', 'javascript:alert(1)');
  const expected = ['ann: <img src=x onerror="document.title=1">', '<script>: javascript:alert(1)'];
  for (const { page, said } of [ann, bob]) {
    await expect.poll(() => shown(page), soon).toEqual(expected);
    expect(await page.locator('#messages img, #messages script').count()).toBe(0);
    expect(await page.title()).toBe('Chat');
    // Neither an error nor a breach of the policy.
    expect(said).toEqual([]);
  }
});

test('a tab survives a restart, and says what was not sent', async () => {
  const first = await chat();
  const { page } = await tab(first.url);
  await say(page, 'ann', 'before');
  await expect.poll(() => shown(page), soon).toEqual(['ann: before']);
  first.child.process.kill('SIGTERM');
  expect(await first.child.ended).toBe(0);
  await page.getByText('trying again').waitFor();
  await say(page, 'ann', 'lost');
  await page.getByText('Not sent.').waitFor();
  expect(await page.getByLabel('Your message').inputValue()).toBe('lost');
  await chat(new URL(first.url).port);
  await page.getByText('Connected.').waitFor();
  await say(page, 'ann', 'after');
  await expect.poll(() => shown(page), soon).toEqual(['ann: before', 'ann: after']);
});

test('markup that got into the page would not be taken for any', async () => {
  const { url } = await chat();
  const { page } = await tab(url);
  const attempt = page.evaluate(() => {
    document.body.innerHTML = '<img src="/nothing" onerror="document.title = 1">';
  });
  await expect(attempt).rejects.toThrow('TrustedHTML');
  expect(await page.title()).toBe('Chat');
});
