/** Frames as the crash handlers of libraries and programs print them. */
import type { Frame } from '../../model/diagnostic.js';
import { libcFrameOf, parseFrame, sourceFrame } from '../engine/frame.js';

/** glog, Abseil: `    @     0x7f8a3b4c5390       32  f(int)`, the size of the frame where it is known. */
const AT = /^(?:PC: )?@ {1,20}0x[0-9a-f]{1,16}(?: {1,12}\d{1,9})? {1,4}(?:\(unknown\) {1,4}(?=\S))?(\S.*)$/;
/** UCX: ` 1 0x0000000000001234 f()  /src/a.c:12`. */
const UCX = /^\d{1,3} {1,2}0x[0-9a-f]{6,16} (\S.*?)(?:\(\))? {2}(\S+:\d{1,9})$/;
/** backward-cpp: `#1    Source "/src/a.c", line 12, in f [0x401f2c]`, `#3    Object "./a.out", at 0x401a11, in f`. */
const BACKWARD =
  /^#\d{1,4} {1,8}(?:Source "([^"]{1,400})", line (\d{1,9})|Object "([^"]{1,400})", at 0x[0-9a-f]{1,16}), in (.*?)(?: \[0x[0-9a-f]{1,16}\])?$/;
/** pystack: `(C) File "./a.c", line 12, in f (liba.so)`. */
const PYSTACK = /^\((?:C|Python)\) File "([^"]{1,400})", line (\d{1,9}), in (\S+)/;
/** Open MPI numbers glibc's frames: `[ 1] ./a.so(f+0x1d)[0x7f1f]`. */
const INDEX = /^\[ {0,2}\d{1,3}\] /;
const NAMELESS = /^(?:\(unknown\)|\?\?|0x[0-9a-f]+)$/;

/** The frame between a handler and the code that the signal interrupted. */
const TRAMPOLINE = /^(?:__kernel_rt_sigreturn|__restore_rt|__sigaction|killpg|_sigtramp)$/;

/** The frames of the interrupted code: a handler's own are on top of them. */
export function interrupted(frames: readonly Frame[]): Frame[] {
  const at = frames.findIndex(
    (f) => 'function' in f && f.function !== undefined && TRAMPOLINE.test(f.function),
  );
  return frames.slice(at < frames.length - 1 ? at + 1 : 0);
}

/** The frame that a line is, without its indentation; undefined when it is none. */
export function handlerFrameOf(line: string): Frame | undefined {
  const text = line.trim();
  const at = AT.exec(text);
  if (at) return NAMELESS.test(at[1]!) ? { kind: 'opaque', text } : { kind: 'symbol', function: at[1]! };
  const backward = BACKWARD.exec(text);
  if (backward) {
    const [, file, number, module, fn = ''] = backward;
    if (file === undefined) return { kind: 'module', module: module!, ...(fn !== '' && { function: fn }) };
    return { kind: 'source', function: fn, file, line: Number(number) };
  }
  const pystack = PYSTACK.exec(text);
  if (pystack) return { kind: 'source', function: pystack[3]!, file: pystack[1]!, line: Number(pystack[2]) };
  const ucx = UCX.exec(text);
  if (ucx) return sourceFrame(ucx[1]!, ucx[2]!) ?? { kind: 'symbol', function: ucx[1]! };
  return libcFrameOf(text.replace(INDEX, '')) ?? parseFrame(text)?.frame;
}
