/**
 * Plan and merge of 256 shards with 10,000 cells: processor time and memory. The blobs are copies of a real one, of a suite that
 * is run once under four gates. `dist` must be built.
 *
 *     node bench/merge.mjs [shards=256] [cells=10000]
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bar, run } from './measure.mjs';

const [shards = 256, cells = 10_000] = process.argv.slice(2).map(Number);
const GATES = ['plain', 'asan', 'ubsan', 'tsan'];
const bin = fileURLToPath(new URL('../bin/ffi-gates.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-merge-'));
const repo = join(dir, 'repo');
const gates = (...args) => run(process.execPath, [bin, ...args], { cwd: repo, codes: [0] });
const output = (...args) =>
  execFileSync(process.execPath, [bin, ...args], { cwd: repo, maxBuffer: 1 << 30, encoding: 'utf8' });

try {
  cpSync(fileURLToPath(new URL('../test/puppet/repo', import.meta.url)), repo, { recursive: true });
  const suite = (n) =>
    `  - { id: s${n}, binding: c, dir: c, targets: [puppet], with: { sources: [good.c], include: [../native], libs: [puppet] } }\n`;
  const suites = Array.from({ length: cells / GATES.length }, (_, n) => suite(n)).join('');
  writeFileSync(
    join(repo, 'ffi-gates.yaml'),
    `version: 1\ntargets:\n  puppet: { builder: cc, dir: native, sources: [puppet.c], produces: [libpuppet.so] }\nsuites:\n${suites}gates: { ${GATES.map((g) => (g === 'plain' ? 'plain: ' : `${g}: { compilers: [gcc] }`)).join(', ')} }\n`,
  );
  const file = join(dir, 'plan.json');
  const { wall, cpu, peak } = await gates('plan', '--json', '--shards', String(shards));
  console.log(`plan: ${wall.toFixed(1)} s by the clock`);
  bar(`plan of ${cells} cells, processor time`, cpu, 30, ' s');
  bar(`plan of ${cells} cells`, peak, 600, ' MB');
  const plan = JSON.parse(output('plan', '--json', '--shards', String(shards)));
  writeFileSync(file, JSON.stringify(plan));

  // One suite in one shard, for real.
  writeFileSync(join(dir, 'one.json'), output('plan', '--json', '--shards', '1', 's0-*'));
  const one = ['run', '--plan', join(dir, 'one.json'), '--shard', '1/1', '--out', join(dir, 'one')];
  await gates(...one, '--cache', join(dir, 'cache'), '--quiet');
  const [header, ...lines] = readFileSync(join(dir, 'one', 'shard-1-of-1.blob'), 'utf8')
    .trim()
    .split('\n');
  lines.pop();
  // Logs come before the record of their cell.
  const blocks = new Map();
  const rest = [];
  let open = [];
  for (const line of lines) {
    const record = JSON.parse(line);
    open.push(line);
    if (record.kind === 'log') continue;
    if (record.kind === 'cell') blocks.set(record.cell.id, open.join('\n'));
    else rest.push(open.join('\n'));
    open = [];
  }
  let bytes = 0;
  for (const { index, cells: ids } of plan.shards) {
    const own = { ...JSON.parse(header), plan: plan.id, shard: { index, count: plan.shards.length } };
    const lanes = new Set(plan.cells.filter((c) => ids.includes(c.id)).map((c) => c.lane));
    const records = [
      JSON.stringify(own),
      ...[...lanes].map((lane) => blocks.get(`canary-${lane}`)).filter(Boolean),
      ...ids.map((id) => {
        const [name, lane] = [id.slice(0, id.indexOf('-')), id.slice(id.indexOf('-') + 1)];
        return blocks.get(`s0-${lane}`).replaceAll(`s0-${lane}`, `${name}-${lane}`);
      }),
      ...rest,
    ].flatMap((r) => r.split('\n'));
    const end = JSON.stringify({ kind: 'end', records: records.length, ms: 1000, load: 0 });
    const text = `${[...records, end].join('\n')}\n`;
    bytes += text.length;
    mkdirSync(join(dir, 'blobs', String(index)), { recursive: true });
    writeFileSync(join(dir, 'blobs', String(index), `shard-${index}-of-${plan.shards.length}.blob`), text);
  }
  const merged = await gates('merge', join(dir, 'blobs'), '--plan', file, '--out', join(dir, 'merged'));
  console.log(`${(bytes / 1e6).toFixed(0)} MB of blobs, merged in ${merged.wall.toFixed(1)} s by the clock`);
  bar(`merge of ${plan.shards.length} shards, ${cells} cells, processor time`, merged.cpu, 60, ' s');
  bar(`merge of ${plan.shards.length} shards, ${cells} cells`, merged.peak, 1000, ' MB');
  const report = JSON.parse(readFileSync(join(dir, 'merged', 'report.json'), 'utf8'));
  const clean = report.cells.filter((c) => c.role === 'subject' && c.verdict.kind === 'clean').length;
  if (clean !== cells) throw new Error(`${clean} of ${cells} cells are clean in the merged report`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
