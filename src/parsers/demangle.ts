/**
 * Readable names for mangled symbols: Itanium C++, Rust (both manglings) and MSVC. Tools differ in which of them they
 * demangle, and a finding must be the same through each of them. The demanglers are those of the Firefox profiler, as
 * WebAssembly; nothing is loaded before the first mangled name.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as glue from 'gecko-profiler-demangle/index_bg.js';
import type { Frame, Diagnostic } from '../model/diagnostic.js';

/** `_ZN…`, `__ZN…` (Apple), `_RNv…`, `__R…`, `?f@@YAXXZ`. `_Rb_tree` and `_Rep` are names as they stand. */
const MANGLED = /^(?:_{1,3}Z[\w.$]|_{1,2}R[CIMNXY][\w.$]|\?[\w?@$]{1,4000}@)/;
/** Characters of a name: no compiler makes longer ones, and a hostile one must not cost time. */
const MAX_NAME_CHARS = 10_000;

let loaded = false;
function load(): void {
  const wasm = createRequire(import.meta.url).resolve('gecko-profiler-demangle/index_bg.wasm');
  const module = new WebAssembly.Module(readFileSync(wasm));
  const instance = new WebAssembly.Instance(module, { './index_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  loaded = true;
}

/** The readable form of a mangled name; any other name is returned as it is. Never throws. */
export function demangle(name: string): string {
  if (!MANGLED.test(name) || name.length > MAX_NAME_CHARS) return name;
  try {
    if (!loaded) load();
    const plain = glue.demangle_any(name);
    // A name that it cannot read is returned without its underscores.
    return name.endsWith(plain) ? name : plain;
  } catch {
    return name;
  }
}

/** Demangles the functions of all frames, in place. */
export function demangleFrames(diagnostic: Diagnostic): void {
  for (const stack of diagnostic.stacks) stack.frames.forEach(rename);
}

function rename(frame: Frame): void {
  if (frame.kind === 'opaque' || frame.function === undefined) return;
  frame.function = demangle(frame.function);
}
