/**
 * Fuzzes parsers, writers and the reader of matrices for a while: `npm run fuzz -- 10m [--seed N] [--logs DIR] [--out DIR]`.
 *
 * A quarter of the rounds take a captured log (of test/logs, or of DIR), change it as real life might (see mutate.mjs), or make
 * bytes up, and check the laws of laws.mjs. A quarter paste one, in one of the ways of paste.mjs; breaks in those that do not
 * hold yet are counted, not failures. Every fourth makes a hostile text up, gives it to every writer, and has what they
 * wrote read by a strict reader of its format (see writers.mjs). Every fourth changes a matrix (see matrices.mjs). The seed is
 * printed; with it a run repeats its rounds exactly. An input that breaks a law is made as small as it can be while it breaks
 * the same law (matrices are kept as they are), and written to DIR (default `.ffi-gates/fuzz`). Exit code 1 then.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { HOSTILE } from './hostile.mjs';
import { broken } from './laws.mjs';
import * as matrices from './matrices.mjs';
import { brokenPaste, NOT_YET, PASTES } from './paste.mjs';
import { CHANGES, mutate } from './mutate.mjs';
import { brokenWriter, WRITERS } from './writers.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = (path) => import(join(root, 'dist', path));
const parsers = {
  ...(await dist('parsers/index.js')),
  ...(await dist('parsers/log.js')),
  ...(await dist('parsers/engine/table.js')),
  ...(await dist('model/hazards.js')),
  ...(await dist('model/function-name.js')),
  ...(await dist('cli/parse/identity.js')),
};
const writers = Object.assign(
  { ...(await dist('reporters/index.js')).REPORTERS },
  ...(await Promise.all(
    [
      'cli/parse/junit.js',
      'cli/parse/print.js',
      'reporters/terminal/console.js',
      'reporters/terminal/progress.js',
      'reporters/terminal/summary.js',
      'reporters/write.js',
    ].map(dist),
  )),
);

const product = {
  ...(await dist('config/matrix.js')),
  ...(await dist('model/failure.js')),
  ...(await dist('model/duration.js')),
  ...(await dist('plan/plan.js')),
  ...(await dist('builders/index.js')),
  ...(await dist('execute/attempt.js')),
  host: await (await dist('host/probe.js')).probeHost(),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    logs: { type: 'string', default: join(root, 'test/logs') },
    out: { type: 'string', default: join(root, '.ffi-gates/fuzz') },
  },
});
const UNITS = { s: 1_000, m: 60_000, h: 3_600_000 };
const [, amount, unit] = /^(\d{1,6})([smh])$/.exec(positionals[0] ?? '1m') ?? [];
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (amount === undefined || !Number.isInteger(seed)) {
  console.error('usage: npm run fuzz -- DURATION(10s|10m|1h) [--seed N] [--logs DIR] [--out DIR]');
  process.exit(2);
}

/** mulberry32: small, seeded, good enough to choose changes. */
function random(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const logs = readdirSync(values.logs, { recursive: true })
  .filter((f) => /\.(?:log|xml|txt|stderr)$/.test(f))
  .sort()
  .map((f) => readFileSync(join(values.logs, f), 'utf8'));
const kinds = Object.keys(CHANGES);

/** The input of one round and where its prefixes are cut, from the run's seed and the round's number. */
function input(round) {
  const next = random(seed + round * 7919);
  const int = (below) => Math.floor(next() * below);
  const cuts = [next(), next(), next()];
  if (round % 10 === 0) {
    const bytes = Buffer.from(Array.from({ length: int(4000) }, () => int(256)));
    return { text: bytes.toString(round % 20 === 0 ? 'utf8' : 'latin1'), cuts };
  }
  const changes = Array.from({ length: 1 + int(6) }, () => ({
    kind: kinds[int(kinds.length)],
    at: next(),
    n: int(40),
    other: int(logs.length),
  }));
  return { text: mutate(logs, int(logs.length), changes), cuts };
}

/** A hostile text: fragments of known ones, and characters of all planes, in any order. */
function hostileText(round) {
  const next = random(seed + round * 7919);
  const int = (below) => Math.floor(next() * below);
  const fragment = () => {
    const [, text] = HOSTILE[int(HOSTILE.length)];
    const from = int(3) === 0 ? int(text.length) : 0;
    return text.slice(from, int(3) === 0 ? from + 1 + int(8) : undefined).slice(0, 400);
  };
  const characters = () =>
    Array.from({ length: 1 + int(6) }, () =>
      int(2) === 0 ? String.fromCharCode(int(0x10000)) : String.fromCodePoint(int(0x110000)),
    ).join('');
  return Array.from({ length: 1 + int(5) }, () => (int(4) === 0 ? characters() : fragment())).join('');
}

/** Leaves out ever smaller parts of a text as long as the same writer stays broken in the same way. */
function minimiseText(text, writer, why) {
  let parts = text.split('');
  for (let size = Math.ceil(parts.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < parts.length;) {
      const less = [...parts.slice(0, at), ...parts.slice(at + size)];
      if (lawOf(brokenWriter(writers, writer, less.join(''))) === lawOf(why)) parts = less;
      else at += size;
    }
  return parts.join('');
}

/** The law's name, without what varies from input to input. */
const lawOf = (why) => why?.split('\n')[0].replace(/\d+/g, 'N').replace(/".*/, '…');

/** Leaves out ever smaller runs of lines as long as the same law stays broken. */
function minimise(text, why) {
  // Prefixes are tried at every tenth, as the cut that told may be gone.
  const still = (lines) =>
    lawOf(broken(parsers, lines.join('\n'), [...cuts, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])) === law;
  const law = lawOf(why);
  const { cuts } = text;
  let lines = text.text.split('\n');
  for (let size = Math.ceil(lines.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < lines.length;) {
      const less = [...lines.slice(0, at), ...lines.slice(at + size)];
      if (still(less)) lines = less;
      else at += size;
    }
  return lines.join('\n');
}

const yaml = readdirSync(join(root, 'matrices'))
  .filter((f) => f.endsWith('.yaml'))
  .sort()
  .map((f) => readFileSync(join(root, 'matrices', f), 'utf8'));

/** A matrix that was changed a few times. */
function changedMatrix(round) {
  const next = random(seed + round * 7919);
  const int = (below) => Math.floor(next() * below);
  const names = Object.keys(matrices.CHANGES);
  const changes = Array.from({ length: 1 + int(5) }, () => ({
    kind: names[int(names.length)],
    at: next(),
    hostile: int(matrices.HOSTILE.length),
  }));
  return matrices.mutateMatrix(yaml[int(yaml.length)], changes);
}

// JSON and XML are no text that is pasted, nor is what a gate of ours writes to a file of its own.
const pastable = logs.filter((t) => !/^\s*[{<]|^ffi-gates /.test(t));
const ways = Object.entries(PASTES);
/** They take as long as a log that is changed and cut. */
const PASTES_A_ROUND = 50;
const pasting = { tried: 0, known: 0 };
const reader = {
  parse: (text) => parsers.parseText(text),
  functionOf: (d) => {
    const frame = parsers.shownFrame(d);
    return frame && parsers.functionOf(frame);
  },
};

/** One log, pasted in one way: an hour has all logs in all ways. */
function pasteRound(round) {
  const all = pastable.length * ways.length;
  // A stride without a common divisor meets each pair once.
  const pair = (seed + pasting.tried++ * 7919) % all;
  const i = pair % pastable.length;
  const [name, paste] = ways[Math.floor(pair / pastable.length)];
  const second = pastable[(i + Math.ceil(pastable.length / 2)) % pastable.length];
  const why = brokenPaste(reader, paste, pastable[i], second);
  if (why === undefined) return;
  if (NOT_YET.has(name)) pasting.known++;
  else if (!told.has(lawOf(`${name}: ${why}`)))
    tell(round, `${name}: ${why}`, 'log', paste.apply(pastable[i], second));
}

const end = Date.now() + Number(amount) * UNITS[unit];
const told = new Set();

/** Says that a law is broken, once, and keeps the input that broke it. */
function tell(round, why, name, content) {
  told.add(lawOf(why));
  mkdirSync(values.out, { recursive: true });
  const file = join(values.out, `${seed}-${round}.${name}`);
  writeFileSync(file, content);
  console.error(`round ${round}: ${why}\n    ${file}`);
}

function writersRound(round) {
  const text = hostileText(round);
  for (const writer of Object.keys(WRITERS)) {
    const broke = brokenWriter(writers, writer, text);
    const why = broke && `${writer}: ${broke}`;
    if (why === undefined || told.has(lawOf(why))) continue;
    // As JSON, since no file can hold a lone surrogate.
    tell(round, why, 'json', `${JSON.stringify(minimiseText(text, writer, broke))}\n`);
  }
}

function matricesRound(round) {
  const text = changedMatrix(round);
  const why = matrices.brokenMatrix(product, text);
  if (why !== undefined && !told.has(lawOf(why))) tell(round, why, 'yaml', text);
}

function parsersRound(round) {
  const made = input(round);
  const why = broken(parsers, made.text, made.cuts);
  if (why !== undefined && !told.has(lawOf(why))) tell(round, why, 'log', minimise(made, why));
}

let round = 0;
console.log(`seed ${seed}, ${logs.length} logs, ${amount}${unit}`);
for (; Date.now() < end; round++) {
  if (round % 4 === 3) writersRound(round);
  else if (round % 4 === 1) matricesRound(round);
  else if (round % 4 === 2) for (let n = 0; n < PASTES_A_ROUND; n++) pasteRound(round);
  else parsersRound(round);
}
console.log(
  `${pasting.tried} of ${pastable.length * ways.length} pastes, ${pasting.known} breaks in the ${NOT_YET.size} ways that do not hold yet`,
);
console.log(`${round} rounds, ${told.size} laws broken`);
process.exitCode = told.size > 0 ? 1 : 0;
