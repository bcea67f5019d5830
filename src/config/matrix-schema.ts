/** The schema of the matrix file. `matrices/schema.json` is generated from it. */
import { z } from 'zod';
import { ROLES } from '../model/role.js';
import { BINDING_IDS, BUILDER_IDS, ERROR_RESULTS, GATE_IDS } from '../model/ids.js';
import { MAX_SECONDS } from '../model/duration.js';
import { SETTING_NAMES, SETTINGS } from './settings.js';

const id = z
  .string()
  .regex(/^[a-z0-9]+$/, 'must be lower-case letters and digits only (it becomes part of cell ids).')
  .max(80, 'must have at most 80 characters (it becomes part of file names)');
const text = z.string().min(1);
const texts = z.array(text);
const variable = z
  .string()
  .regex(/^[^=]+$/, "the name of a variable must not be empty or hold '='; write NAME: value.");
const env = z.record(variable, z.string());
const why = text.meta({ description: 'The reason, shown wherever the effect is shown.' });
const seconds = z
  .number()
  .min(0.1)
  .max(MAX_SECONDS, `must be at most ${MAX_SECONDS} (seconds; a longer time cannot be measured)`);
const mebibytes = z
  .number()
  .positive()
  .max(1 << 24);

export const target = z.strictObject({
  builder: z.enum(BUILDER_IDS).meta({ description: 'How the native code is built.' }),
  dir: text.meta({ description: 'Directory of the sources, relative to `root`.' }),
  produces: texts
    .min(1)
    .meta({ description: 'Objects that must exist after the build (file names, globs).' }),
  needs: z.array(id).default([]).meta({ description: 'Targets that are built before this one.' }),
  sources: texts.min(1).optional().meta({ description: 'Builder cc: source files, relative to `dir`.' }),
  args: z
    .array(z.string())
    .default([])
    .meta({ description: 'Further arguments of the configure or compile command.' }),
  command: z.array(z.string()).min(1).optional().meta({
    description:
      'Builder command: argv with {cc} {cxx} {cflags} {ldflags} {out} {src} placeholders, which are also replaced in `env`.',
  }),
  inputs: texts.default([]).meta({ description: 'Further directories whose content the build depends on.' }),
  errors: z
    .record(
      z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of a function of C.'),
      z.enum(ERROR_RESULTS).nullable(),
    )
    .optional()
    .meta({
      description:
        'Gate errors: how functions report errors: negative, null, nonzero, zero, or errno (-1 and errno).',
    }),
  nonreentrant: z
    .array(
      z
        .string()
        .regex(
          /^[\w*?]+(?:\|[\w*?]+)*$/,
          "must be names of functions of C with '*' and '?', separated by '|'.",
        ),
    )
    .min(1)
    .optional()
    .meta({
      description:
        'Gate callguard: functions that must not be entered while they run. What one entry names is one of them: of `g*`, or of `f|g`, only one function may run at a time.',
    }),
  env: env.default({}),
});

const values = z.strictObject({
  functions: z
    .array(
      z.union([
        text,
        z.strictObject({
          signature: text,
          c: text.optional(),
          errors: z.enum(ERROR_RESULTS).nullable().optional(),
        }),
      ]),
    )
    .min(1)
    .meta({
      description:
        'Signatures of C; with `c`, statements that return the result, for what is more than one call; with `errors`, how the result says that C refused, as in a target.',
    }),
  headers: texts.default([]).meta({ description: 'Headers, as in `#include <…>`, that declare them.' }),
  include: texts.default([]).meta({ description: 'Directories of headers, relative to `root`.' }),
  libs: texts.default([]).meta({ description: 'Libraries of the system, as for `-l`.' }),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0)
    .meta({ description: 'Another seed draws other pairs and bytes.' }),
});

const contain = z.strictObject({
  worker: text.optional().meta({
    description:
      'Glob over the name of a worker’s program, or its command line. Without it each process that the tests start is one.',
  }),
  deadline: seconds.default(10).meta({
    description: 'Seconds in which a request must be answered or refused when its worker breaks.',
  }),
});

export const suite = z.strictObject({
  id: id.meta({ description: 'First part of the cell ids.' }),
  binding: z.enum(BINDING_IDS),
  dir: text.meta({ description: 'Directory of the tests, relative to `root`.' }),
  targets: z.array(id).default([]).meta({ description: 'Targets whose objects the tests load.' }),
  role: z.enum(ROLES).default('subject'),
  annotations: texts
    .default([])
    .meta({ description: 'Hazard suites: files with `~` annotations, as globs relative to `root`.' }),
  inputs: texts.default([]).meta({ description: 'Further directories that the compiled tests depend on.' }),
  gates: z
    .array(z.enum(GATE_IDS))
    .min(1)
    .optional()
    .meta({ description: 'Only these gates for this suite.' }),
  timeout: seconds.optional().meta({ description: 'Seconds for one launch of this suite.' }),
  output: mebibytes
    .optional()
    .meta({ description: 'MiB that one launch of this suite may write to its logs.' }),
  weight: z
    .strictObject({
      cores: z.number().positive().max(4096).default(1),
      memory: z
        .number()
        .positive()
        .max(1 << 16)
        .default(1),
    })
    .optional()
    .meta({ description: 'Cores and GiB that one launch takes.' }),
  env: env.default({}),
  values: values
    .optional()
    .meta({ description: 'Gate values: functions whose wrappers are compared with C.' }),
  contain: contain
    .optional()
    .meta({ description: 'Gate contain: native code that runs in workers, which are broken.' }),
  with: z.record(z.string(), z.unknown()).default({}).meta({ description: 'Settings of the binding.' }),
});

export const gate = z.strictObject({
  compilers: z
    .array(z.enum(['gcc', 'clang']))
    .min(1)
    .optional(),
  timeout: seconds.optional(),
  seeds: z.number().int().positive().max(1024).optional().meta({
    description: 'Gate miri, or with `perturb`: number of schedules, each from its own seed (0, 1, …).',
  }),
  perturb: z.number().gt(0).max(1).optional().meta({
    description:
      'Gates asan, tsan, helgrind, rstsan: probability with which a thread of the project waits before it locks, unlocks, joins or begins.',
  }),
  redzone: z.literal([16, 32, 64, 128, 256, 512, 1024, 2048]).optional().meta({
    description:
      'Gates asan, goasan, rsasan, memcheck: bytes between blocks. More see wider jumps, and take memory.',
  }),
  fill: z.number().int().min(0).max(255).optional().meta({
    description:
      'Gates asan, goasan, rsasan, memcheck: the byte that fresh and freed blocks are filled with.',
  }),
  calls: z.number().int().positive().max(1_000_000).optional().meta({
    description:
      'Gates failing, errors, contain: how many calls fail in one run, each in a test of its own. Default: 200.',
  }),
  time: seconds.optional().meta({
    description: 'Gate fuzz: seconds for the inputs of one suite. Default: 20.',
  }),
  inputs: z.number().int().positive().max(100_000).optional().meta({
    description: 'Gate fuzz: random inputs of a function in one launch. Default: 200.',
  }),
  corpus: text.optional().meta({
    description:
      'Gate fuzz: directory, relative to `root`, in which inputs that showed something are kept. Default: beside the builds.',
  }),
  looks: z.number().int().positive().max(1_000_000).optional().meta({
    description:
      'Gate pyrefs: how many tests that leave memory in use are repeated in a process of their own, beyond those that are looked at while the suite runs. Default: 200.',
  }),
  kept: z.number().min(0.01).max(60).optional().meta({
    description:
      'Gate callguard: seconds for which a call that sleeps may keep a thread of the host’s runtime. Default: 0.1.',
  }),
  strict: z
    .boolean()
    .optional()
    .meta({ description: 'Gates declared, callguard: warnings make a cell red, too.' }),
  info: z.boolean().optional().meta({
    description: 'Gate declared: differences that do no harm on this machine are listed.',
  }),
  headers: texts.optional().meta({
    description:
      'Gate declared: headers, as in `#include <…>`, that declare what objects without debug information hold.',
  }),
  cflags: z
    .array(z.string())
    .optional()
    .meta({ description: 'Gate declared: compiler flags for `headers`.' }),
  env: env.default({}).meta({
    description:
      'Environment added to each launch under this gate; sanitizer options are appended to the gate’s own.',
  }),
});

export const exclusion = z.strictObject({ cells: text, why });

export const matrixSchema = z.strictObject({
  version: z.literal(1),
  name: text.default('matrix'),
  root: text
    .default('.')
    .meta({ description: 'Directory that all paths are relative to, itself relative to this file.' }),
  targets: z.record(id, target).default({}),
  suites: z.array(suite).min(1),
  gates: z.partialRecord(z.enum(GATE_IDS), gate.nullable()),
  exclude: z.array(exclusion).default([]),
  own: texts
    .default([])
    .meta({ description: 'Further directories or object names that belong to the project.' }),
  canaries: z
    .boolean()
    .default(true)
    .meta({ description: 'Prove every lane with planted bugs. Without it no lane is proven.' }),
  timeout: seconds.default(180).meta({ description: 'Seconds for one launch.' }),
  output: mebibytes.default(256).meta({
    description: 'MiB that one launch may write to its output and logs. A launch that exceeds it is stopped.',
  }),
});

/** Keys that the schema allows where an unknown key was found. */
export const knownKeys = (path: readonly PropertyKey[]): readonly string[] => {
  const [top, index, sub] = path;
  if (top === undefined) return Object.keys(matrixSchema.shape);
  if (top === 'targets' && index !== undefined) return Object.keys(target.shape);
  if (top === 'suites' && sub === 'values')
    return path[3] === 'functions' && path[4] !== undefined
      ? ['signature', 'c', 'errors']
      : Object.keys(values.shape);
  if (top === 'suites' && sub === 'contain') return Object.keys(contain.shape);
  if (top === 'suites' && sub === 'weight') return ['cores', 'memory'];
  if (top === 'suites' && sub === 'with')
    return path[3] === 'shim' ? Object.keys(SETTINGS.jni.shape.shim.shape) : SETTING_NAMES;
  if (top === 'suites') return Object.keys(suite.shape);
  if (top === 'gates' && index === undefined) return [...GATE_IDS];
  if (top === 'gates') return Object.keys(gate.shape);
  return top === 'exclude' ? ['cells', 'why'] : [];
};
