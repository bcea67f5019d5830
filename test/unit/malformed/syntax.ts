/** Files that are no YAML, or none that is read. */
import { ending, GOOD, swap, type Row } from './row.js';

const bytes = (before: string, ...odd: number[]): Uint8Array =>
  Buffer.concat([Buffer.from(before), Buffer.from(odd), Buffer.from('\n')]);

/** Ten aliases of the line before, eight times: a hundred million texts. */
const bomb = 'abcdefgh'
  .split('')
  .map(
    (c, i, all) =>
      `  - &${c} [${Array(10)
        .fill(i === 0 ? 'x' : `*${all[i - 1]}`)
        .join(', ')}]`,
  )
  .join('\n');

export const SYNTAX: readonly Row[] = [
  ['an empty file', '«', 'the file is empty; begin with `version: 1`'],
  ['blanks only', '«   \n\n', 'the file is empty'],
  ['comments only', '«# to do\n', 'the file is empty'],
  ['a document mark only', '«---\n', 'the file is empty'],
  ['a list', '«- version: 1\n', 'the file must be a mapping, and is a list'],
  ['a text', '«version 1\n', 'the file must be a mapping, and is the text'],
  ['a number', '«1\n', 'the file must be a mapping, and is 1'],
  ['null', '«null\n', 'the file is empty; it must be a mapping'],
  ['a list that is not closed', swap('[liba.so] }', '[liba.so «}'), 'not valid YAML'],
  ['a mapping that is not closed', 'version: 1\ngates: { asan: «', 'not valid YAML'],
  ['a quote that is not closed', ending('own: [«"lib]'), 'nothing closes this quote'],
  [
    'a tab that indents',
    swap('  lib: {', '«\tlib: {'),
    'Tabs are not allowed as indentation; indent with blanks',
  ],
  ['two documents', `${GOOD}«---\nversion: 1\n`, 'a second document begins here'],
  ['a document after its end', `${GOOD}...\n«version: 1\n`, 'a second document begins here'],
  ['YAML 1.1', `«%YAML 1.1\n---\n${GOOD}`, 'YAML 1.1 is not read; remove the line %YAML'],
  ['a value with a colon', swap('name: demo', 'name: «demo: two'), 'put a value that holds'],
  ['a key on the line of another', 'version: «1 suites: 2\n', 'begin each key on a line of its own'],
  ['a line without a colon', swap('root: .', '«root'), "is a ':' or a quote missing?"],
  ['an @', swap('name: demo', 'name: «@demo'), 'put the value in quotes'],
  ['a backtick', swap('name: demo', 'name: «`demo`'), 'put the value in quotes'],
  ['a %', swap('name: demo', 'name: «%demo'), 'put the value in quotes'],
  ['an escape that there is not', swap('name: demo', 'name: "«\\q"'), 'write the backslash twice'],
  ['a list in a line', swap('produces: [app]', 'produces: «- app'), 'Unexpected block-seq-ind'],
  ['a glob without quotes', swap('[liba.so]', '[«*.so]'), 'put quotes around a text that begins with *'],
  ['an alias without its anchor', ending('own: «*own'), 'no anchor &own is above this alias'],
  [
    'an alias above its anchor',
    swap('name: demo', 'name: «*n').replace('slow', '&n slow'),
    'no anchor &n is above',
  ],
  ['an alias inside of itself', ending('own: &a [«*a]'), 'the alias *a is inside of what it stands for'],
  ['a mapping inside of itself', swap('{ args: [-x] }', '&w { args: «*w }'), 'inside of what it stands for'],
  [
    'an alias inside of itself, two levels up',
    swap('{ args: [-x] }', '&w { shim: { name: [«*w] } }'),
    'inside of what it stands for',
  ],
  [
    'a bomb of aliases',
    ending(`own:\n${bomb.replace(/(&e \[(?:\*d, ){7})/, '$1«')}`),
    'repeat more than 100,000 values',
  ],
  [
    'a template without quotes',
    swap('dir: tests\n    targets', 'dir: «{«{ tests }}\n    targets'),
    "'dir' must be text, and is a mapping",
    'a key must be text',
  ],
  ['a list as a key', ending('? «[a]\n: 1'), 'a key must be text'],
  ['an alias as a key', swap('name: demo', 'name: &n demo\n«*n : 1'), 'a key must be text'],
  ['no key', ending('«: 1'), "a key is missing before ':'"],
  ['null as a key', ending('«~: 1'), "a key is missing before ':'"],
  ['__proto__ as a key', ending('«__proto__: { timeout: 1 }'), "'__proto__' cannot be a name here"],
  [
    '__proto__ as a target',
    swap('  app:\n', '  «__proto__: { builder: make, dir: native, produces: [x] }\n  app:\n'),
    "'__proto__' cannot be a name here",
  ],
  [
    'a key twice',
    swap('root: .', 'root: .\n«root: .'),
    "the key 'root' is already there in line 3; keep one",
  ],
  [
    'a target twice',
    swap('  app:\n', '  «lib: { builder: make, dir: native, produces: [x] }\n  app:\n'),
    "the key 'lib' is already there in line 5",
  ],
  ['a variable twice', swap("{ FLAGS: '{cflags}' }", '{ A: x, «A: y }'), "the key 'A' is already there"],
  [
    'a gate twice, once in quotes',
    swap('  plain:\n', "  plain:\n  «'plain':\n"),
    "the key 'plain' is already",
  ],
  ['a merge of a text', ending('«<<: text'), "'<<' takes a mapping"],
  ['a merge of a list of texts', ending('«<<: [text]'), "'<<' takes a mapping"],
  [
    'a tag of its own',
    swap('name: demo', 'name: !name «demo'),
    "the tag '!name' has no meaning here; remove it",
  ],
  ['binary data', swap('name: demo', 'name: !!binary «aGVsbG8='), 'has no meaning here'],
  ['a set', ending('own: !!set «{ a }'), 'has no meaning here'],
  ['a NUL in quotes', swap('name: demo', 'name: «"de\\0mo"'), 'holds a NUL character'],
  ['a NUL in a key', ending('«"a\\0": 1'), 'holds a NUL character'],
  ['a NUL in an argument', swap('[sh, -c,', '[sh, «"-c\\x00",'), 'holds a NUL character'],
  ['a NUL as it is', swap('name: demo', 'name: de«\0mo'), 'the control character U+0000 is not allowed'],
  ['an escape character as it is', swap('name: demo', 'name: de«\x1bmo'), 'the control character U+001B'],
  ['a line that ends in CR alone', swap('name: demo\n', 'name: demo«\r'), 'the control character U+000D'],
  ['half of a character', swap('name: demo', 'name: «"\\ud800"'), 'no valid Unicode'],
  [
    'nested far too deep',
    swap('name: demo', `name: ${'['.repeat(50)}«${'['.repeat(5_000)}`),
    'levels are nested here',
  ],
  ['nested in a line', `${'- '.repeat(51)}«${'- '.repeat(3_000)}a`, 'levels are nested here'],
  [
    'a byte of Latin-1',
    { bytes: bytes('version: 1\nname: caf', 0xe9), line: 2, column: 10 },
    '0xe9 is not UTF-8',
  ],
  ['a byte after others', { bytes: bytes('# é😀', 0xff), line: 1, column: 6 }, 'the byte 0xff is not UTF-8'],
  [
    'a surrogate in bytes',
    { bytes: bytes('a: ', 0xed, 0xa0, 0x80), line: 1, column: 4 },
    '0xed is not UTF-8',
  ],
  ['UTF-16', { bytes: Buffer.from(`\ufeff${GOOD}`, 'utf16le'), line: 1, column: 1 }, 'the file is UTF-16'],
];
