import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { html } from '../../src/reporters/html.js';
import type { Report } from '../../src/report.js';
import { manyFindings, sampleReport, useAfterFree } from './sample-report.js';

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
  writeFileSync(path, html(report)[0]?.content ?? '');
  return pathToFileURL(path).href;
};

describe('html text', () => {
  it('keeps hostile text inert without a browser, and has a static page', () => {
    const page = html(hostile())[0]?.content ?? '';
    expect(page).not.toContain('<img src=x');
    expect(page).not.toContain('\u001b');
    expect(page).toContain('<noscript>');
    expect(page).not.toMatch(/\{\{\w+\}\}/);
    expect(page).not.toMatch(/(src|href)="https?:/);
  });

  it('is the same for the same report', () => expect(html(sampleReport())).toEqual(html(sampleReport())));
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

  it('filters 2,000 findings at once', async () => {
    const { page } = await open(manyFindings(2000));
    await page.fill('input', 'f1999');
    expect(await page.locator('#findings .finding:visible').count()).toBe(1);
  }, 60_000);
});
