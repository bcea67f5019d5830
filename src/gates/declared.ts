/**
 * The host's declarations of foreign functions, held against the library that it really loaded. Needs debug
 * information and gdb, no sanitizer. The comparison is in `declarations/`.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BindingId } from '../model/ids.js';
import type { Gate } from './gate.js';
import { missingCompiler, plainInstrument } from './toolchain.js';

const PROGRAM = fileURLToPath(new URL('../declarations/program.js', import.meta.url));

/** Name of the table of functions in the directory of a launch. */
export const DECLARED_TABLE = 'declared.json';

/** Bindings whose declarations can be had. */
const FITS: readonly BindingId[] = ['py', 'rs', 'go', 'c', 'jni', 'net', 'node'];

/** Node's own interface has no declarations. Packages that call any library have, and koffi's are recorded. */
const NEEDS_KOFFI =
  'an addon declares nothing; where JavaScript calls through koffi, say so: with: { foreign: koffi }';

const HEADERS = "name its headers in the gate's entry: declared: { headers: [x.h] }";
/** What to do about a comparison that saw nothing, by its reason. The first that fits counts. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/without Python/, 'apt-get install -y gdb (gdb-minimal has no Python)'],
  [/ENOENT/, 'apt-get install -y gdb'],
  [
    /gdb could not read/,
    'see that the file is there and readable, and that gdb opens it: gdb -batch -ex "info functions" FILE',
  ],
  [/its split part/, `keep the .dwo files beside the objects or build without -gsplit-dwarf, or ${HEADERS}`],
  [
    /which is not installed/,
    `install the package with its debug symbols (-dbgsym, -debuginfo), or ${HEADERS}`,
  ],
  [/without types/, `build it with -g instead of -g1, or ${HEADERS}`],
  [
    /replaced (?:by another file )?after it was built/,
    'write nothing into the directory of builds (.ffi-gates/builds); remove it and run again, so that the library is built anew',
  ],
  [/was replaced/, 'build nothing while the suite runs, and run it again'],
  [
    /cannot be read/,
    "mend the header, or its flags in the gate's entry: declared: { headers: [x.h], cflags: [-Iinclude] }",
  ],
  [
    /no debug information|not declared in/,
    `build it with -g, install its debug symbols or its development package, or ${HEADERS}`,
  ],
  [/no prototype/, 'write (void) or the parameters into the definition in C: f() says nothing'],
  [
    /call none that is declared/,
    "exclude the cell if the suite calls no foreign functions: exclude: [{ cells: '*-declared*', why: … }]",
  ],
];

export const declared: Gate = {
  id: 'declared',
  title: 'declarations against the library',
  offer: { on: true, why: 'declarations that differ from the library: widths, layouts, missing arguments' },
  limits: [
    {
      bindings: ['py'],
      text: 'Sees declarations that the tests reach. Libraries without debug information are read by their headers (`headers`), or counted as not seen.',
    },
    {
      bindings: ['rs'],
      text: 'Sees `extern` blocks of the package under test and of its path dependencies, not those in bodies of functions. Native code of crates is linked as a whole; where that fails, what no test calls is not compared.',
    },
    {
      bindings: ['go'],
      text: 'Sees functions that Go exports, declarations in preambles, structures cast through `unsafe.Pointer` where the cast is one expression, and results of C converted at the call.',
    },
    {
      bindings: ['jni'],
      text: 'Sees native methods of the classes under test whose functions are found by their names, not those that `RegisterNatives` names, nor what happens to a value between Java and the library. Of JNA it sees libraries that the tests load, with their structures and callbacks; `with: { foreign: jna }` proves the lane by declarations of JNA, `both` by these and native methods.',
    },
    {
      bindings: ['net'],
      text: 'Sees `DllImport` in the assembly of the tests under Mono. Suites that `dotnet test` runs are not read.',
    },
    {
      bindings: ['node'],
      text: 'Sees functions declared through koffi (`with: { foreign: koffi }`), as far as the tests reach them. An addon of Node-API declares nothing.',
    },
    {
      bindings: ['c'],
      text: 'Sees declarations in the sources of a suite in C, and calls without any. Neither C++, nor a finished `program`; behind `void *` structures whose address the call itself takes.',
    },
  ],
  seesLoading: true,
  unfit: (b, settings) => {
    if (!FITS.includes(b)) return `declarations are not yet read in ${b}`;
    return b === 'node' && settings && settings['foreign'] !== 'koffi' ? NEEDS_KOFFI : undefined;
  },
  compilers: ['gcc'],
  missing: (host, _b, c) =>
    missingCompiler(host, c) ??
    (host.tools['gdb']
      ? undefined
      : {
          what: 'gdb',
          why: 'gdb reads the debug information',
          remedy: 'apt-get install -y gdb',
          install: { packages: ['gdb'], commands: [] },
        }),
  // Folded functions have one description for several names.
  instrument: (host, b, c) => ({
    ...plainInstrument(host, c, c === 'gcc' ? ['-fno-ipa-icf'] : [], []),
    // Tests of a crate rarely call all that it declares.
    ...(b === 'rs' ? { rust: { rustflags: [], env: { FFI_GATES_LINK_ALL: '1' } } } : {}),
  }),
  arm: (r) => {
    const records = join(r.logDir, '..', 'declared');
    return {
      prefix: [],
      env: { FFI_GATES_DECLARED: records },
      hostArgs: [],
      after: {
        log: 'declared.log',
        argv: [process.execPath, PROGRAM],
        settings: {
          gdb: r.host.tools['gdb']?.path ?? 'gdb',
          cc: r.host.tools[r.compiler]?.path ?? r.compiler,
          records,
          log: join(r.logDir, 'declared.log'),
          table: join(r.logDir, '..', DECLARED_TABLE),
          least: r.settings?.info ? 'info' : 'warning',
          strict: r.settings?.strict ?? false,
          ...(r.settings?.headers
            ? { header: { includes: r.settings.headers, cflags: r.settings.cflags ?? [] } }
            : {}),
        },
      },
    };
  },
  exitCodes: [],
  halts: false,
  heavy: false,
  remedy: (s) => REMEDIES.find(([why]) => why.test(s.message))?.[1],
  tools: ['gdb'],
  memory: 0.5,
};
