import { expect, test } from 'vitest';
import { BINDING_IDS } from '../../src/model/ids.js';
import { GATES } from '../../src/gates/index.js';
import { madeHost } from '../helpers/made-host.js';

const optionsOf = (text: string | undefined): Map<string, string> =>
  new Map((text ?? '').split(':').map((o) => [o.split('=')[0] ?? '', o.slice(o.indexOf('=') + 1)]));

test('the first report ends a process unless the launch asks to go on, which changes nothing of what is seen', () => {
  for (const binding of BINDING_IDS) {
    const request = { host: madeHost(), binding, compiler: 'gcc', logDir: '/logs' } as const;
    const users = GATES.asan.arm(request);
    const going = GATES.asan.arm({ ...request, goesOn: true });
    const [halts, goes] = [optionsOf(users.env['ASAN_OPTIONS']), optionsOf(going.env['ASAN_OPTIONS'])];
    expect(halts.get('halt_on_error')).toBe('1');
    expect(goes.get('halt_on_error')).toBe('0');
    // Two tests may go wrong at one instruction.
    expect(goes.get('suppress_equal_pcs')).toBe('0');
    for (const name of ['halt_on_error', 'suppress_equal_pcs', 'redzone']) {
      halts.delete(name);
      goes.delete(name);
    }
    expect(goes).toEqual(halts);
    expect({ ...going, env: { ...going.env, ASAN_OPTIONS: '' } }).toEqual({
      ...users,
      env: { ...users.env, ASAN_OPTIONS: '' },
    });
  }
});
