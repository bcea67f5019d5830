import { describe, expect, test } from 'vitest';
import { originOf } from '../../src/judge/origin.js';
import { plainName } from '../../src/model/function-name.js';
import type { ProjectCode } from '../../src/model/project-code.js';
import type { Frame, Diagnostic } from '../../src/model/diagnostic.js';

const own: ProjectCode = { dirs: ['/app'], shared: [], objects: new Set(['libmine.so']) };
const go = (fn: string, file: string): Frame => ({ kind: 'source', function: fn, file, line: 7 });
const memcheck = (rule: string, frames: Frame[], more: Partial<Diagnostic> = {}): Diagnostic => ({
  tool: 'memcheck',
  rule: `memcheck/${rule}`,
  hazard: 'bounds/other',
  message: rule,
  stacks: [{ role: more.leak ? 'allocated' : 'fault', frames }],
  complete: true,
  log: { line: 1, endLine: 2 },
  ...more,
});

describe('Go under memcheck', () => {
  const mapped = { region: 'in a rw- anonymous segment' };

  test('a goroutine stack that Valgrind thinks dead is the runtime’s', () => {
    const frames = [go('mine.work', '/app/work.go')];
    expect(originOf(memcheck('InvalidWrite', frames, mapped), own, new Set())).toBe('runtime');
    const stub = [go('_cgo_0123456789ab_Cfunc_sum', '/tmp/go-build/cgo-gcc-prolog'), ...frames];
    expect(originOf(memcheck('InvalidWrite', stub, mapped), own, new Set())).toBe('runtime');
  });

  test('C code on top, or another place than a mapped segment, stays the user’s', () => {
    const frames = [go('fill', '/app/fill.c'), go('mine.work', '/app/work.go')];
    expect(originOf(memcheck('InvalidWrite', frames, mapped), own, new Set())).toBe('own');
    const block = { region: '0 bytes inside a block of size 4 free’d' };
    expect(originOf(memcheck('InvalidRead', [go('mine.work', '/app/work.go')], block), own, new Set())).toBe(
      'own',
    );
  });

  test('a leaked block that a Go package took itself is red', () => {
    const frames = [
      { kind: 'module', module: '/usr/libexec/valgrind/vgpreload_memcheck.so', function: 'malloc' } as const,
      go('_cgo_0123456789ab_Cfunc__Cmalloc', '/tmp/go-build/_cgo_export.c'),
    ];
    const leak = { leak: { kind: 'definite', bytes: 12, objects: 1 } } as const;
    expect(originOf(memcheck('Leak_DefinitelyLost', frames, leak), own, new Set())).toBe('host');
  });

  test('the hash in a stub’s name is not part of a finding’s identity', () => {
    expect(plainName('_cgo_0123456789ab_Cfunc_sum')).toBe('_cgo_Cfunc_sum');
  });
});
