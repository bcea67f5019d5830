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
import type { Gate, ValuesRequest } from './gate.js';
import { watched, watching } from './guard.js';

const PROGRAM = fileURLToPath(new URL('../values/program.js', import.meta.url));
const LOG = 'values.log';

/** Bindings for which there is an adapter in `plugins/values`. */
const FITS = ['py', 'pyx', 'go', 'jni', 'rs', 'net', 'node'] as const satisfies readonly BindingId[];

/** The last vector of each function that ended a process. */
const lastDeaths = (asked: readonly Asked[]): Map<string, number> => {
  const last = new Map<string, number>();
  for (const a of asked)
    for (const [id, outcome] of a.outcomes)
      if (outcome.kind === 'died') last.set(a.function, Math.max(id, last.get(a.function) ?? id));
  return last;
};

/** The functions of a suite. The matrix was checked, so that every signature can be read. */
const functionsOf = ({ functions }: ValuesRequest): Function[] =>
  functions.flatMap((f) => {
    const signature = parseSignature(typeof f === 'string' ? f : f.signature);
    if (typeof signature === 'string') return [];
    return [{ signature, ...(typeof f === 'string' ? {} : { body: f.c }) }];
  });

export const values: Gate = {
  id: 'values',
  title: 'boundary values against C',
  offer: { on: false, why: 'compares what functions return with C; name them with `values` in a suite' },
  limits: [
    {
      bindings: FITS,
      text: 'Sees functions that the suite names under `values` and that a test asks, with arguments and results that are numbers, text, bytes or records of numbers. What is lost in a pointer or written through one needs a body in C.',
    },
  ],
  ...watching,
  unfit: (b) => (b === 'c' ? 'the oracle itself is C' : undefined),
  asksFunctions: true,
  arm: (r) => {
    const request = r.values ?? {
      functions: [],
      headers: [],
      include: [],
      libs: [],
      seed: 0,
      targets: [],
      all: false,
    };
    const functions = functionsOf(request);
    const vectors = join(r.logDir, '..', 'vectors.txt');
    const answers = join(r.logDir, 'answers');
    const settings: ValuesSpec = {
      functions,
      headers: request.headers,
      include: request.include,
      libs: request.libs,
      seed: request.seed,
      targets: request.targets,
      ...(request.only === undefined ? {} : { only: request.only }),
      all: request.all,
      cc: r.host.tools[r.compiler]?.path ?? r.compiler,
      answers,
      log: join(r.logDir, LOG),
      work: join(r.logDir, '..', 'oracle'),
    };
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
