/**
 * Random inputs through the host's own wrappers under AddressSanitizer, held against C: what C refuses or does not survive, the
 * wrapper must refuse. Stands on the adapters of the gate `values`. The rounds are made by `execute/run-fuzz.ts`.
 */
import { join } from 'node:path';
import type { Missing } from '../model/launch.js';
import { isFuzzing } from '../model/fuzz-plan.js';
import { inputsOf } from '../values/inputs.js';
import { readAnswers } from '../values/answers.js';
import type { ValuesSpec } from '../values/spec.js';
import type { ArmRequest, Gate, InputsRequest } from './gate.js';
import { watched } from './guard.js';
import { asan } from './sanitizers.js';
import { FITS, functionsOf, lastDeaths, NO_FUNCTIONS, PROGRAM, specOf } from './values.js';

const LOG = 'fuzz.log';

/** Inputs of a function in one launch, unless the matrix says otherwise. */
export const INPUTS = 200;

/** The first round of a suite without a corpus, which is the only one of planted suites. */
const FIRST: InputsRequest = { round: 0, count: INPUTS, pool: {}, exact: {}, settled: [] };

/** Where a launch leaves what it learnt for the next round, by the directory of its logs. */
export const learntIn = (logDir: string): string => join(logDir, '..', 'learnt.json');

/** Leaks are the gate `asan`'s: an input that is refused half-way need not lose anything. */
const withoutLeaks = (env: Record<string, string>): Record<string, string> => ({
  ...env,
  ASAN_OPTIONS: `${env['ASAN_OPTIONS'] ?? ''}:detect_leaks=0`,
});

export const fuzz: Gate = {
  ...asan,
  id: 'fuzz',
  title: 'random inputs against C, under AddressSanitizer',
  offer: { on: false, why: 'random inputs through wrappers and C; name functions with `values` in a suite' },
  limits: [
    {
      bindings: FITS,
      text: 'Sees functions that the suite names under `values` and that a test asks. An input that C refuses is known as such if `errors` says how C reports errors. Inputs are changed from those whose answers were new; what no answer tells apart is found by chance.',
    },
  ],
  unfit: (b, settings = {}) =>
    b === 'c' && !isFuzzing({ with: settings })
      ? 'the oracle itself is C; suites of fuzz targets (`with: { fuzz: true }`) fit'
      : undefined,
  compilers: ['gcc', 'clang'],
  usualCompiler: (b) => (b === 'c' ? 'clang' : 'gcc'),
  missing: (host, b, compiler): Missing | undefined =>
    b === 'c' && compiler !== 'clang'
      ? {
          what: 'clang',
          why: 'libFuzzer is a part of it',
          remedy: 'write compilers: [clang] for the gate fuzz',
        }
      : asan.missing(host, b, compiler),
  instrument: (host, b, compiler) => {
    const usual = asan.instrument(host, b, compiler);
    // What is called, too, says which code an input reaches.
    return b === 'c' ? { ...usual, cflags: [...usual.cflags, '-fsanitize=fuzzer-no-link'] } : usual;
  },
  asksFunctions: true,
  drawsInputs: true,
  arm: (r: ArmRequest) => {
    const { atEnd: _leaks, ...armed } = asan.arm(r);
    if (r.targets) return { ...armed, env: withoutLeaks(armed.env) };
    const request = r.values ?? NO_FUNCTIONS;
    const { only } = request;
    const functions = functionsOf(request);
    const rounds = request.inputs ?? { ...FIRST, count: r.settings?.inputs ?? INPUTS };
    const vectors = join(r.logDir, '..', 'inputs.txt');
    const settings: ValuesSpec = {
      gate: 'fuzz',
      functions,
      ...specOf(r, request, LOG),
      asked: vectors,
      cflags: ['-fsanitize=address'],
      ...(request.inputs && only === undefined
        ? { learnt: { file: learntIn(r.logDir), round: rounds.round } }
        : {}),
    };
    const answered = only === undefined ? (request.answered ?? '') : '';
    const ended = lastDeaths(readAnswers(answered).asked);
    const asked = functions.flatMap(({ signature: s }) => {
      const count = rounds.settled.includes(s.name) ? 0 : rounds.count;
      const { seed } = request;
      const { round } = rounds;
      return inputsOf(s, { seed, round, count }, rounds.pool[s.name], rounds.exact[s.name])
        .filter((v) => only === undefined || only === `${s.name}:${v.id}`)
        .map((v) => ({ name: s.name, id: v.id, text: [s.name, v.id, ...v.args].join(' ') }));
    });
    // A function that ended its process is asked no more: each further input may cost a launch.
    const open = asked.filter((v) => !ended.has(v.name));
    const lines = (some: typeof asked): string => some.map((v) => `${v.text}\n`).join('');
    const given = join(r.logDir, '..', 'vectors.txt');
    return {
      ...armed,
      env: {
        ...withoutLeaks(armed.env),
        FFI_GATES_VALUES: given,
        FFI_GATES_VALUES_ANSWERS: settings.answers,
        // The file holds it as well. Here it is for people.
        ...(only === undefined ? {} : { FFI_GATES_FUZZ_INPUT: asked[0]?.text ?? only }),
      },
      files: {
        [vectors]: lines(asked),
        [given]: lines(open),
        ...(answered === '' ? {} : { [`${settings.answers}.0`]: answered }),
      },
      watched: watched('no wrapper took an input; `ffi-gates values --scaffold` writes adapters'),
      after: { argv: [process.execPath, PROGRAM], settings, log: LOG },
    };
  },
};
