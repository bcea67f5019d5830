/**
 * Boundary values through the host's own wrappers, held against C: widths, signs, encodings and lengths show in
 * what arrives and returns. Adapters are tests of the suite, so bindings need not know the gate.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BindingId } from '../model/ids.js';
import { parseSignature } from '../model/signature.js';
import { readAnswers, type Asked } from '../values/answers.js';
import type { Function, ValuesSpec } from '../values/spec.js';
import { vectorsOf } from '../values/vectors.js';
import type { ArmRequest, Gate, ValuesRequest } from './gate.js';
import { watched, watching } from './guard.js';

/** Compares what adapters answered with C. */
export const PROGRAM = fileURLToPath(new URL('../values/program.js', import.meta.url));
const LOG = 'values.log';

/** Bindings for which there is an adapter in `plugins/values`. */
export const FITS = ['py', 'pyx', 'go', 'jni', 'rs', 'net', 'node'] as const satisfies readonly BindingId[];

/** A suite that names no function. */
export const NO_FUNCTIONS: ValuesRequest = {
  functions: [],
  errors: {},
  headers: [],
  include: [],
  libs: [],
  seed: 0,
  targets: [],
  all: false,
};

/** The last vector of each function that ended a process. */
export const lastDeaths = (asked: readonly Asked[]): Map<string, number> => {
  const last = new Map<string, number>();
  for (const a of asked)
    for (const [id, outcome] of a.outcomes)
      if (outcome.kind === 'died') last.set(a.function, Math.max(id, last.get(a.function) ?? id));
  return last;
};

/** The functions of a suite. The matrix was checked, so that every signature can be read. */
export const functionsOf = ({ functions, errors }: ValuesRequest): Function[] =>
  functions.flatMap((f) => {
    const named = typeof f === 'string' ? { signature: f } : f;
    const signature = parseSignature(named.signature);
    if (typeof signature === 'string') return [];
    const how = named.errors ?? errors[signature.name];
    return [
      {
        signature,
        ...(named.c === undefined ? {} : { body: named.c }),
        ...(how === undefined ? {} : { errors: how }),
      },
    ];
  });

/** What the program is given with any request. */
export const specOf = (
  r: ArmRequest,
  request: ValuesRequest,
  log: string,
): Omit<ValuesSpec, 'gate' | 'functions'> => ({
  headers: request.headers,
  include: request.include,
  libs: request.libs,
  seed: request.seed,
  targets: request.targets,
  ...(request.only === undefined ? {} : { only: request.only }),
  all: request.all,
  cc: r.host.tools[r.compiler]?.path ?? r.compiler,
  answers: join(r.logDir, 'answers'),
  log: join(r.logDir, log),
  work: join(r.logDir, '..', 'oracle'),
});

export const values: Gate = {
  id: 'values',
  title: 'boundary values against C',
  offer: { on: false, why: 'compares what functions return with C; name them with `values` in a suite' },
  limits: [
    {
      bindings: FITS,
      text: 'Sees functions that the suite names under `values` and that a test asks, with arguments and results that are numbers, text, bytes or records of numbers. What is lost in a pointer, or written through one to more than a number, needs a body in C.',
    },
  ],
  ...watching,
  unfit: (b) => (b === 'c' ? 'the oracle itself is C' : undefined),
  asksFunctions: true,
  arm: (r) => {
    const request = r.values ?? NO_FUNCTIONS;
    const functions = functionsOf(request);
    const vectors = join(r.logDir, '..', 'vectors.txt');
    const settings: ValuesSpec = { gate: 'values', functions, ...specOf(r, request, LOG) };
    const { answers } = settings;
    const answered = request.only === undefined ? (request.answered ?? '') : '';
    const ended = lastDeaths(readAnswers(answered).asked);
    const lines = functions.flatMap(({ signature }) =>
      vectorsOf(signature, request.seed)
        .filter((v) => v.id > (ended.get(signature.name) ?? -1))
        .map((v) => `${[signature.name, v.id, ...v.args].join(' ')}\n`),
    );
    return {
      prefix: [],
      env: {
        FFI_GATES_VALUES: vectors,
        FFI_GATES_VALUES_ANSWERS: answers,
        ...(request.only === undefined ? {} : { FFI_GATES_VALUES_ONLY: request.only }),
      },
      hostArgs: [],
      files: {
        [vectors]: lines.join(''),
        ...(answered === '' ? {} : { [`${answers}.0`]: answered }),
      },
      watched: watched('no wrapper took a vector; `ffi-gates values --scaffold` writes adapters'),
      after: { argv: [process.execPath, PROGRAM], settings, log: LOG },
    };
  },
};
