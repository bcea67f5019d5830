/** Handles of Mono's garbage collector that are never freed (plugins/preload/monoguard.c, a profiler of the runtime). */
import type { Gate } from './gate.js';
import { GUARD_ENDED, watched, watching } from './guard.js';

export const monoguard: Gate = {
  ...watching,
  id: 'monoguard',
  title: 'handles of the garbage collector, under Mono',
  offer: { on: false, why: 'objects that are pinned, or kept by a handle, for good; under Mono only' },
  limits: [
    {
      bindings: ['net'],
      text: 'Under Mono only: in suites that `dotnet test` runs it watches nothing, and proves nothing. Eight handles of one place that are alive at the end are a leak, fewer are listed. Handles that are made while a class is set up are made to stay.',
    },
  ],
  unfit: (b) => (b === 'net' ? undefined : 'handles of Mono'),
  preload: 'monoguard',
  arm: (r) => ({
    prefix: [],
    env: { FFI_GATES_MONOGUARD: r.logDir },
    hostArgs: ['--profile=ffigates'],
    // A process that ran tests and did not come to its end is not clean.
    atEnd: GUARD_ENDED,
    watched: watched('no Mono runs the tests'),
  }),
};
