/**
 * What dividing costs: four shards one after another, with their merge, against one run of the same cells. Alternately, warm (all
 * is built) and cold (each side builds in an empty directory). `dist` must be built.
 *
 *     node bench/shards.mjs [matrix=matrices/smoke.yaml] [shards=4] [rounds=3]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bar, median, run } from './measure.mjs';

const [matrix = fileURLToPath(new URL('../matrices/smoke.yaml', import.meta.url)), count = 4, rounds = 3] =
  process.argv.slice(2);
const shards = Number(count);
const bin = fileURLToPath(new URL('../bin/ffi-gates.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-shards-'));
const at = (...names) => join(dir, ...names);
const gates = (...args) => run(process.execPath, [bin, ...args, '--matrix', matrix], { codes: [0] });

const whole = (cache) => gates('run', '--out', at('whole'), '--cache', cache, '--quiet');
const divided = async (cache) => {
  const blobs = at('blobs');
  rmSync(blobs, { recursive: true, force: true });
  let wall = 0;
  for (let i = 1; i <= shards; i++) {
    const out = join(blobs, String(i));
    const part = ['--plan', at('plan.json'), '--shard', `${i}/${shards}`];
    wall += (await gates('run', ...part, '--out', out, '--cache', cache, '--quiet')).wall;
  }
  const merge = await gates('merge', blobs, '--plan', at('plan.json'), '--out', at('merged'));
  return { wall: wall + merge.wall };
};

try {
  mkdirSync(at('warm'));
  await whole(at('warm'));
  const estimates = ['--estimates', at('whole', 'report.json')];
  const plan = ['plan', '--json', '--shards', String(shards), ...estimates, '--matrix', matrix];
  writeFileSync(at('plan.json'), execFileSync(process.execPath, [bin, ...plan]));
  for (const how of ['warm', 'cold']) {
    const [one, many] = [[], []];
    const cacheOf = (side, i) => (how === 'warm' ? at('warm') : at(`cold-${side}-${i}`));
    for (let i = 0; i < Number(rounds); i++) {
      const sides = [
        async () => one.push((await whole(cacheOf('one', i))).wall),
        async () => many.push((await divided(cacheOf('many', i))).wall),
      ];
      // Who comes second finds a warmer machine.
      for (const side of i % 2 === 0 ? sides : sides.toReversed()) await side();
    }
    const [a, b] = [median(one), median(many)];
    console.log(
      `${how}: one run ${a.toFixed(1)} s, ${shards} shards and their merge ${b.toFixed(1)} s; each round ${many.map((m, i) => (m / one[i]).toFixed(2)).join(', ')}`,
    );
    bar(`${how}: ${shards} shards against one run`, median(many.map((m, i) => m / one[i])), 1.15, ' ×');
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
