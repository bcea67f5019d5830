/** Readable names: what the demanglers know, and that everything else stays as it was printed. */
import { describe, expect, it } from 'vitest';
import { demangle, demangleFrames } from '../../src/parsers/demangle.js';
import type { Diagnostic } from '../../src/model/diagnostic.js';

describe('demangle', () => {
  it.each([
    ['_ZN7logging10LogMessageD2Ev', 'logging::LogMessage::~LogMessage()'],
    ['__ZN3fooC1Ev', 'foo::foo()'],
    ['_ZN4core3fmt5write17h0123456789abcdefE', 'core::fmt::write'],
    ['_RNvCs1234_7mycrate3foo', 'mycrate::foo'],
    ['_RNvNtCslNYArtu3iFV_5alloc5alloc5alloc', 'alloc::alloc::alloc'],
    ['?foo@@YAXXZ', 'foo(void)'],
  ])('%s', (mangled, plain) => expect(demangle(mangled)).toBe(plain));

  it.each([
    'main',
    '_Rep',
    '_Rb_tree',
    '_ZN',
    '_Z',
    '_R',
    '???',
    '?',
    'operator new(unsigned long)',
    '_start',
  ])('leaves %s alone', (name) => expect(demangle(name)).toBe(name));

  it('survives hostile names', () => {
    for (const n of ['N', 'S_', 'I', '_', '1a', 'R', 'FvE']) {
      const name = `_ZN${n.repeat(4000)}`;
      expect(typeof demangle(name)).toBe('string');
      expect(demangle(`_RNv${n.repeat(20_000)}`)).toBe(`_RNv${n.repeat(20_000)}`);
    }
  });

  it('renames every frame of a diagnostic that has a function', () => {
    const diagnostic: Diagnostic = {
      tool: 'asan',
      rule: 'asan/SEGV',
      hazard: 'crash/signal',
      message: 'SEGV',
      complete: true,
      log: { line: 1, endLine: 2 },
      stacks: [
        {
          role: 'fault',
          frames: [
            { kind: 'module', module: 'x.so', function: '_ZN3fooC1Ev' },
            { kind: 'opaque', text: '_ZN3fooC1Ev' },
            { kind: 'module', module: 'x.so', offset: '0x1' },
          ],
        },
      ],
    };
    demangleFrames(diagnostic);
    expect(diagnostic.stacks[0]!.frames).toEqual([
      { kind: 'module', module: 'x.so', function: 'foo::foo()' },
      { kind: 'opaque', text: '_ZN3fooC1Ev' },
      { kind: 'module', module: 'x.so', offset: '0x1' },
    ]);
  });
});
