/** The hazard catalogue: what a finding is about. Ids are public and never change once released. */

/** `tool`: an honesty row, counted as neither hazard nor clean. */
export type Family =
  | 'ownership'
  | 'lifetime'
  | 'bounds'
  | 'null'
  | 'init'
  | 'abi'
  | 'unwind'
  | 'errno'
  | 'threading'
  | 'resource'
  | 'rules'
  | 'ub'
  | 'trust'
  | 'crash'
  | 'tool';
export type HazardId = `${Family}/${string}`;

/** Which side of the boundary usually has to change. */
export type Side = 'native' | 'host' | 'either' | 'tool';
export type Hazard = { id: HazardId; title: string; side: Side; defence: string };

const row = (id: HazardId, side: Side, title: string, defence: string): Hazard => ({
  id,
  title,
  side,
  defence,
});

/** Every hazard that a parser may name, one line each; `<family>/other` catches a tool's kinds that are new to us. */
export const HAZARDS: readonly Hazard[] = [
  row(
    'ownership/leak',
    'either',
    'native memory is never freed',
    'write down who frees each result; free in finally/Drop/Dispose',
  ),
  row(
    'ownership/leak-on-error-path',
    'either',
    'memory is freed on success only',
    'release in finally/Drop/Dispose, not after the happy path',
  ),
  row(
    'ownership/double-free',
    'host',
    'the same memory is freed twice',
    'one owner per pointer; null the handle after free',
  ),
  row(
    'ownership/invalid-free',
    'host',
    'memory that is borrowed or interior is freed',
    'free only what the contract hands over',
  ),
  row(
    'ownership/allocator-mismatch',
    'either',
    'memory is freed by another allocator than made it',
    'export a free function beside every allocation',
  ),
  row(
    'ownership/use-after-free',
    'either',
    'memory is used after it was freed',
    'tie the handle to the object; refuse calls after close',
  ),
  row('ownership/other', 'either', 'another ownership error', 'see the tool message'),
  row(
    'lifetime/stack-escape',
    'native',
    'a pointer to a dead stack frame is used',
    'return by value or into a caller buffer',
  ),
  row(
    'lifetime/host-buffer-freed',
    'host',
    'native code keeps a host buffer that was released',
    'keep a reference for as long as native code does, or copy',
  ),
  row(
    'lifetime/host-buffer-moved',
    'host',
    'the collector moved an object that native code holds',
    'pin it, or pass native memory',
  ),
  row(
    'lifetime/callback-collected',
    'host',
    'a callback was collected while native code calls it',
    'keep the delegate or closure reachable until unregistered',
  ),
  row(
    'lifetime/go-pointer-kept',
    'native',
    'C keeps a Go pointer after the call',
    'pass a handle, or C memory',
  ),
  row(
    'lifetime/stale-local-ref',
    'native',
    'a JNI local reference is used after its call returned',
    'NewGlobalRef for what must live longer',
  ),
  row('lifetime/other', 'either', 'another lifetime error', 'see the tool message'),
  row('bounds/heap-overflow', 'native', 'write past the end of a heap block', 'check lengths before writing'),
  row('bounds/heap-overread', 'native', 'read past the end of a heap block', 'check lengths before reading'),
  row(
    'bounds/stack-overflow',
    'native',
    'access outside a stack object',
    'check indices against the array size',
  ),
  row(
    'bounds/global-overflow',
    'native',
    'access outside a global object',
    'check indices against the array size',
  ),
  row(
    'bounds/host-buffer-too-small',
    'host',
    'the host passes a buffer shorter than declared',
    'derive the length from the buffer',
  ),
  row(
    'bounds/missing-terminator',
    'host',
    'a string without NUL reaches C string functions',
    'terminate, or pass the length',
  ),
  row(
    'bounds/length-arithmetic',
    'either',
    'a length became negative or huge',
    'check before subtracting; use size_t and limits',
  ),
  row('bounds/redzone-jump', 'native', 'an index lands in another live block', 'check indices'),
  row('bounds/other', 'either', 'another access outside bounds', 'see the tool message'),
  row('null/dereference', 'host', 'a null pointer is dereferenced', 'check results before passing them on'),
  row(
    'init/uninitialised-read',
    'native',
    'memory is used before it was written',
    'initialise on every path',
  ),
  row(
    'init/uninitialised-out-parameter',
    'native',
    'an out parameter is left unset and the host branches on it',
    'set out parameters on every path, check the status first',
  ),
  row('abi/truncated-pointer', 'host', 'a pointer is squeezed into an int', 'declare the return type'),
  row(
    'abi/wrong-width',
    'host',
    'an integer is declared with another width',
    'use fixed-width types on both sides',
  ),
  row(
    'abi/wrong-signedness',
    'host',
    'an integer is declared with another signedness',
    'declare exactly what the header says',
  ),
  row(
    'abi/struct-layout',
    'host',
    'a struct is laid out differently on the two sides',
    'generate declarations, assert sizes and offsets',
  ),
  row('abi/arity', 'host', 'arguments are missing or extra', 'declare argument types'),
  row(
    'abi/calling-convention',
    'host',
    'arguments travel in the wrong registers',
    'declare types and convention',
  ),
  row('abi/encoding', 'host', 'text crosses in the wrong encoding', 'name the encoding in the contract'),
  row('abi/other', 'either', 'another disagreement about the interface', 'see the tool message'),
  row('unwind/panic', 'either', 'a panic crosses native frames', 'catch at the boundary, return an error'),
  row(
    'unwind/foreign-exception',
    'either',
    'an exception crosses native frames',
    'catch at the boundary, return an error',
  ),
  row(
    'unwind/pending-exception',
    'native',
    'a runtime call is made with an exception pending',
    'check and return after each call that can throw',
  ),
  row('unwind/error-ignored', 'host', 'an error result is used as a value', 'check the result'),
  row('unwind/other', 'either', 'another error while unwinding', 'see the tool message'),
  row('errno/clobbered', 'host', 'errno is read too late', 'use the binding’s errno capture'),
  row(
    'threading/data-race',
    'either',
    'two threads touch memory without order',
    'lock, or confine to one thread',
  ),
  row(
    'threading/host-memory-race',
    'host',
    'a race on memory that the host itself touches',
    'hand memory over, do not share it',
  ),
  row('threading/go-race', 'host', 'a data race in Go code', 'lock, or use channels'),
  row(
    'threading/wrong-thread-env',
    'native',
    'a thread-bound environment is used on another thread',
    'attach, or hop to the owner thread',
  ),
  row(
    'threading/missing-detach',
    'native',
    'a native thread ends while attached',
    'detach before the thread ends',
  ),
  row(
    'threading/gil-not-held',
    'native',
    'Python objects are touched without the GIL',
    'PyGILState_Ensure around callbacks',
  ),
  row(
    'threading/gil-not-released',
    'native',
    'a long native call freezes the interpreter',
    'release the GIL around blocking work',
  ),
  row('threading/deadlock', 'either', 'threads wait for each other', 'one lock order'),
  row('threading/lock-order', 'either', 'locks are taken in conflicting order', 'one lock order'),
  row(
    'threading/reentrancy',
    'host',
    'a callback re-enters a non-reentrant library',
    'queue work from callbacks',
  ),
  row(
    'threading/starved-runtime',
    'host',
    'blocking native calls consume the runtime’s threads',
    'bound concurrency',
  ),
  row(
    'threading/lock-misuse',
    'either',
    'a lock is used against its rules',
    'pair lock and unlock on one thread',
  ),
  row(
    'threading/signal-unsafe',
    'either',
    'an unsafe call is made in a signal handler',
    'set a flag, act outside the handler',
  ),
  row('threading/thread-leak', 'either', 'a thread is neither joined nor detached', 'join or detach'),
  row('threading/other', 'either', 'another threading error', 'see the tool message'),
  row(
    'resource/handle-leak',
    'either',
    'a file, socket or handle stays open',
    'close in finally/Drop/Dispose',
  ),
  row(
    'resource/jni-local-ref-overflow',
    'native',
    'more JNI local references than promised',
    'DeleteLocalRef in loops, or Push/PopLocalFrame',
  ),
  row(
    'resource/jni-global-ref-leak',
    'native',
    'a JNI global reference is never deleted',
    'DeleteGlobalRef in the destroy function',
  ),
  row(
    'resource/python-refcount-leak',
    'native',
    'a Python reference is never released',
    'Py_DECREF on every path',
  ),
  row(
    'resource/python-refcount-underflow',
    'native',
    'a Python reference is released too often',
    'do not DECREF borrowed references',
  ),
  row(
    'resource/napi-ref-leak',
    'native',
    'an N-API reference is never deleted',
    'napi_delete_reference in the finalizer',
  ),
  row('resource/pin-leak', 'host', 'a pinned handle is never freed', 'free GCHandles in finally'),
  row(
    'resource/exhausted',
    'either',
    'memory, stack or descriptors ran out',
    'bound the size before the call',
  ),
  row('resource/other', 'either', 'another resource error', 'see the tool message'),
  row(
    'rules/cgo-pointer-to-pointer',
    'host',
    'a Go pointer to a Go pointer is passed to C',
    'pass C memory or handles',
  ),
  row('rules/cgo-go-pointer-in-c-memory', 'host', 'a Go pointer is stored in C memory', 'store a handle'),
  row(
    'rules/jni-bad-reference',
    'native',
    'a JNI reference is invalid',
    'do not use deleted or foreign references',
  ),
  row(
    'rules/jni-wrong-type',
    'native',
    'a JNI call does not fit the object, method or field',
    'check class and signature',
  ),
  row(
    'rules/jni-bad-release',
    'native',
    'a JNI array or string is released wrongly',
    'release exactly what was got',
  ),
  row(
    'rules/jni-call-in-critical',
    'native',
    'a JNI call is made inside a critical region',
    'leave the region first',
  ),
  row(
    'rules/python-exception-set',
    'native',
    'a result is returned with an error set, or NULL without one',
    'return NULL exactly when an error is set',
  ),
  row('rules/other', 'either', 'another rule of a runtime is broken', 'see the tool message'),
  row('ub/integer-overflow', 'native', 'signed integer overflow', 'check before computing'),
  row('ub/shift', 'native', 'invalid shift', 'check the exponent'),
  row('ub/misaligned', 'native', 'misaligned access', 'memcpy, or align'),
  row(
    'ub/invalid-enum-or-bool',
    'either',
    'an invalid bool or enum value is loaded',
    'validate values that cross',
  ),
  row('ub/vla-bound', 'native', 'variable length array with a bad bound', 'check the bound'),
  row('ub/function-type', 'either', 'a function is called through the wrong type', 'fix the declaration'),
  row('ub/array-index', 'native', 'array index outside its type', 'check the index'),
  row('ub/null-argument', 'either', 'null where the declaration forbids it', 'check before the call'),
  row('ub/pointer-overflow', 'native', 'pointer arithmetic overflows', 'check before computing'),
  row('ub/object-type', 'native', 'an object is used as another type', 'do not cast across unrelated types'),
  row('ub/float-cast', 'native', 'a float does not fit the integer type', 'check the range'),
  row('ub/division-by-zero', 'native', 'integer division by zero', 'check the divisor'),
  row(
    'ub/unreachable',
    'native',
    'code marked unreachable is reached, or a value is not returned',
    'return on every path',
  ),
  row('ub/rust-aliasing', 'host', 'Rust’s aliasing rules are broken', 'do not mix &mut with raw pointers'),
  row('ub/rust-dangling', 'host', 'a dangling pointer is used in Rust', 'keep the owner alive'),
  row('ub/rust-invalid-value', 'host', 'an invalid value is made in Rust', 'validate before transmuting'),
  row('ub/rust-alignment', 'host', 'a misaligned access in Rust', 'read_unaligned'),
  row('ub/rust-data-race', 'host', 'a data race in Rust', 'lock, or use atomics'),
  row('ub/other', 'either', 'other undefined behaviour', 'see the tool message'),
  row('trust/validation-gap', 'host', 'malformed input reaches native code', 'validate before the call'),
  row(
    'trust/crash-not-contained',
    'host',
    'a worker’s crash takes its parent along',
    'supervise, with timeouts',
  ),
  row(
    'crash/signal',
    'either',
    'the process was killed by a fault that no checker explains',
    'rerun under a memory gate',
  ),
  row('crash/abort', 'either', 'the process aborted itself', 'see the message before the abort'),
  row(
    'crash/heap-corruption',
    'either',
    'the allocator found its heap corrupted',
    'rerun under ASan or memcheck',
  ),
  row('crash/other', 'either', 'another abnormal end', 'see the log'),
  row('tool/unsupported', 'tool', 'the checker cannot run this operation', 'exclude it, or use another gate'),
  row('tool/host-fault', 'tool', 'the checker cannot work on this host', 'run `ffi-gates doctor`'),
  row('tool/internal-error', 'tool', 'the checker itself failed', 'report it to the tool’s authors'),
];

const byId = new Map(HAZARDS.map((h) => [h.id, h]));

/** The catalogue row of an id, or undefined for an id that is not in the catalogue. */
export const hazard = (id: string): Hazard | undefined => byId.get(id as HazardId);

/** True for rows that say something about the checker rather than about the code under test. */
export const isHonestyRow = (id: HazardId): boolean => id.startsWith('tool/');
