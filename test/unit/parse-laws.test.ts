/** Law 3 over every captured log: no prefix forgets a finding, none throws, and a begun report is never clean. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFrame } from '../../src/parsers/engine/frame.js';
import { parseText } from '../../src/parsers/index.js';

const root = new URL('../logs/', import.meta.url);
const TOOLS = 'asan lsan ubsan tsan msan hwasan gwp-asan scudo rtsan tysan libfuzzer'.split(' ');
const logs = TOOLS.flatMap((tool) => readdirSync(new URL(`${tool}/`, root)).map((f) => `${tool}/${f}`));
const HEADER =
  /(?:ERROR|WARNING): (?:\w+Sanitizer|libFuzzer: \w)|runtime error: |GWP-ASan detected a memory error|\[GWP-ASan\]: .* at 0x\w|Scudo ERROR: |UBSAN: [\w-]+ in \w/;

describe('every prefix', () => {
  it.each(logs)('%s', (log) => {
    const text = readFileSync(new URL(log, root), 'utf8');
    const header = HEADER.exec(text)!;
    const step = Math.max(1, Math.floor(text.length / 600));
    let found = 0;
    for (let n = 0; n <= text.length; n += step) {
      const p = parseText(text.slice(0, n));
      expect(p.diagnostics.length).toBeGreaterThanOrEqual(found);
      found = p.diagnostics.length;
      const begun = n >= header.index + header[0].length;
      if (begun) expect(found > 0 || !p.complete || p.unread.length > 0).toBe(true);
    }
    expect(parseText(text).diagnostics.length).toBeGreaterThanOrEqual(found);
  });
});

it('survives any text', () => {
  const word = fc.constantFrom(
    '==1==ERROR: AddressSanitizer: ',
    'WARNING: ThreadSanitizer: ',
    ' (pid=1)',
    '    #0 0x1 in f ',
    'a.c:1:2',
    '\n',
    ': runtime error: ',
    'SUMMARY: ',
    '(',
    ')',
    '<',
    ' ',
    'Direct leak of 1 byte(s) in 1 object(s) allocated from:',
    '\u001b[31m',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ unit: 'binary' }))), (parts) => {
      const p = parseText(parts.join(''));
      expect(p.missing.filter((m) => m.startsWith('a reader failed'))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

// That they take linear time is what the judgement of every regular expression and the fuzzed counts of steps prove.
it('reads a report with long hostile lines as one report', () => {
  for (const c of ['(', ' ', 'a ', '0', '<', ' /', '"', ': ', '00 ', '[', 'READ of size 1 at 0x1 '])
    expect(
      parseText(`==1==ERROR: AddressSanitizer: x\n    #0 0x1 in ${c.repeat(50_000)}\n${c.repeat(50_000)}\n`)
        .diagnostics,
    ).toHaveLength(1);
});

describe('frames', () => {
  it.each([
    ['    #0 0x4f in main a.c:5:10', { kind: 'source', function: 'main', file: 'a.c', line: 5, column: 10 }],
    [
      '    #1 0x4f in f(int, char const*) /x/b.cpp:9',
      { kind: 'source', function: 'f(int, char const*)', file: '/x/b.cpp', line: 9 },
    ],
    [
      '    #2 0x4f in g (/lib/x.so+0x1b) (BuildId: ab12)',
      { kind: 'module', module: '/lib/x.so', offset: '0x1b', function: 'g' },
    ],
    ['    #2 0x4f  (/lib/x.so+0x1b)', { kind: 'module', module: '/lib/x.so', offset: '0x1b' }],
    [
      '    #0 pthread_create <null> (t+0x61) (BuildId: e2)',
      { kind: 'module', module: 't', offset: '0x61', function: 'pthread_create' },
    ],
    ['    #0 <null> <null> (t+0x61)', { kind: 'module', module: 't', offset: '0x61' }],
    [
      '    #0 main a.c:3 (t+0xe4)',
      { kind: 'source', function: 'main', file: 'a.c', line: 3, module: 't', offset: '0xe4' },
    ],
    ['    #3 0x4f  (<unknown module>)', { kind: 'opaque', text: '0x4f  (<unknown module>)' }],
    [
      '    #4 0x7f in f C:\\src\\x.cpp:12:3',
      { kind: 'source', function: 'f', file: 'C:\\src\\x.cpp', line: 12, column: 3 },
    ],
    [
      '    #5 0x7f in (anonymous namespace)::f() a.cc:1:2',
      { kind: 'source', function: '(anonymous namespace)::f()', file: 'a.cc', line: 1, column: 2 },
    ],
    [
      '    #6 0x7f in main::$_0::operator()(int) const /s p/a.cc:4:1',
      { kind: 'source', function: 'main::$_0::operator()(int) const', file: '/s p/a.cc', line: 4, column: 1 },
    ],
    ['    #7 0x7f in f+0x1c (/x+0x1c)', { kind: 'module', module: '/x', offset: '0x1c', function: 'f' }],
    ['0 0x4f in main a.c:5', { kind: 'source', function: 'main', file: 'a.c', line: 5 }],
  ])('%s', (line, frame) => expect(parseFrame(line)?.frame).toEqual(frame));
});
