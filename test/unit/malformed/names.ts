/** Names, references among the parts of a matrix, placeholders, settings of bindings. */
import { ending, swap, type Row } from './row.js';

const suite = (line: string): string =>
  swap('  - { id: ledger, binding: jni,', `  - ${line}\n  - { id: ledger, binding: jni,`);
const target = (line: string): string => swap('  app:\n', `  ${line}\n  app:\n`);
const env = (value: string): string => swap("LIB: '${target.lib}'", `LIB: «'${value}'`);
const command = (value: string): string => swap("'cp {lib}/liba.so {out}/app'", `«'${value}'`);

export const NAMES: readonly Row[] = [
  // ids
  ['an id in capitals', swap('- id: ledger', '- id: «Ledger'), 'lower-case letters and digits only'],
  ['an id with a dash', swap('- id: ledger', '- id: «led-ger'), 'lower-case letters and digits only'],
  ['an id with a slash', swap('- id: ledger', "- id: «'../x'"), 'lower-case letters and digits only'],
  ['an empty id', swap('- id: ledger', "- id: «''"), 'lower-case letters and digits only'],
  [
    'an id too long for a file name',
    swap('- id: ledger', `- id: «${'x'.repeat(300)}`),
    "'id' must have at most 80 characters",
  ],
  ['a number for an id', swap('- id: ledger', '- id: «7'), "'id' must be text, and is 7; put it in quotes"],
  ['a target with a dot', swap('  app:\n', '  «lib.so:\n'), "'lib.so': must be lower-case letters"],
  ['a binding that there is not', swap('binding: py', 'binding: «pyy'), "'pyy' is not one of c, py, pyx"],
  [
    'a binding called constructor',
    swap('binding: py', 'binding: «constructor'),
    "'constructor' is not one of c, py",
  ],
  ['a builder that there is not', swap('builder: cc', 'builder: «cmakee'), "Did you mean 'cmake'?"],
  ['a builder called toString', swap('builder: cc', 'builder: «toString'), "'toString' is not one of cc"],
  ['a role that there is not', swap('timeout: 60', 'role: «victim'), "'victim' is not one of"],
  ['a gate near a known one', swap('  asan:', '  «assan:'), "unknown key 'assan'. Did you mean 'asan'?"],
  ['a gate called constructor', swap('  asan:', '  «constructor:'), "unknown key 'constructor'"],
  ['a gate called hasOwnProperty', swap('  asan:', '  «hasOwnProperty:'), "unknown key 'hasOwnProperty'"],
  ['a gate of a suite that there is not', swap('timeout: 60', 'gates: [«asam]'), "Did you mean 'asan'?"],
  [
    'a compiler that there is not',
    swap('compilers: [gcc]', 'compilers: [«icc]'),
    "'icc' is not one of gcc, clang. Did you mean 'gcc'?",
  ],
  ['a compiler twice', swap('compilers: [gcc]', 'compilers: [gcc, «gcc]'), "'gcc' is listed twice"],
  [
    'a suite twice',
    suite('{ id: «ledger, binding: py, dir: tests }'),
    "two suites are called 'ledger' for binding 'py'",
  ],
  [
    'a suite of the name that proves lanes',
    suite('{ id: «canary, binding: py, dir: tests }'),
    "'canary' is the suite that proves a lane",
  ],
  [
    'a switch of another gate',
    swap('compilers: [gcc]', 'strict: «true'),
    "gate 'asan' takes no 'strict'; declared, callguard do.",
  ],
  [
    'schedules for a gate that has none',
    swap('compilers: [gcc]', 'seeds: «4'),
    "gate 'asan' has one schedule; write perturb: 0.5",
  ],
  // variables
  [
    'a variable with =',
    swap("{ FLAGS: '{cflags}' }", '{ «A=B: x }'),
    "'A=B': the name of a variable must not be empty or hold '='",
  ],
  ['a variable with = in a suite', swap("LIB: '${target.lib}'", '«A=B: x'), 'write NAME: value'],
  ['a variable with = in a gate', swap('compilers: [gcc]', "env: { «'X=': '1' }"), "hold '='"],
  ['a variable without a name', swap("{ FLAGS: '{cflags}' }", "{ «'': x }"), 'must not be empty'],
  // targets
  [
    'a target that is not declared',
    swap('    targets: [lib]', '    targets: [«lob]'),
    "suite 'ledger' uses target 'lob', which is not declared. Did you mean 'lib'?",
  ],
  [
    'a target called constructor that is not declared',
    swap('    targets: [lib]', '    targets: [«constructor]'),
    "target 'constructor', which is not declared",
  ],
  [
    'a target called tostring that is not declared',
    swap('    targets: [lib]', '    targets: [«tostring]'),
    'which is not declared',
  ],
  [
    'a need that is not declared',
    swap('needs: [lib]', 'needs: [«libb]'),
    "target 'app' needs 'libb', which is not declared. Did you mean 'lib'?",
  ],
  [
    'a need called constructor',
    swap('needs: [lib]', 'needs: [lib, «constructor]'),
    "needs 'constructor', which is not declared. Known here: lib, app",
  ],
  [
    'a target that needs itself',
    swap('needs: [lib]', 'needs: [«app, lib]'),
    "target 'app' needs itself; remove it",
  ],
  [
    'two targets that need each other',
    swap('produces: [liba.so] }', 'produces: [liba.so], needs: [app] }').replace(
      'needs: [lib]',
      'needs: [«lib]',
    ),
    'circle (lib → app → lib)',
  ],
  [
    'three targets in a circle',
    target('mid: { builder: make, dir: native, produces: [x], needs: [«lib] }')
      .replace('produces: [liba.so] }', 'produces: [liba.so], needs: [app] }')
      .replace('needs: [lib]\n', 'needs: [mid]\n'),
    'circle (lib → app → mid → lib)',
  ],
  [
    'cc without sources',
    swap('{ builder: cc, dir: native, sources: [a.c],', '«{ builder: cc, dir: native,'),
    "must list its 'sources'; write sources: [file.c]",
  ],
  [
    'a command builder without a command',
    swap('lib: { builder: cc, dir', 'lib: «{ builder: command, dir'),
    "must have a 'command'",
  ],
  // placeholders
  [
    'a placeholder of an unknown target',
    env('${target.lob}'),
    "'${target.lob}' names a target that is not declared. Did you mean 'lib'?",
  ],
  ['a placeholder of constructor', env('${target.constructor}'), 'names a target that is not declared'],
  [
    'a placeholder of a target that the suite does not use',
    env('${target.app}'),
    "the suite does not use; add 'app' to its targets",
  ],
  ['a placeholder without $', env('x/{target.lib}'), "'{target.lib}' is no placeholder; write ${target.lib}"],
  ['a placeholder that is not closed', env('${target.lib/x'), 'is no placeholder'],
  [
    'a placeholder of targets',
    env('${targets.lib}'),
    "'${targets.lib}' is no placeholder; write ${target.lib}",
  ],
  ['a placeholder without a name', env('${target.}'), 'is no placeholder; write ${target.ID}'],
  [
    'a placeholder in a gate',
    swap('compilers: [gcc]', "env: { ASAN_OPTIONS: «'x=${target.lib}' }"),
    'in the `env` of suites only',
  ],
  [
    'a placeholder in the env of make',
    target("mk: { builder: make, dir: native, produces: [x], env: { P: «'${target.lib}' } }"),
    'in the `env` of suites only',
  ],
  ['a placeholder of a suite in a command', command('cp {target.lib}'), 'write {ID} of a target in its'],
  [
    'a misspelled placeholder in a command',
    command('make CFLAGS={cflag}'),
    "'{cflag}' is no placeholder. Did you mean '{cflags}'?",
  ],
  [
    'a target that the command does not need',
    target('zip: { builder: make, dir: native, produces: [z] }')
      .replace('{out}/app', '{zip}')
      .replace("-c, '", "-c, «'"),
    "'{zip}' names a target that this one does not need; add 'zip' to its needs",
  ],
  // settings
  [
    'a setting that no binding has',
    swap('args: [-x]', '«arg: [-x]'),
    "no binding has the setting 'arg'. Did you mean 'args'?",
  ],
  [
    'a setting called constructor',
    swap('args: [-x]', '«constructor: [-x]'),
    "no binding has the setting 'constructor'",
  ],
  [
    'a mapping for arguments',
    swap('args: [-x]', 'args: «{ x: y }'),
    "'args': must be text or a list of texts",
  ],
  ['nothing among arguments', swap('args: [-x]', 'args: [-x, «~]'), "'args[1]'"],
  ['an empty argument', swap('args: [-x]', "args: [«'']"), "'args[0]'"],
  [
    'a text for a shim',
    swap('shim: { name: x, sources: [x.c] }', 'shim: «x.c'),
    "'shim' must be a mapping, and is the text 'x.c'",
  ],
  ['a shim without sources', swap('shim: { name: x, sources: [x.c] }', 'shim: «{ name: x }'), "'sources'"],
  [
    'an unknown key of a shim',
    swap('sources: [x.c] }', 'sources: [x.c], «source: y }'),
    "unknown key 'source'. Did you mean 'sources'?",
  ],
  [
    'a program that is a list',
    suite('{ id: p, binding: c, dir: tests, with: { program: «[x] } }'),
    "'program' must be text, and is a list",
  ],
  [
    'no for isolation',
    suite('{ id: p, binding: rs, dir: tests, with: { isolation: «no } }'),
    'write false, without quotes',
  ],
  [
    'a runner of .NET that there is not',
    suite('{ id: p, binding: net, dir: tests, with: { runner: «mono } }'),
    "'mono' is not one of dotnet",
  ],
  // exclusions
  [
    'a glob that is not closed',
    swap("'ledger-*-plain'", "«'ledger-{py,jni_*'"),
    "has a '{' without its '}'; close it",
  ],
  // several at once
  [
    'mistakes of every kind, told at once and in order',
    ending('timeout: «0\n«colour: red')
      .replace('version: 1', 'version: «2')
      .replace('needs: [lib]', 'needs: [«libb]')
      .replace('  asan:', '  «assan:'),
    "'version' must be 1",
    "needs 'libb'",
    "Did you mean 'asan'",
    "'timeout' must be",
    "unknown key 'colour'",
  ],
];
