/**
 * The cost of `parse`, compared with `grep` over the same file in the same run. Prints figures and whether they meet the
 * limits:
 *
 *     node bench/parse.mjs [megabytes=1024] [rounds=3] [kilobytes between reports=256]
 *
 * - a mixed log: at most 6 times `grep -cE 'ERROR: |WARNING: |== '`, at most 200 MB of memory;
 * - Valgrind XML of half that size: at most 250 MB of memory;
 * - 100,000 findings: fingerprinted and merged in at most 3 s of CPU;
 * - start-up on an empty log: at most 4 times `node -e 0`.
 *
 * Rounds alternate, and medians are compared. Exit code 1 if a limit is exceeded. `dist` must be built.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { found, prettyPrinter } from '../dist/cli/parse/print.js';
import { parseText } from '../dist/parsers/index.js';

const [megabytes = 1024, rounds = 3, between = 256] = process.argv.slice(2).map(Number);
const bin = fileURLToPath(new URL('../bin/ffi-gates.js', import.meta.url));
const captured = fileURLToPath(new URL('../test/logs', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-bench-'));
const MB = 1 << 20;

const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
const bar = (what, value, most, unit) => {
  const kept = value <= most;
  if (!kept) process.exitCode = 1;
  console.log(`${kept ? 'kept  ' : 'MISSED'} ${what}: ${value.toFixed(2)}${unit} (at most ${most}${unit})`);
};

/**
 * Runs to the end and discards the output. Returns seconds by the clock and of CPU, and for node the peak
 * memory in MB.
 */
const run = (file, args) =>
  new Promise((resolve, reject) => {
    const tell =
      // Not maxRSS: that of a child starts with its parent's.
      'data:text/javascript,import fs from "node:fs";process.on("exit",()=>{const u=process.resourceUsage();' +
      'const peak=/VmHWM:\\s*(\\d+)/.exec(fs.readFileSync("/proc/self/status","latin1"))[1];' +
      'console.error("usage",peak,u.userCPUTime+u.systemCPUTime)})';
    const argv = file === process.execPath ? ['--import', tell, ...args] : args;
    const began = performance.now();
    // Not /dev/null: grep would stop at the first match.
    const child = spawn(file, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.resume();
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (t) => (err += t));
    child.on('error', reject);
    child.on('close', (code) => {
      const [, kilobytes, cpu] = /usage (\d+) (\d+)/.exec(err) ?? [];
      if (![0, 1, 6].includes(code)) reject(new Error(`${file} ${args.join(' ')}: ${code} ${err}`));
      else
        resolve({
          wall: (performance.now() - began) / 1000,
          peak: Number(kilobytes) / 1024,
          cpu: Number(cpu) / 1e6,
        });
    });
  });

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
  bar(`${megabytes} MB mixed log, times grep`, median(ratios.map((r) => r.ratio)), 6, '');
  bar(`${megabytes} MB mixed log, memory`, Math.max(...ratios.map((r) => r.peak)), 200, ' MB');
  rmSync(mixed);

  const text = readFileSync(join(captured, 'memcheck/heap.xml'), 'utf8');
  const [from, to] = [text.indexOf('<error>'), text.lastIndexOf('</error>') + '</error>'.length];
  const errors = (i) =>
    `${text.slice(from, to).replace(/<unique>0x/g, `<unique>0x${(i + 1).toString(16)}`)}\n`;
  const half = megabytes / 2;
  const xml = fill('big.xml', half * MB, text.slice(0, from), errors, text.slice(to));
  const ours = await parse('--jsonl', xml);
  console.log(`       ${half} MB of Valgrind XML: ${ours.wall.toFixed(2)} s (${ours.cpu.toFixed(2)} s CPU)`);
  bar(`${half} MB of Valgrind XML, memory`, ours.peak, 250, ' MB');
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
