/**
 * Loaded with `--import`: properties of fast-check run until their time is over, from a seed, or replay one run. The number of the
 * run that is about to begin is written to a file, since native code may end the process in it. fast-check is there twice, as a
 * module and for `require`, each with parameters of its own. What a test itself sets for one property wins.
 */
import { openSync, readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const plan = JSON.parse(process.env.FFI_GATES_FUZZ ?? '{}');
const record = plan.record === undefined ? undefined : openSync(plan.record, 'w');
let run = 0;

const count = () => {
  if (record !== undefined) writeSync(record, String(run).padStart(12), 0);
  run++;
};

const parameters = {
  seed: plan.seed,
  beforeEach: count,
  ...(plan.path === undefined
    ? {
        numRuns: 2 ** 31 - 1,
        interruptAfterTimeLimit: (plan.seconds ?? 1) * 1000,
        markInterruptAsFailure: false,
      }
    : { path: plan.path, endOnFailure: true, numRuns: 1 }),
};

const require = createRequire(join(process.cwd(), 'properties.js'));

/** The directory of the package that holds a file. */
const packageOf = (file) => {
  for (let dir = dirname(file); dir !== dirname(dir); dir = dirname(dir))
    try {
      const json = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
      if (json.name === 'fast-check') return { dir, json };
    } catch {
      // Not here.
    }
  return undefined;
};

/** The file that `import` of the package means. */
const moduleOf = ({ dir, json }) => {
  let entry = json.exports?.['.']?.import ?? json.module;
  while (typeof entry === 'object' && entry !== null) entry = entry.default;
  return typeof entry === 'string' ? join(dir, entry) : undefined;
};

const file = require.resolve('fast-check');
require('fast-check').configureGlobal(parameters);
const found = packageOf(file);
const esm = found && moduleOf(found);
if (esm !== undefined && esm !== file) (await import(pathToFileURL(esm).href)).configureGlobal(parameters);
