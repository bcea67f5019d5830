/** What exists, on one screen. Adding a gate, a binding or a builder: one file, one line here, one proof. */
import type { Binding } from '../bindings/binding.js';
import { c } from '../bindings/c.js';
import { go } from '../bindings/go/go.js';
import { jni } from '../bindings/jni/jni.js';
import { net } from '../bindings/dotnet/net.js';
import { nodejs as node } from '../bindings/node/node.js';
import { py } from '../bindings/python/py.js';
import { pyx } from '../bindings/python/pyx.js';
import { rs } from '../bindings/rust/rs.js';
import type { Gate } from './gate.js';
import { cgocheck, cgocheck2, goasan, gorace, plain, pydebug, xcheck } from './runtimes.js';
import { miri, rsasan, rstsan } from './rust.js';
import { asan, tsan, ubsan } from './sanitizers.js';
import { helgrind, memcheck } from './valgrind.js';
import type { BINDING_IDS, GateId } from '../model/ids.js';

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
