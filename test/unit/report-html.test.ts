import { filesOf } from '../../src/reporters/write.js';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { html } from '../../src/reporters/html/html.js';
import type { Frame, Stack } from '../../src/model/diagnostic.js';
import type { Report } from '../../src/model/report.js';
import { manyFindings, sampleReport, useAfterFree } from '../helpers/sample-report.js';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) =>
  existsSync(p),
);
if (!CHROMIUM)
  console.warn('SKIPPED: no chromium on this machine, the HTML report was not opened in a browser');

const HOSTILE = '</script><img src=x onerror="window.pwned=1">\u001b[31mred\u001b[0m\u202e';

const hostile = (): Report => {
  const report = sampleReport();
  return {
    ...report,
    matrix: HOSTILE,
    findings: [{ ...useAfterFree, message: HOSTILE, fingerprint: 'bad', repro: HOSTILE }, ...report.findings],
  };
};

const write = (report: Report): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'report-')), 'index.html');
  writeFileSync(path, filesOf(report, html)[0]?.content ?? '');
  return pathToFileURL(path).href;
};

describe('html text', () => {
  it('keeps hostile text inert without a browser, and has a static page', () => {
    const page = filesOf(hostile(), html)[0]?.content ?? '';
    expect(page).not.toContain('<img src=x');
    expect(page).not.toContain('\u001b');
    expect(page).toContain('<noscript>');
    expect(page).not.toMatch(/\{\{\w+\}\}/);
    expect(page).not.toMatch(/(src|href)="https?:/);
  });

  it('is the same for the same report', () =>
    expect(filesOf(sampleReport(), html)).toEqual(filesOf(sampleReport(), html)));
});

describe.skipIf(!CHROMIUM)('html in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: CHROMIUM ?? '',
      args: ['--no-sandbox', '--disable-gpu'],
    });
  }, 60_000);
  afterAll(() => browser.close());

  const open = async (report: Report, hash = '') => {
    const page = await browser.newPage();
    const trouble: string[] = [];
    page.on('console', (m) => trouble.push(m.text()));
    page.on('pageerror', (e) => trouble.push(e.message));
    page.on('request', (r) => !r.url().startsWith('file:') && trouble.push(r.url()));
    await page.goto(write(report) + hash);
    await page.waitForSelector('.hero', { timeout: 15_000 });
    return { page, trouble };
  };

  it('says whose lines a stack of the host holds and what they did, and folds those of its runtime', async () => {
    const frames: Frame[] = [
      { kind: 'source', function: '<anonymous>', file: 'test/ledger.test.js', line: 58 },
      { kind: 'source', function: 'runInAsyncScope', file: 'node:async_hooks', line: 206 },
      { kind: 'source', function: 'run', file: '/p/node_modules/runner/run.js', line: 3 },
    ];
    const stack: Stack = { role: 'managed', host: 'node', title: 'where the block was freed', frames };
    const finding = { ...useAfterFree, fingerprint: 'mixed', stacks: [...useAfterFree.stacks, stack] };
    const { page, trouble } = await open({ ...sampleReport(), findings: [finding] }, '#f=mixed');
    const shown = await page.locator('.finding[open] .stack.managed').innerText();
    expect(shown).toContain('JavaScript stack where the block was freed');
    expect(shown).toContain('test/ledger.test.js:58');
    expect(shown).toContain('2 runtime frames');
    expect(shown).not.toContain('runInAsyncScope');
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('renders offline, filters and follows links', async () => {
    const { page, trouble } = await open(sampleReport(), '#f=8d31c0ffee12');
    expect(await page.locator('.finding[open]').count()).toBe(1);
    expect(await page.locator('.finding[open] .stack').count()).toBe(3);
    await page.keyboard.press('/');
    await page.keyboard.type('gate:tsan');
    expect(await page.locator('#findings .finding:visible').count()).toBe(1);
    await page.goto(`${page.url().split('#')[0]}#c=ledger-py_cmake-asan`);
    expect(await page.locator('.panel').innerText()).toContain('_ledger_accel.so');
    expect(trouble).toEqual([]);
  }, 60_000);

  it('shows hostile text as text', async () => {
    const { page, trouble } = await open(hostile(), '#f=bad');
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(await page.locator('.finding[open] .message').innerText()).toContain('<img src=x');
    expect(trouble).toEqual([]);
  }, 60_000);

  it('makes way for the panel of a cell, and closes it by key', async () => {
    const { page, trouble } = await open(sampleReport());
    await page.setViewportSize({ width: 1400, height: 900 });
    await page.locator('button.cell').first().click();
    const panel = await page.locator('.panel').boundingBox();
    const matrix = await page.locator('#matrix').boundingBox();
    expect(matrix!.x + matrix!.width).toBeLessThanOrEqual(panel!.x);
    await page.keyboard.press('Escape');
    expect(await page.locator('.panel').isVisible()).toBe(false);
    expect((await page.locator('#matrix').boundingBox())!.width).toBeGreaterThan(matrix!.width);
    // Where there is no room beside the page the panel covers the bar too, and its close button stays in reach.
    await page.setViewportSize({ width: 700, height: 900 });
    await page.locator('button.cell').first().click();
    await page.locator('.panel header button').click();
    expect(await page.locator('.panel').isVisible()).toBe(false);
    expect(trouble).toEqual([]);
  }, 60_000);

  it('moves by j and k, opens by Enter, and keeps its place in the address', async () => {
    const { page } = await open(sampleReport());
    const current = () => page.locator('.finding.current').getAttribute('id');
    await page.keyboard.press('j');
    const first = await current();
    await page.keyboard.press('j');
    expect(await current()).not.toBe(first);
    await page.keyboard.press('k');
    expect(await current()).toBe(first);
    expect(page.url()).toContain(`#f=${first?.replace('f-', '')}`);
    await page.keyboard.press('Enter');
    await page.locator('.finding.current[open] .stack').first().waitFor({ timeout: 15_000 });
  }, 60_000);

  it('chips choose by verdict', async () => {
    const { page } = await open(sampleReport());
    const all = await page.locator('#findings .finding:visible').count();
    const chip = page.locator('.chips button[data-status=hazard]');
    await chip.click();
    expect(await chip.getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator('#findings .finding:visible').count()).toBeLessThanOrEqual(all);
    expect(await page.locator('button.cell.dim[data-kind=hazard]').count()).toBe(0);
    expect(await page.locator('button.cell.dim').count()).toBeGreaterThan(0);
    await chip.click();
    expect(await page.locator('#findings .finding:visible').count()).toBe(all);
  }, 60_000);

  it('copies a command', async () => {
    const { page } = await open(sampleReport(), '#f=8d31c0ffee12');
    // The word stands there for a moment only: waiting begins before the click.
    const said = page
      .locator('.finding[open] button.copy', { hasText: 'copied' })
      .waitFor({ timeout: 15_000 });
    await page.locator('.finding[open] button.copy').first().click();
    await said;
  }, 60_000);

  it('is light, dark by the system or by choice, and always light on paper', async () => {
    const { page } = await open(sampleReport());
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.locator('button.theme').click();
    expect(await ground()).toBe(light);
    await page.locator('button.theme').click();
    expect(await ground()).toBe(dark);
    await page.emulateMedia({ colorScheme: 'dark', media: 'print' });
    expect(await ground()).toBe('rgb(255, 255, 255)');
  }, 60_000);

  it('on paper shows what is to be fixed with its stacks, and no buttons', async () => {
    const { page } = await open(sampleReport());
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.finding[open] .stack').count()).toBeGreaterThan(0);
    expect(
      await page
        .locator('.top, .copy:visible, .keys:visible, .chips:visible')
        .evaluateAll((n) => n.filter((e) => e.checkVisibility()).length),
    ).toBe(0);
    await page.evaluate("window.dispatchEvent(new Event('afterprint'))");
    expect(await page.locator('.finding[open]').count()).toBe(0);
  }, 60_000);

  it('without scripts says the same in tables', async () => {
    const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await page.goto(write(sampleReport()));
    const text = await page.locator('body').innerText();
    for (const c of sampleReport().cells) expect(text).toContain(c.id);
    expect(await page.locator('table').count()).toBeGreaterThan(2);
  }, 60_000);

  it('of many findings makes the rows near the window only, and all when asked', async () => {
    const n = 3000;
    const { page, trouble } = await open(manyFindings(n), `#f=${(2500).toString(16).padStart(12, '0')}`);
    const rows = () => page.locator('#findings .finding').count();
    const status = () => page.locator('#findings [role=status]').innerText();
    // A link reaches a row in the middle, which opens.
    await page.locator('.finding.current[open] .stack').first().waitFor({ timeout: 60_000 });
    expect(await page.locator('.finding.current').innerText()).toContain('variant 2500');
    expect(await rows()).toBeLessThan(n / 2);
    // Scrolled away from and back to, it is made again, and still open and current.
    await page.evaluate('scrollTo(0, 0)');
    await page.locator('.finding.current').waitFor({ state: 'detached', timeout: 60_000 });
    await page.keyboard.press('j');
    expect(await page.locator('.finding.current').innerText()).not.toContain('variant 2500');
    await page.evaluate(`location.hash = '#f=${(2500).toString(16).padStart(12, '0')}'`);
    await page.locator('.finding.current[open] .stack').first().waitFor({ timeout: 60_000 });
    // Words, places and negations reach rows that were never made.
    for (const [words, found] of [
      ['f2999', 1],
      ['gen7.c:2918', 1],
      ['variant', n],
      ['variant -gate:asan', 0],
      ['is:open -variant', 3],
    ] as const) {
      await page.fill('input', words);
      expect(await status(), words).toContain(`${found} of `);
    }
    await page.fill('input', '');
    await page.locator('button.show-all').click();
    await page.locator('.partial', { hasText: 'All rows are there' }).first().waitFor({ timeout: 120_000 });
    expect(await rows()).toBe(n + sampleReport().findings.length);
    expect(trouble).toEqual([]);
  }, 240_000);

  it('on paper shows the first of many findings with their stacks, and no gap for the others', async () => {
    const { page } = await open(manyFindings(1500));
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#findings .finding[open]').count()).toBe(500);
    expect(
      await page.locator('#findings .block:empty').evaluateAll((b) => b.filter((x) => x.checkVisibility())),
    ).toEqual([]);
  }, 120_000);

  it('filters 2,000 findings at once', async () => {
    const { page } = await open(manyFindings(2000));
    await page.fill('input', 'f1999');
    expect(await page.locator('#findings .finding:visible').count()).toBe(1);
  }, 60_000);
});
