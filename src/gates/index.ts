/** The table of gates. Adding one takes one file, one line here and one proof. */
import type { Gate } from './gate.js';
import { cgocheck, cgocheck2, goasan, gorace, plain, pydebug, xcheck } from './runtimes.js';
import { callguard } from './callguard.js';
import { contain } from './contain.js';
import { ctguard } from './ctguard.js';
import { declared } from './declared.js';
import { errors } from './errors.js';
import { failing } from './failing.js';
import { fdguard } from './fdguard.js';
import { fuzz } from './fuzz.js';
import { napiguard } from './napiguard.js';
import { jniguard } from './jniguard.js';
import { monoguard } from './monoguard.js';
import { rslint } from './rslint.js';
import { pyguard } from './pyguard.js';
import { pyrefs } from './pyrefs.js';
import { miri, rsasan, rstsan } from './rust.js';
import { asan, tsan, ubsan } from './sanitizers.js';
import { helgrind, memcheck } from './valgrind.js';
import { values } from './values.js';
import type { GateId } from '../model/ids.js';

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
  declared,
  fdguard,
  ctguard,
  pyrefs,
  pyguard,
  napiguard,
  jniguard,
  monoguard,
  rslint,
  values,
  fuzz,
  failing,
  errors,
  contain,
  callguard,
};
