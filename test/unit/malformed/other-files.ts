/** The other files that users write beside the matrix: the baseline, the suppressions, annotated sources. */
import type { Row } from './row.js';

const FP = '0123456789abcdef';
const entry = `fingerprint: ${FP}, hazard: ownership/leak, reason: old`;
const baseline = (...entries: string[]): string =>
  `version: 1\nfindings:\n${entries.map((e) => `  - { ${e} }\n`).join('')}`;
const known = (from: string, to: string): string => baseline(entry.replace(from, to));
/** Tests that may fail in a soak. */
const tests = (): string => 'version: 1\nfindings: []\ntests:\n';
const held = "test: 'a::b', cells: [a-c_own-asan], reason: old, owner: ann, expires: 2027-01-31";

export const BASELINE: readonly Row[] = [
  ['an empty file', '«', 'the file is empty'],
  ['a text', '«none\n', 'the file must be a mapping'],
  ['a version of tomorrow', 'version: «2\nfindings: []\n', "'version' must be 1, and is 2"],
  ['no findings', '«version: 1\n', "'findings' is missing (a list)"],
  ['a mapping for findings', 'version: 1\nfindings: «{}\n', "'findings' must be a list, and is a mapping"],
  ['a text for a finding', `version: 1\nfindings: [«${FP}x]\n`, "'findings[0]' must be a mapping"],
  ['a fingerprint that is none', known(FP, '«xyz'), 'must be the 16 hexadecimal digits of a finding'],
  ['a fingerprint of digits alone', known(FP, '«1234567890123456'), "'fingerprint' must be text"],
  [
    'a hazard near a known one',
    known('leak', 'laek').replace('owner', '«owner'),
    "Did you mean 'ownership/leak'?",
  ],
  ['a hazard called constructor', known('ownership/leak', '«constructor'), "'constructor' is not known here"],
  ['an empty reason', known('reason: old', "reason: «''"), 'must say why the finding is accepted'],
  [
    'no reason',
    baseline(entry.replace(', reason: old', '')).replace('{', '«{'),
    "'reason' is missing (text)",
  ],
  ['an unknown key', baseline(`${entry}, «owned: me`), "unknown key 'owned'. Did you mean 'owner'?"],
  ['a key called toString', baseline(`${entry}, «toString: me`), "unknown key 'toString'"],
  ['a day that is none', baseline(`${entry}, expires: «soon`), 'must be a day as YYYY-MM-DD'],
  ['a day that no calendar has', baseline(`${entry}, expires: «2026-02-30`), 'is not a day of the calendar'],
  ['yes for sometimes', baseline(`${entry}, sometimes: «yes`), 'write true, without quotes'],
  ['a text for cells', baseline(`${entry}, cells: «a-py_own-asan`), "'cells' must be a list"],
  [
    'two entries for one finding',
    baseline(entry, entry).replace(/: (?=0123456789abcdef.*\n$)/, ': «'),
    'two entries have the fingerprint',
  ],
  [
    'a test without an owner',
    `${tests()}  - «{ ${held.replace(', owner: ann', '')} }\n`,
    "'owner' is missing",
  ],
  [
    'a test without a last day',
    `${tests()}  - «{ ${held.replace(', expires: 2027-01-31', '')} }\n`,
    "'expires' is missing",
  ],
  [
    'a test in no cell',
    `${tests()}  - { ${held.replace('[a-c_own-asan]', '«[]')} }\n`,
    'must name the cells',
  ],
  ['a key of findings in a test', `${tests()}  - { ${held}, «sometimes: true }\n`, "unknown key 'sometimes'"],
  [
    'two entries for a test in one cell',
    `${tests()}  - { ${held} }\n  - { ${held.replace('[a-', '[«a-')} }\n`,
    'two entries are about a::b in a-c_own-asan',
  ],
  ['a key twice', baseline(`${entry}, «reason: new`), "the key 'reason' is already there in line 3"],
  ['an alias inside of itself', `version: 1\nfindings: &a [«*a]\n`, 'inside of what it stands for'],
  ['__proto__', baseline(`${entry}, «__proto__: {}`), "'__proto__' cannot be a name"],
  ['a conflict of git', `version: 1\n«<<<<<<< HEAD\nfindings: []\n`, 'not valid YAML'],
  [
    'two mistakes at once',
    baseline(`${entry}, «owned: me`).replace('version: 1', 'version: «2'),
    "'version'",
    "'owned'",
  ],
  [
    'a byte of Latin-1',
    { bytes: Buffer.from([0x76, 0xe9]), line: 1, column: 2 },
    'the byte 0xe9 is not UTF-8',
  ],
];

const suppressions = (line: string): string => `version: 1\nsuppressions:\n  - ${line}\n`;

export const SUPPRESSIONS: readonly Row[] = [
  ['an empty file', '«\n', 'the file is empty'],
  ['no reason', suppressions('«{ hazard: ownership/leak, function: f }'), "'reason' is missing (text)"],
  [
    'an empty reason',
    suppressions("{ hazard: ownership/leak, function: f, reason: «'' }"),
    'must say why it is no bug',
  ],
  [
    'a tool that has none',
    suppressions('{ tool: «asan, function: f, reason: x }'),
    "'asan' is not one of lsan, tsan",
  ],
  [
    'neither hazard nor tool',
    suppressions('«{ function: f, reason: x }'),
    "needs 'hazard', 'tool' or both; add one",
  ],
  ['no place', suppressions('«{ tool: lsan, reason: x }'), 'needs exactly one of function, module, file'],
  ['two places', suppressions('«{ tool: lsan, function: f, file: x.c, reason: x }'), 'needs exactly one of'],
  [
    'a hazard that no checker drops',
    suppressions('«{ tool: lsan, hazard: threading/data-race, function: f, reason: x }'),
    'accept it in the baseline instead',
  ],
  [
    'a wildcard of the shell',
    suppressions("{ tool: lsan, function: «'f?', reason: x }"),
    "may contain '*' as its only wildcard",
  ],
  ['an empty function', suppressions("{ tool: lsan, function: «'', reason: x }"), "'function'"],
  ['a NUL', suppressions('{ tool: lsan, function: «"f\\0", reason: x }'), 'holds a NUL character'],
  ['an unknown key', suppressions('{ tool: lsan, function: f, reason: x, «line: 3 }'), "unknown key 'line'"],
  [
    'two entries that are wrong',
    `${suppressions('«{ tool: lsan, reason: x }')}  - «{ function: f, reason: x }\n`,
    'exactly one of',
    "'hazard', 'tool' or both",
  ],
];

export const ANNOTATIONS: readonly Row[] = [
  [
    'a hazard near a known one',
    'x; «//~ a: asan = bounds/heap-overflwo',
    "Did you mean 'bounds/heap-overflow'?",
  ],
  [
    'a hazard that there is not',
    'x; «//~ a: asan = bounds/nothing-of-the-kind',
    'is not a hazard of the catalogue',
  ],
  [
    'a gate near a known one',
    '«//~ a: assan = bounds/heap-overflow',
    "'assan' is not a gate. Did you mean 'asan'?",
  ],
  ['a gate called constructor', '«//~ a: constructor = bounds/heap-overflow', "'constructor' is not a gate"],
  [
    'a binding that there is not',
    '«#~ a on perl: asan = bounds/heap-overflow',
    "'perl' is not a binding. Known here: c, py",
  ],
  ['no hazard', 'x;\n  «//~ a: asan', 'this annotation cannot be read; write ~ CASE: GATE… = HAZARD-ID'],
  ['a hazard without its family', '«//~ a: asan = leak', 'this annotation cannot be read'],
  ['a colon for the equals sign', '«/*~ a: asan: bounds/heap-overflow */', 'this annotation cannot be read'],
  [
    'a line above the file',
    '\n«//~^^ a: asan = bounds/heap-overflow',
    "points above the file; write fewer '^'",
  ],
  [
    'several at once',
    '«//~ a: assan = bounds/heap-overflow\nx; «//~ b: asan',
    "'assan' is not a gate",
    'cannot be read',
  ],
  [
    'two gates of one annotation',
    '««//~ a: assan memchek = bounds/heap-overflow',
    "'assan'",
    "Did you mean 'memcheck'?",
  ],
];
