/** What exists, on one screen. Adding a gate, a binding or a builder: one file, one line here, one proof. */
import type { Binding } from './binding.js';
import { c } from './bindings/c.js';
import { go } from './bindings/go.js';
import { jni } from './bindings/jni.js';
import { net } from './bindings/net.js';
import { nodejs as node } from './bindings/node.js';
import { py } from './bindings/py.js';
import { pyx } from './bindings/pyx.js';
import { rs } from './bindings/rs.js';
import type { Gate } from './gate.js';
import { cgocheck, cgocheck2, goasan, gorace, plain, pydebug, xcheck } from './gates/runtimes.js';
import { miri, rsasan, rstsan } from './gates/rust.js';
import { asan, tsan, ubsan } from './gates/sanitizers.js';
import { helgrind, memcheck } from './gates/valgrind.js';
import type { BINDING_IDS, GateId } from './names.js';

export const BINDINGS: Record<(typeof BINDING_IDS)[number], Binding> = { c, py, pyx, go, jni, rs, net, node };

export const GATES: Record<GateId, Gate> = {
  plain,
  asan,
  ubsan,
  tsan,
  memcheck,
  helgrind,
  xcheck,
  cgocheck,
  cgocheck2,
  gorace,
  goasan,
  rsasan,
  rstsan,
  miri,
  pydebug,
};
