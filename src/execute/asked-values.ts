/** What adapters of a suite are asked in a launch, and which of it ended their process. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { InputsRequest, ValuesRequest } from '../gates/gate.js';
import type { Cell } from '../plan/plan.js';
import { readAnswers } from '../values/answers.js';
import { errorsOf } from './failing-calls.js';

type Asking = {
  tests: readonly string[] | 'all';
  /** Number of tests of the suite. */
  listed: number;
  /** Output directories of its targets. */
  targets: string[];
  answered?: string;
  inputs?: InputsRequest;
  /** The seed, in place of the matrix's. */
  seed?: number;
};

/** The functions that the suite names, for a gate that asks them. */
export const valuesOf = (cell: Cell, a: Asking): ValuesRequest | undefined => {
  const { suite, matrix } = cell;
  if (!suite.values) return undefined;
  const { functions, include } = suite.values;
  return {
    ...suite.values,
    functions: functions.map((f) =>
      // `null` without quotes is no text in YAML.
      typeof f === 'string'
        ? f
        : {
            signature: f.signature,
            ...(f.c === undefined ? {} : { c: f.c }),
            ...(f.errors === undefined ? {} : { errors: f.errors ?? 'null' }),
          },
    ),
    errors: errorsOf(cell),
    include: include.map((d) => resolve(matrix.root, d)),
    targets: a.targets,
    all: suite.role === 'subject' && (a.tests === 'all' || a.tests.length >= a.listed),
    ...(a.answered === undefined ? {} : { answered: a.answered }),
    ...(a.inputs ? { inputs: a.inputs } : {}),
    ...(cell.gate.drawsInputs && a.seed !== undefined ? { seed: a.seed } : {}),
  };
};

/** The files of answers of the launch whose logs are in `logDir`, with their processes. */
export const answersIn = (logDir: string): { pid: number; text: string }[] =>
  readdirSync(logDir)
    .filter((n) => n.startsWith('answers.'))
    .sort()
    .map((n) => ({ pid: Number(n.slice('answers.'.length)), text: readFileSync(join(logDir, n), 'utf8') }));

/** The vector that ended each process, as `FUNCTION:NUMBER`. */
export const deadlyVectors = (logDir: string): Map<number, string> => {
  const found = new Map<number, string>();
  for (const { pid, text } of answersIn(logDir))
    for (const { function: name, outcomes } of readAnswers(text).asked)
      for (const [id, { kind }] of outcomes) if (kind === 'died') found.set(pid, `${name}:${id}`);
  return found;
};
