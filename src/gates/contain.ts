/**
 * Workers out of process that crash, hang, write garbage or close their pipes, at each request in turn.
 * `plugins/contain` traces the suite, breaks its workers and tells what their parent makes of it; `judge/containment.ts`
 * says which of that is a failure. The parent and its worker may be written in any language.
 */
import { join } from 'node:path';
import type { BindingId } from '../model/ids.js';
import type { Gate } from './gate.js';
import { watched, watching } from './guard.js';

const BINDINGS: readonly BindingId[] = ['py', 'go', 'jni', 'node'];

export const contain: Gate = {
  id: 'contain',
  title: 'workers that crash, hang and lie',
  offer: {
    on: false,
    why: 'breaks workers that run native code out of process, at each request; name them with `contain` in a suite',
  },
  limits: [
    {
      bindings: BINDINGS,
      text: 'Sees workers that read their requests from a pipe or a socket, and a suite whose tests pass if a request is refused. What they share through memory alone is no request. `close` needs x86-64.',
    },
  ],
  ...watching,
  unfit: (b) => (BINDINGS.includes(b) ? undefined : 'workers of this binding are not broken'),
  breaksWorkers: true,
  arm: (r) => {
    if (!r.contain) return { prefix: [], env: {}, hostArgs: [] };
    const { tracer, worker = '', faults } = r.contain;
    const settings = join(r.logDir, '..', 'contain.txt');
    const lines = [
      ['log', join(r.logDir, 'contain')],
      ['worker', worker],
      ...faults.map((f) => ['fault', f.key, f.n, f.kind, f.patience, f.more]),
    ];
    return {
      prefix: [tracer, settings],
      env: {},
      hostArgs: [],
      files: { [settings]: lines.map((words) => `${words.join('\t')}\n`).join('') },
      watched: watched('no process of the suite is its `worker`, or none of them read a request'),
    };
  },
};
