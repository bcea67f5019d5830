/** Words of the guards of Python, Node-API and JNI, and of the comparison of values. All write one form. */
import { LINTS } from '../../../src/lints/table.js';
import type { Tool } from '../../../src/model/diagnostic.js';
import type { HazardId } from '../../../src/model/hazard.js';
import type { Chapter, Kind } from './chapter.js';

/** The hazards of each guard. */
const GUARDS: readonly [Tool, string, readonly HazardId[]][] = [
  ['ctguard', 'plugins/pytest/ffi_gates_ctguard.py', ['lifetime/callback-collected', 'errno/clobbered']],
  ['pyrefs', 'plugins/pytest/ffi_gates_pyrefs.py', ['resource/python-refcount-leak']],
  [
    'values',
    'src/values/explain.ts',
    [
      'abi/wrong-width',
      'abi/wrong-signedness',
      'abi/encoding',
      'bounds/length-arithmetic',
      'abi/arity',
      'abi/other',
    ],
  ],
  ['fuzz', 'src/values/compare.ts', ['trust/validation-gap', 'crash/signal', 'abi/encoding']],
  ['failing', 'plugins/preload/failing.c', ['ownership/leak-on-error-path']],
  ['errors', 'plugins/preload/errors.c', ['unwind/error-ignored']],
  ['contain', 'plugins/contain/tracer.c', ['trust/crash-not-contained']],
  ['callguard', 'plugins/preload/callguard.c', ['threading/reentrancy', 'threading/starved-runtime']],
  ['pyguard', 'plugins/pytest/ffi_gates_pyguard.py', ['threading/gil-not-released']],
  [
    'napiguard',
    'plugins/preload/napiguard.c',
    [
      'threading/wrong-thread-env',
      'unwind/pending-exception',
      'lifetime/callback-collected',
      'abi/wrong-width',
      'abi/wrong-signedness',
      'resource/napi-ref-leak',
      'ownership/leak',
      'ownership/use-after-free',
      'tool/internal-error',
      'rules/other',
    ],
  ],
  ['monoguard', 'plugins/preload/monoguard.c', ['resource/pin-leak', 'ownership/leak']],
  ['rslint', 'src/lints/table.ts', [...new Set(LINTS.map((l) => l.hazard))]],
  [
    'jniguard',
    'plugins/jniguard',
    [
      'abi/encoding',
      'bounds/host-buffer-too-small',
      'lifetime/host-buffer-moved',
      'lifetime/stale-local-ref',
      'null/dereference',
      'ownership/leak',
      'resource/jni-global-ref-leak',
      'resource/jni-local-ref-overflow',
      'rules/jni-bad-reference',
      'rules/jni-bad-release',
      'rules/jni-call-in-critical',
      'rules/jni-wrong-type',
      'rules/other',
      'threading/lock-misuse',
      'threading/missing-detach',
      'threading/wrong-thread-env',
      'unwind/pending-exception',
    ],
  ],
];
/** Of a checker that has rules of its own. */
const RULE: Partial<Record<Tool, string>> = { rslint: '  rule: a_lint\n' };
const log = (tool: Tool, tier: string): string => `ffi-gates guard ${tool}: note: nothing to say
ffi-gates guard ${tool}: ${tier} $: it happened
${RULE[tool] ?? ''}  fault:
    #0 test_it /repo/tests/test_it.py:3
  made: in the first call
    #0 make /repo/tests/test_it.py:9
  effect: it goes wrong
ffi-gates guard ${tool}: done, 1 calls watched
`;

export const PYTHON_GUARDS: readonly Chapter[] = GUARDS.map(([tool, source, ids]) => ({
  title: tool,
  source,
  tool,
  log: log(tool, 'error'),
  kinds: [
    ...ids.map((id): Kind => [id, id]),
    ...ids.map((id): Kind => [id, id, log(tool, 'warning').replaceAll('$', id)]),
    ['the guard itself broke', 'tool/internal-error', `ffi-gates guard ${tool}: crashed: $\n`],
    ['nothing could be watched', 'tool/host-fault', `ffi-gates guard ${tool}: failed: $\n`],
  ],
  unknown: ['rules/of-tomorrow', 'rules/other'],
}));
