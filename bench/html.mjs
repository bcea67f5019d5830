/**
 * The page of 100,000 findings: `node bench/html.mjs [findings=100000]`. Prints figures and whether they meet the limits:
 *
 * - its findings take at most 2 MB, gzipped in the page;
 * - a process that has the report in memory writes the page with at most 400 MB in all;
 * - Chromium paints first in less than 1 s, and the first row stands there soon after.
 *
 * Exit code 1 if a limit is exceeded. `dist` must be built; without Chromium the last limit is skipped.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { manyFindings } from './many-findings.mjs';

const [n = 100_000, out] = process.argv.slice(2).map((a, i) => (i === 0 ? Number(a) : a));
const { html } = await import('../dist/reporters/html/html.js');
const { writeReport } = await import('../dist/reporters/write.js');

// The writer is a process of its own, whose memory is measured.
if (out !== undefined) {
  const report = manyFindings(n);
  const before = process.cpuUsage();
  const unwritten = await writeReport(report, out, { html });
  if (unwritten.length > 0) throw unwritten[0].error;
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ seconds: (user + system) / 1e6, mb: process.resourceUsage().maxRSS / 1024 }));
} else await compare();

async function compare() {
  const bar = (what, value, most, unit) => {
    const kept = value <= most;
    if (!kept) process.exitCode = 1;
    console.log(`${kept ? 'kept  ' : 'MISSED'} ${what}: ${value.toFixed(2)}${unit} (at most ${most}${unit})`);
  };
  const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-bench-'));
  try {
    const self = fileURLToPath(import.meta.url);
    const child = spawnSync(process.execPath, [self, String(n), dir], { encoding: 'utf8' });
    if (child.status !== 0) throw new Error(child.stderr);
    const { seconds, mb } = JSON.parse(child.stdout);
    const page = readFileSync(join(dir, 'index.html'), 'latin1');
    const data = /id="findings-data" data-encoding="gzip">([^<]*)</.exec(page)?.[1] ?? '';
    console.log(`page: ${(page.length / 1e6).toFixed(2)} MB, written with ${seconds.toFixed(1)} s of CPU`);
    bar('findings, gzipped', (data.length * 3) / 4e6, 2, ' MB');
    bar('memory to write', mb, 400, ' MB');
    await paint(join(dir, 'index.html'), bar);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function paint(file, bar) {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    (p) => existsSync(p),
  );
  if (!executablePath) return console.log('skipped: no Chromium');
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector('.finding', { timeout: 120_000 });
    const at = await page.evaluate(() => ({
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity,
      rows: performance.getEntriesByName('findings')[0]?.startTime ?? Infinity,
    }));
    bar('first paint', at.paint / 1000, 1, ' s');
    console.log(`rows: ${(at.rows / 1000).toFixed(2)} s`);
  } finally {
    await browser.close();
  }
}
