/** Words of our own guards. */
import type { Chapter } from './chapter.js';

const LEFT = `ffi-gates fdguard: watching
ffi-gates fdguard: opened 7 $ /data/x
    #0 0x7f0000001234 (/build/libx.so+0x1234)
ffi-gates fdguard: ended
ffi-gates fdguard: left open: $ /data/x (byte 28)
    #0 0x7f0000001234 (/build/libx.so+0x1234)
ffi-gates fdguard: that is all
`;

export const GUARDS: readonly Chapter[] = [
  {
    title: 'fdguard',
    source: 'plugins/preload/fdguard.c and src/gates/programs/left-open.ts',
    tool: 'fdguard',
    log: LEFT,
    kinds: [
      ...['file', 'stream', 'directory', 'socket', 'pipe', 'duplicate', 'event', 'epoll', 'timer'].map(
        (kind) => [kind, 'resource/handle-leak'] as const,
      ),
      ['no process was watched', 'tool/host-fault', 'ffi-gates fdguard: failed: $\n'],
    ],
    unknown: ['telescope', 'resource/handle-leak'],
  },
];
