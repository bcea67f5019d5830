/**
 * Whose a leaked block is that a host runtime allocated while the user's code was calling it. A runtime allocates for itself in
 * nearly every call (handles of a thread that attaches, tables of an interpreter, code of a callback): such a block is the
 * user's only where the function that was called hands a resource to its caller, who then has to give it back. Pure.
 */
import type { Frame } from '../model/diagnostic.js';

type Runtime = {
  /** The host, for people who read this table. */
  host: string;
  /** Base names of its objects. */
  objects?: RegExp;
  /** Names that only its functions have: where a log names no object, or the runtime is linked into the user's. */
  names: RegExp;
  /**
   * Functions that hand over what they allocate. Each kind among them is planted as a leak in `native-fixtures/`, and given back in
   * its twin. Not planted: V8's own interface and mono's embedding interface, which no fixture uses; global references and what
   * else stays reachable from a host's own tables, which no leak checker sees.
   */
  handsOver: readonly RegExp[];
  /** Sources that hand over nothing, for frames whose names say less: inlined ones have no path. */
  files?: RegExp;
};

/**
 * Functions of CPython that return memory, or a new reference, by the verbs of its naming. Not among them: what puts something
 * into another object, into a module, an interpreter or a thread. Source: Doc/data/refcounts.dat and the C API reference.
 */
const PYTHON = [
  // Memory, and objects whose memory the caller gives back.
  /^_?Py(?:Mem|Object)_(?:GC_)?(?:Raw|Debug)?(?:Raw)?(?:Malloc|Calloc|Realloc|Strdup|Wcsdup|Alloc)$/,
  /^_?PyObject_(?:GC_)?(?:New|NewVar|Resize)$|^PyType_Generic(?:Alloc|New)$/,
  // New objects, and copies and parts of others.
  /^_?Py[A-Z][A-Za-z]{0,40}_(?:Raw)?(?:New|From|Copy|Concat|Join|R?Split|Format|Pack|Repeat|Replace|Create|Read(?!y))/,
  /^_?Py[A-Z][A-Za-z]{0,40}_(?:Get(?:Slice|Item|Attr|Iter|AIter)|Translate|Decode|Encode|Substring|Keys|Values|Items)/,
  /^_?Py[A-Z][A-Za-z]{0,40}_As(?:Tuple|List|UTF|Latin|ASCII|Wide|Encoded|Unicode|Raw)/,
  /^_?PyNumber_|^_?PySequence_(?:InPlace|List$|Tuple$|Fast$)|^PyIter_(?:Next|Send)|^PyBuffer_|^PyMemoryView_/,
  /^_?PyObject_(?:Call|Vectorcall|Repr$|Str$|ASCII$|Bytes$|Dir$|Type$|RichCompare$|Generic|Self)/,
  /^_?Py_(?:Va)?BuildValue|^PyArg_|^Py_CompileString|^PyEval_EvalCode|^PyRun_String|^PyMarshal_|^PyErr_(?:Fetch$|New)/,
  // What goes by names of its own.
  /^_?Py(?:Unicode|Bytes|Set|Dict|Long|Float)_(?:Repr$|R?Partition|RichCompare|XStrip|As(?:UCS4Copy|Charmap|Decoded|MBCS)|Pop|GetInfo)/,
  /^_?PyLong_(?:GCD|[LR]shift|Divmod)|^_?Py(?:Bytes|Unicode)Writer_|^PyUnicode_BuildEncodingMap$|^PyMember_GetOne$/,
  /^_?Py(?:Vectorcall|CFunction|Eval)_Call|^_?PyFunction_Vectorcall$|^_?PyObject_(?:Fast|MakeTp)Call/,
  /^PyOS_(?:FSPath|double_to_string)$|^Py_(?:Decode|Encode)Locale$|^Py_GenericAlias$|^PyFile_GetLine$|^PyThread_tss_alloc$/,
  /^PyCode_Get(?:Code|Cellvars|Freevars|Varnames)$|^PyType_Get(?:Qual)?Name$|^_?PySequence_BytesToCharpArray$/,
  // A slot that is called through its type (tp_new, nb_add, tp_iternext): CPython's static functions are in lower case.
  /^[a-z]\w{0,80}$/,
];

/** Functions of Node-API, V8, Node's embedding interface and libuv after which something has to be deleted or ended. */
const NODE = [
  /^napi_(?:create_reference|create_threadsafe_function|create_async_work|create_promise|async_init)$/,
  /^napi_(?:open_(?:escapable_)?handle_scope|open_callback_scope|add_async_cleanup_hook)$/,
  /^v8::(?:Shared)?ArrayBuffer::NewBackingStore$|^v8::String::(?:Utf8Value::Utf8Value|Value::Value)$/,
  /^v8::(?:V8|api_internal)::GlobalizeReference$|^v8::Isolate::(?:New|Allocate)$|^v8::ScriptCompiler::CreateCodeCache/,
  /^node::(?:NewIsolate|CreateIsolateData|CreateEnvironment|AddEnvironmentCleanupHook)$/,
  /^uv_/,
];

const RUNTIMES: readonly Runtime[] = [
  {
    host: 'JVM',
    objects: /^lib(?:jvm|j9\w{1,20}|java|jimage)\.so/,
    names: /^(?:checked_)?jni_[A-Z]|^JNI_[A-Z]|^JVM_[A-Z]|^jvmti_[A-Z]/,
    handsOver: [
      /^(?:checked_)?jni_Get(?:String(?:UTFChars|Chars|Critical)|\w{1,20}ArrayElements|PrimitiveArrayCritical)$/,
      /^(?:checked_)?jni_New(?:Weak)?GlobalRef$/,
      /^jvmti_(?:Allocate$|Get|CreateRawMonitor$)/,
    ],
  },
  {
    host: 'CPython',
    objects: /^(?:lib)?python\d?(?:\.\d{1,3})?\w{0,3}(?:\.so|$)/,
    names: /^_?Py(?:[A-Z][A-Za-z]{0,40})?_/,
    handsOver: PYTHON,
  },
  {
    host: 'Node',
    objects: /^node(?:js)?$|^libnode\.so/,
    names: /^(?:napi|node_api)_|^v8::/,
    handsOver: NODE,
  },
  {
    // Native code reaches a managed runtime by its callbacks, which hand over nothing, or by mono's embedding interface.
    host: 'Mono and .NET',
    objects: /^mono(?:-sgen)?$|^libmono\w{0,20}-|^libcoreclr\.so|^libclrjit\.so|^libSystem\.Native\.so/,
    names: /^mono_/,
    handsOver: [/^mono_gchandle_new/, /^mono_[a-z_]{1,40}(?:_to_utf(?:8|16|32)|_full_name|_get_desc)/],
  },
  {
    // Linked into the user's executable: known by its names alone. C.malloc and C.CString are functions of the package.
    host: 'Go',
    names: /^(?:x_cgo_|_cgo_(?:sys|try|set|wait|init)_|crosscall|threadentry$|runtime[./])/,
    handsOver: [],
  },
  {
    host: 'Rust',
    names: /^<?(?:std|core|alloc)::/,
    // All of the library hands over what it makes, but what it keeps for threads, standard streams and panics.
    handsOver: [/^<?(?!std::(?:thread|sys|sys_common|rt|io::stdio|panic|panicking|backtrace)\b)/],
    files: /(?:^|\/)library\/std\/src\/(?:thread|sys|sys_common|rt|io\/stdio|panic|panicking|backtrace)\b/,
  },
];

/** What stands between an allocation and the code that wanted it: the checker's replacements, the C and C++ libraries. */
const PLUMBING =
  /^(?:vgpreload_|lib(?:a|l|t|ub|hwa)san|libclang_rt|libc\.so|libc-|libstdc\+\+|libc\+\+|ld-linux)/;

/** What compilers and linkers append to a name. */
const SUFFIX = /(?:\.(?:localalias|cold|part|constprop|isra|lto_priv)(?:\.\d{1,5})?|@{1,2}[\w.]{1,40})$/;

const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const objectOf = (f: Frame): string | undefined =>
  (f.kind === 'source' || f.kind === 'module') && f.module !== undefined ? base(f.module) : undefined;

const runtimeOf = (f: Frame, name: string | undefined): Runtime | undefined => {
  const object = objectOf(f);
  return RUNTIMES.find(
    (r) =>
      (object !== undefined && r.objects?.test(object)) ||
      (name !== undefined && r.names.test(name) && (object === undefined || r.objects === undefined)),
  );
};

/**
 * Whether the innermost frames of an allocation, up to the first of the user's own, are a runtime that allocated for itself.
 * `inside`: those frames, innermost first; `nameOf` gives a frame's function as a fingerprint has it. Where the function that
 * was called has no name, nothing can be said for the runtime.
 */
export const isRuntimesBlock = (
  inside: readonly Frame[],
  nameOf: (f: Frame) => string | undefined,
): boolean => {
  const entry = inside.at(-1);
  if (entry === undefined) return false;
  const { kind } = entry;
  if (kind === 'source' && RUNTIMES.some((r) => r.files?.test(entry.file))) return true;
  const name = nameOf(entry)?.replace(SUFFIX, '');
  const called = runtimeOf(entry, name);
  if (called) return name !== undefined && !called.handsOver.some((fn) => fn.test(name));
  // Code without an object is what a runtime generated: a callback into managed code, in which the runtime allocated.
  if (kind !== 'opaque') return false;
  const maker = inside.find((f) => !PLUMBING.test(objectOf(f) ?? ''));
  return maker !== undefined && runtimeOf(maker, nameOf(maker)) !== undefined;
};
