/** Words of our own gate that compares declarations. */
import type { HazardId } from '../../../src/model/hazard.js';
import type { Chapter, Kind } from './chapter.js';

const IDS: readonly HazardId[] = [
  'abi/arity',
  'abi/calling-convention',
  'abi/encoding',
  'abi/no-result',
  'abi/pointee-size',
  'abi/struct-layout',
  'abi/symbol',
  'abi/truncated-pointer',
  'abi/wrong-signedness',
  'abi/wrong-width',
  'errno/clobbered',
];
const log = (tier: string): string => `ffi-gates declared: ${tier} $: f, the result: it differs
  host: ctypes.c_int
      #0 f /repo/a.py:3
  library: long, by debug information: long f(void)
      #0 f /repo/f.c:9
  effect: 4294967296 arrives as 0
  mend: f.restype, f.argtypes = c_long, []
ffi-gates declared: done, 1 functions compared, 0 not seen
`;

export const DECLARED: readonly Chapter[] = [
  {
    title: 'declared',
    source: 'src/declarations/report.ts',
    tool: 'declared',
    log: log('error'),
    kinds: [
      ...IDS.map((id): Kind => [id, id]),
      ...IDS.map((id): Kind => [id, id, log('warning').replaceAll('$', id)]),
      [
        'no function could be compared: no debug information',
        'tool/host-fault',
        'ffi-gates declared: failed: $\n',
      ],
    ],
    unknown: ['abi/of-tomorrow', 'abi/other'],
  },
];
