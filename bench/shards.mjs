/**
 * What dividing costs: four shards one after another, with their merge, against one run of the same cells on this machine. Alternately,
 * both sides with the same state of caches:
 *
 *     warm      all is built, and all lanes were proven within the day
 *     cold      each side begins with an empty directory of builds, which its shards share
 *     machines  all is built, and nothing proven: each shard proves its lanes, as shards on machines of their own do. No bar: a proof
 *               holds for one machine
 *
 * By the clock, and in seconds of processor time with all that was started, which tells the same on a machine that others use. `dist`
 * must be built. With selectors, only those cells.
 *
 *     node bench/shards.mjs [matrix=matrices/smoke.yaml] [shards=4] [rounds=3] [warm,cold,machines] [selector…]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bar, median } from './measure.mjs';

const [
  matrix = fileURLToPath(new URL('../matrices/smoke.yaml', import.meta.url)),
  count = 4,
  rounds = 3,
  states = 'warm,cold,machines',
  ...selectors
] = process.argv.slice(2);
const shards = Number(count);
const bin = fileURLToPath(new URL('../bin/ffi-gates.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-shards-'));
const at = (...names) => join(dir, ...names);
/** Runs to the end. Seconds by the clock, and of the processor: those of the shell's children, and of theirs. */
const gates = (...args) => {
  const argv = ['-c', '"$@"; code=$?; times >&2; exit $code', 'bash', process.execPath, bin];
  const begun = performance.now();
  const ran = spawnSync('bash', [...argv, ...args, '--matrix', matrix], { encoding: 'utf8' });
  const wall = (performance.now() - begun) / 1000;
  if (![0, 1, 4, 6].includes(ran.status))
    throw new Error(`${args.slice(0, 4).join(' ')}: ${ran.status} ${ran.stdout}${ran.stderr}`);
  const [children] = ran.stderr.trimEnd().split('\n').slice(-1);
  const times = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => 60 * m + Number(s));
  return { wall, cpu: times[0] + times[1], code: ran.status };
};

/** On a machine of its own nothing was proven. */
const forget = (cache) => rmSync(join(cache, 'proofs'), { recursive: true, force: true });
const whole = (cache, apart) => {
  if (apart) forget(cache);
  return gates('run', ...selectors, '--out', at('whole'), '--cache', cache, '--quiet');
};
const divided = (cache, apart) => {
  const blobs = at('blobs');
  rmSync(blobs, { recursive: true, force: true });
  const parts = Array.from({ length: shards }, (_, i) => {
    if (apart) forget(cache);
    const part = ['--plan', at('plan.json'), '--shard', `${i + 1}/${shards}`];
    return gates('run', ...part, '--out', join(blobs, `${i + 1}`), '--cache', cache, '--quiet');
  });
  const merge = gates('merge', blobs, '--plan', at('plan.json'), '--out', at('merged'));
  parts.push(merge);
  const sum = (of) => parts.reduce((all, p) => all + p[of], 0);
  return { wall: sum('wall'), cpu: sum('cpu'), code: merge.code };
};

try {
  mkdirSync(at('warm'));
  whole(at('warm'));
  const estimates = ['--estimates', at('whole', 'report.json')];
  const plan = ['plan', ...selectors, '--json', '--shards', String(shards), ...estimates, '--matrix', matrix];
  writeFileSync(at('plan.json'), execFileSync(process.execPath, [bin, ...plan]));
  for (const how of states.split(',')) {
    const [one, many] = [[], []];
    const apart = how === 'machines';
    const cacheOf = (side, i) => (how === 'cold' ? at(`cold-${side}-${i}`) : at('warm'));
    if (how === 'warm') whole(at('warm'));
    for (let i = 0; i < Number(rounds); i++) {
      const sides = [
        () => one.push(whole(cacheOf('one', i), apart)),
        () => many.push(divided(cacheOf('many', i), apart)),
      ];
      // Who comes second finds a warmer machine.
      for (const side of i % 2 === 0 ? sides : sides.toReversed()) side();
      const ended = [one, many].map((side) => side.at(-1).code);
      if (ended[0] !== ended[1]) throw new Error(`the run ends with ${ended[0]}, the merge with ${ended[1]}`);
    }
    for (const [of, name] of [
      ['cpu', 'processor time'],
      ['wall', 'by the clock'],
    ]) {
      const ratios = many.map((m, i) => m[of] / one[i][of]);
      const [a, b] = [one, many].map((side) => median(side.map((r) => r[of])));
      console.log(
        `${how}, ${name}: one run ${a.toFixed(1)} s, ${shards} shards and their merge ${b.toFixed(1)} s; each round ${ratios.map((r) => r.toFixed(2)).join(', ')}`,
      );
      if (!apart) bar(`${how}, ${name}: ${shards} shards against one run`, median(ratios), 1.15, ' ×');
    }
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
