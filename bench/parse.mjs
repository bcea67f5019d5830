/**
 * The cost of `parse`, compared with `grep` over the same file in the same run. Prints figures and whether they meet the
 * limits:
 *
 *     node bench/parse.mjs [megabytes=1024] [rounds=3] [kilobytes between reports=256]
 *
 * - a mixed log: at most 3.5 times `grep -cE 'ERROR: |WARNING: |== '`, at most 120 MB of memory;
 * - Valgrind XML of half that size: at most 3 times `xmllint --stream`, and 12 s for 512 MB;
 * - 100,000 findings: fingerprinted and merged in at most 3 s of CPU;
 * - start-up on an empty log: at most 4 times `node -e 0`.
 *
 * Rounds alternate, and medians are compared. Exit code 1 if a limit is exceeded. `dist` must be built.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { found, prettyPrinter } from '../dist/cli/parse/print.js';
import { parseText } from '../dist/parsers/index.js';
import { bar, MB, median, run } from './measure.mjs';

const [megabytes = 1024, rounds = 3, between = 256] = process.argv.slice(2).map(Number);
const bin = fileURLToPath(new URL('../bin/ffi-gates.js', import.meta.url));
const captured = fileURLToPath(new URL('../test/logs', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-bench-'));

/** Writes parts until the file has the given size. */
const fill = (name, size, head, part, tail) => {
  const path = join(dir, name);
  const fd = openSync(path, 'w');
  let written = writeSync(fd, head);
  for (let i = 0; written < size; i++) written += writeSync(fd, part(i));
  writeSync(fd, tail);
  closeSync(fd);
  return path;
};

/** The yardstick for XML, installed where that is possible; undefined otherwise. */
const xmllint = () => {
  const isHere = () => spawnSync('xmllint', ['--version']).status === 0;
  if (!isHere() && process.getuid?.() === 0) spawnSync('apt-get', ['install', '-y', 'libxml2-utils']);
  return isHere() ? 'xmllint' : undefined;
};

const parse = (...args) => run(process.execPath, [bin, 'parse', ...args]);

/** Ordinary output of builds and tests, without randomness, so that every run gets the same file. */
const MODULES = ['net', 'core', 'database', 'views', 'codec'];
const ordinary = (n) => {
  const r = Math.imul(n, 2654435761) >>> 0;
  const m = MODULES[n % MODULES.length];
  const time = `2026-01-01T${String(n % 24).padStart(2, '0')}:00:${String(n % 60).padStart(2, '0')}.0000000Z`;
  return [
    `${time} [INFO] ${m}: request ${r} served in ${r % 977} ms\n`,
    `make[2]: Entering directory '/build/src/${m}/obj${n % 300}'\n`,
    `cc -O2 -g -Wall -Wextra -Iinclude -c src/${m}/file_${n % 4000}.c -o build/${m}/file_${n % 4000}.o\n`,
    `test_${m}_${n % 5000} (tests.test_${m}.Test${m}) ... ok\n`,
    `=== RUN   TestStore/${m}/case_${r % 100}\n--- PASS: TestStore/${m}/case_${r % 100} (0.0${r % 10}s)\n`,
    `[${n % 100}%] Building C object CMakeFiles/${m}.dir/src/part${n % 777}.c.o\n`,
    `test ${m}::case_${n % 900} ... ok\n`,
    `src/${m}/file_${n % 4000}.c:${r % 900}:${r % 70}: note: expanded from macro 'CHECK'\n`,
    `{"level":"info","ts":${1767225600 + (n % 86400)},"msg":"connected","peer":"10.0.${r % 255}.7"}\n`,
  ][r % 9];
};
const reports = readdirSync(captured)
  .flatMap((tool) => readdirSync(join(captured, tool)).map((name) => join(captured, tool, name)))
  .filter((path) => path.endsWith('.log'))
  .map((path) => readFileSync(path, 'utf8'));
/**
 * Ordinary output and one captured report: 4096 reports per gigabyte, every third with a CI system's prefix.
 */
const stretch = (i) => {
  let text = '';
  for (let n = i * 4000; text.length < between * 1024; n++) text += ordinary(n);
  const report = reports[i % reports.length];
  return text + (i % 3 === 0 ? report.replace(/^/gm, '2026-01-01T00:00:00.0000000Z ') : report) + '\n';
};

try {
  const stretches = Array.from({ length: 128 }, (_, i) => stretch(i));
  const mixed = fill('mixed.log', megabytes * MB, '', (i) => stretches[i % stretches.length], '');
  const ratios = [];
  for (let i = 0; i < rounds; i++) {
    const grep = await run('grep', ['-cE', 'ERROR: |WARNING: |== ', mixed]);
    const ours = await parse('--jsonl', mixed);
    ratios.push({ ratio: ours.wall / grep.wall, peak: ours.peak });
    console.log(
      `       ${megabytes} MB mixed: grep ${grep.wall.toFixed(2)} s, parse ${ours.wall.toFixed(2)} s (${ours.cpu.toFixed(2)} s CPU)`,
    );
  }
  bar(`${megabytes} MB mixed log, times grep`, median(ratios.map((r) => r.ratio)), 3.5, '');
  bar(`${megabytes} MB mixed log, memory`, Math.max(...ratios.map((r) => r.peak)), 120, ' MB');
  rmSync(mixed);

  const text = readFileSync(join(captured, 'memcheck/heap.xml'), 'utf8');
  const [from, to] = [text.indexOf('<error>'), text.lastIndexOf('</error>') + '</error>'.length];
  const errors = (i) =>
    `${text.slice(from, to).replace(/<unique>0x/g, `<unique>0x${(i + 1).toString(16)}`)}\n`;
  const half = megabytes / 2;
  const xml = fill('big.xml', half * MB, text.slice(0, from), errors, text.slice(to));
  const lint = xmllint();
  const streams = [];
  for (let i = 0; i < rounds; i++) {
    const theirs = lint && (await run(lint, ['--stream', '--noout', xml], { codes: [0] }));
    const ours = await parse('--jsonl', xml);
    streams.push({ ours, ratio: theirs && ours.wall / theirs.wall });
    console.log(
      `       ${half} MB of Valgrind XML: xmllint ${theirs?.wall.toFixed(2) ?? '-'} s, parse ${ours.wall.toFixed(2)} s (${ours.cpu.toFixed(2)} s CPU)`,
    );
  }
  bar(`${half} MB of Valgrind XML`, median(streams.map((r) => r.ours.wall)), (12 * half) / 512, ' s');
  bar(`${half} MB of Valgrind XML, memory`, Math.max(...streams.map((r) => r.ours.peak)), 200, ' MB');
  if (lint) bar(`${half} MB of Valgrind XML, times xmllint`, median(streams.map((r) => r.ratio)), 3, '');
  else console.log('SKIPPED xmllint: it is not here and could not be installed');
  rmSync(xml);

  const diagnostics = reports.flatMap((r) => parseText(r).diagnostics);
  const renamed = (s, n) => {
    const made = structuredClone(s);
    for (const k of made.stacks)
      for (const f of k.frames) if (f.function !== undefined) f.function += `_${n}`;
    return made;
  };
  const printer = prettyPrinter((_, t) => t);
  let folding = 0;
  for (let n = 0; n < 100; n++) {
    const many = Array.from({ length: 1000 }, (_, i) => renamed(diagnostics[i % diagnostics.length], n));
    const before = process.cpuUsage();
    for (const s of many) printer.finding(found('log', s));
    const { user, system } = process.cpuUsage(before);
    folding += (user + system) / 1e6;
  }
  bar('100,000 findings fingerprinted and folded', folding, 3, ' s of CPU');

  const empty = fill('empty.log', 0, '', () => '', '');
  const starts = [];
  for (let i = 0; i < rounds * 5; i++) {
    const node = await run(process.execPath, ['-e', '0']);
    starts.push((await parse('--jsonl', empty)).wall / node.wall);
  }
  bar('start-up on an empty log, times node -e 0', median(starts), 4, '');
} finally {
  rmSync(dir, { recursive: true, force: true });
}
