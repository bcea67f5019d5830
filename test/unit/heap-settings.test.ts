/** What the matrix says about a heap reaches every gate that takes it, in its own words, and no gate without being asked. */
import { expect, test } from 'vitest';
import { GATES } from '../../src/gates/index.js';
import type { GateSettings } from '../../src/gates/gate.js';
import { HEAP_GATES, type BindingId } from '../../src/model/ids.js';
import { madeHost } from '../helpers/made-host.js';

const armed = (gate: string, settings: GateSettings): string => {
  const bindings: Record<string, BindingId> = { goasan: 'go', rsasan: 'rs' };
  const arm = GATES[gate as keyof typeof GATES].arm({
    host: madeHost(),
    binding: bindings[gate] ?? 'c',
    compiler: 'gcc',
    logDir: '/logs',
    goesOn: gate === 'asan',
    settings,
  });
  return [...arm.prefix, ...(arm.env['ASAN_OPTIONS'] ?? '').split(':')].join('\n');
};

test.each([...HEAP_GATES])('%s', (gate) => {
  const before = armed(gate, {});
  expect(before).not.toMatch(/fill|redzone[-=](?!128)/);
  const after = armed(gate, { redzone: 512, fill: 165 });
  expect(after).toMatch(/^(?:--redzone-size|redzone)=512$/m);
  // The last one counts.
  expect(after).not.toMatch(/=128$/m);
  const fresh = gate === 'memcheck' ? /^--malloc-fill=0xa5$/m : /^malloc_fill_byte=165$/m;
  const freed = gate === 'memcheck' ? /^--free-fill=0xa5$/m : /^free_fill_byte=165$/m;
  expect(after).toMatch(fresh);
  expect(after).toMatch(freed);
});
