import { expect, test } from 'vitest';
import { BINDING_IDS } from '../../src/model/ids.js';
import { GATES } from '../../src/gates/index.js';
import { madeHost } from '../helpers/made-host.js';

test('a terse memcheck sees as much: it leaves out where unset values came from, and nothing else', () => {
  for (const binding of BINDING_IDS) {
    const request = { host: madeHost(), binding, compiler: 'gcc', logDir: '/logs' } as const;
    const told = GATES.memcheck.arm(request);
    const skipExplanations = GATES.memcheck.arm({ ...request, skipExplanations: true });
    expect(told.prefix).toContain('--track-origins=yes');
    expect(skipExplanations).toEqual({
      ...told,
      prefix: told.prefix.map((w) => (w === '--track-origins=yes' ? '--track-origins=no' : w)),
    });
    if (GATES.helgrind.unfit(binding) === undefined)
      expect(GATES.helgrind.arm({ ...request, skipExplanations: true })).toEqual(GATES.helgrind.arm(request));
  }
});

test('a process that was forked for a test keeps a log of its own; what a program forks for itself is silent', () => {
  const request = { host: madeHost(), binding: 'py', compiler: 'gcc', logDir: '/logs' } as const;
  for (const gate of [GATES.memcheck, GATES.helgrind]) {
    expect(gate.arm(request).prefix).toContain('--child-silent-after-fork=yes');
    expect(gate.arm({ ...request, forks: true }).prefix).toContain('--child-silent-after-fork=no');
  }
});
