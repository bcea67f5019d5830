/** The table of bindings. Adding one takes one file or folder, one line here and one proof. */
import { c } from './c.js';
import { go } from './go/go.js';
import { jni } from './jni/jni.js';
import { net } from './dotnet/net.js';
import { nodejs as node } from './node/node.js';
import { py } from './python/py.js';
import { pyx } from './python/pyx.js';
import { rs } from './rust/rs.js';
import type { Binding } from './binding.js';
import type { BINDING_IDS } from '../model/ids.js';

export const BINDINGS: Record<(typeof BINDING_IDS)[number], Binding> = { c, py, pyx, go, jni, rs, net, node };
