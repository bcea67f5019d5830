/** Frames of a crash handler, which stand on top of the stack that it prints. */
import type { Frame } from '../../model/diagnostic.js';

/** What the system calls a handler through: the fault is below. */
const TRAMPOLINE = /^(?:__restore_rt|__kernel_rt_sigreturn|_sigtramp|KiUserExceptionDispatcher)$/;
/** Frames of a handler and of what it calls. */
const MAX_HANDLER_FRAMES = 24;

const nameOf = (f: Frame | undefined): string =>
  f === undefined || f.kind === 'opaque' ? '' : (f.function ?? '');

/** A frame of the C library without a name: its trampoline, where the library is stripped. */
const isStripped = (f: Frame | undefined): boolean =>
  f?.kind === 'module' &&
  f.function === undefined &&
  /\b(?:libc|libpthread|libsystem_platform)\b/.test(f.module);

/**
 * Drops the handler's frames from the top of a stack: all above the system's trampoline, or where that has no name, the functions
 * that `isHandler` knows and the nameless frame that called them. At least one frame stays.
 */
export function dropHandler(frames: Frame[], isHandler: RegExp): void {
  const last = frames.slice(0, MAX_HANDLER_FRAMES).findLastIndex((f) => TRAMPOLINE.test(nameOf(f)));
  if (last >= 0 && last < frames.length - 1) {
    frames.splice(0, last + 1);
    return;
  }
  // Some of its frames may have no names.
  let handlers = 0;
  for (let i = 0; i < Math.min(frames.length - 1, MAX_HANDLER_FRAMES); i++) {
    const name = nameOf(frames[i]);
    if (isHandler.test(name)) handlers = i + 1;
    else if (name !== '') break;
  }
  if (handlers > 0 && handlers < frames.length - 1 && isStripped(frames[handlers])) handlers++;
  frames.splice(0, handlers);
}
