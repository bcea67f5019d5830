/** The host's own stack in a log, and the line of the project's in it that called. */
import { describe, expect, it } from 'vitest';
import { callerOf } from '../../src/judge/merge-findings.js';
import { fingerprintOf } from '../../src/judge/fingerprint.js';
import { NO_NOISE, originOf } from '../../src/judge/origin.js';
import { parseText } from '../../src/parsers/index.js';

const ASAN = [
  '==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000014 at pc 0x55 bp 0x7f sp 0x7e',
  'READ of size 4 at 0x602000000014 thread T0',
  '    #0 0x55 in get /p/native/a.c:3:4',
  'SUMMARY: AddressSanitizer: heap-use-after-free /p/native/a.c:3:4 in get',
].join('\n');
const UBSAN = [
  "/p/native/a.c:9:5: runtime error: signed integer overflow: 1 + 2147483647 cannot be represented in type 'int'",
  '    #0 0x55 in add /p/native/a.c:9:5',
  'SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior /p/native/a.c:9:5 in',
].join('\n');
const host = (name: string, ...frames: string[]): string =>
  [
    `HOST STACK (${name}) of this thread:`,
    ...frames.map((f, i) => `    #${i} ${f}`),
    'END OF HOST STACK',
  ].join('\n');
const TAIL = 'Shadow bytes around the buggy address:\n=>0x0c047fff8000: fa fa 00[fa]fa fa\n==7==ABORTING';

const ROWS = [
  [
    'python',
    ['fill in /p/pkg/bind.py:12', '<module> in /p/t.py:3'],
    { function: 'fill', file: '/p/pkg/bind.py', line: 12 },
  ],
  [
    'python',
    ['wrap in /usr/lib/python3/ctypes/util.py:3', 'test x in /p/a b.py:4'],
    { function: 'test x', file: '/p/a b.py', line: 4 },
  ],
  [
    'mono',
    ['(wrapper managed-to-native) Fx:run', 'A.B:C in /p/B.cs:9'],
    { function: 'A.B:C', file: '/p/B.cs', line: 9 },
  ],
  [
    'node',
    ['<anonymous> in /p/a.test.js:7', 'run in node:internal/x:3'],
    { function: '<anonymous>', file: '/p/a.test.js', line: 7 },
  ],
  [
    'jvm',
    ['fx.Fx.run', 'java.util.List.of in java/util/List.java:1', 'fx.A.get in fx/A.java:5'],
    { function: 'fx.A.get', file: 'fx/A.java', line: 5 },
  ],
] as const;

const own = { dirs: ['/p'], shared: ['/p/native'], objects: new Set<string>() };

describe('the host’s stack belongs to the report before it', () => {
  it.each(ROWS)('%s: %j', (name, frames, caller) => {
    for (const [report, tail] of [
      [ASAN, TAIL],
      [UBSAN, ''],
    ] as const) {
      const { diagnostics, unread, missing } = parseText([report, host(name, ...frames), tail].join('\n'));
      expect({ unread, missing }).toEqual({ unread: [], missing: [] });
      expect(diagnostics).toHaveLength(1);
      const stack = diagnostics[0]!.stacks.find((k) => k.role === 'managed');
      expect(stack).toMatchObject({ host: name });
      expect(stack!.frames).toHaveLength(frames.length);
      expect(callerOf(diagnostics[0]!.stacks, own)).toEqual(caller);
    }
  });

  it('of each of several reports', () => {
    const text = [
      UBSAN,
      host('python', 'a in /p/a.py:1'),
      UBSAN.replaceAll('a.c:9', 'a.c:10'),
      host('python', 'b in /p/b.py:2'),
    ];
    const { diagnostics } = parseText(text.join('\n'));
    expect(diagnostics.map((d) => callerOf(d.stacks, own)?.line)).toEqual([1, 2]);
  });

  it('and changes neither its fault nor its hazard', () => {
    const [bare] = parseText(ASAN).diagnostics;
    const [told] = parseText(`${ASAN}\n${host('python', 'a in /p/a.py:1')}`).diagnostics;
    expect({ ...told, stacks: told!.stacks.filter((k) => k.role !== 'managed') }).toEqual(bare);
  });

  it('and not where it comes from', () => {
    const foreign = ASAN.replaceAll('/p/native/a.c', '/usr/src/other.c').replaceAll('Address', 'Thread');
    const text = [
      'WARNING: ThreadSanitizer: data race (pid=7)',
      '  Write of size 4 at 0x7b0 by thread T1:',
      '    #0 f /usr/src/o.c:3 (libo.so+0x1)',
      '',
      'SUMMARY: ThreadSanitizer: data race /usr/src/o.c:3 in f',
    ].join('\n');
    for (const report of [foreign, text]) {
      const [bare] = parseText(report).diagnostics;
      const [told] = parseText(`${report}\n${host('python', 'a in /p/a.py:1')}`).diagnostics;
      expect(told!.stacks.some((k) => k.host === 'python')).toBe(true);
      expect(originOf(told!, own, NO_NOISE)).toBe(originOf(bare!, own, NO_NOISE));
      expect(fingerprintOf(told!, own)).toBe(fingerprintOf(bare!, own));
    }
  });

  it('of more lines than the library prints is not waited for', () => {
    const frames = Array.from({ length: 5000 }, (_, i) => `f${i} in /p/a.py:${i + 1}`);
    const { diagnostics, missing } = parseText(`${UBSAN}\n${host('python', ...frames)}`);
    // The report does not wait for so many lines, and that is said.
    expect(diagnostics).toHaveLength(1);
    expect(missing).toEqual(["line 4: a host's stack without its report"]);
  });

  it('without a report it is said', () => {
    const { diagnostics, complete } = parseText(host('python', 'a in /p/a.py:1'));
    expect(diagnostics).toEqual([]);
    expect(complete).toBe(false);
  });
});
