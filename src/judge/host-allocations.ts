/**
 * Decides who owns a leaked block that a host runtime allocated while project code was calling it. A runtime
 * allocates for itself in nearly every call (handles of a thread that attaches, tables of an interpreter,
 * code of a callback). Such a block belongs to the project only if the called function hands a resource to
 * its caller, who must release it. Pure.
 */
import { base } from '../model/project-code.js';
import type { Frame } from '../model/diagnostic.js';

type Runtime = {
  /** The name of the host; only for readers of this table. */
  host: string;
  /** Base names of its objects. */
  objects?: RegExp;
  /**
   * Names that only its functions have. Used if a log names no object, or if the runtime is linked into the
   * project's.
   */
  names: RegExp;
  /**
   * Functions that hand what they allocate to the caller. Each kind is planted as a leak in
   * `native-fixtures/` and released in its twin. Not planted: V8's own interface and mono's embedding
   * interface, which no fixture uses, and global references and the like, which stay reachable from a host's
   * tables and are seen by no leak checker.
   */
  handsOver: readonly RegExp[];
  /** Source files whose functions hand over nothing. For inlined frames, whose names have no path. */
  files?: RegExp;
};

/**
 * Functions of CPython that return memory or a new reference, by the verbs in their names. Not among them:
 * functions that store into another object, a module, an interpreter or a thread. Source:
 * Doc/data/refcounts.dat and the C API reference.
 */
const PYTHON = [
  // Memory, and objects whose memory the caller must free.
  /^_?Py(?:Mem|Object)_(?:GC_)?(?:Raw|Debug)?(?:Raw)?(?:Malloc|Calloc|Realloc|Strdup|Wcsdup|Alloc)$/,
  /^_?PyObject_(?:GC_)?(?:New|NewVar|Resize)$|^PyType_Generic(?:Alloc|New)$/,
  // New objects, and copies or parts of others.
  /^_?Py[A-Z][A-Za-z]{0,40}_(?:Raw)?(?:New|From|Copy|Concat|Join|R?Split|Format|Pack|Repeat|Replace|Create|Read(?!y))/,
  /^_?Py[A-Z][A-Za-z]{0,40}_(?:Get(?:Slice|Item|Attr|Iter|AIter)|Translate|Decode|Encode|Substring|Keys|Values|Items)/,
  /^_?Py[A-Z][A-Za-z]{0,40}_As(?:Tuple|List|UTF|Latin|ASCII|Wide|Encoded|Unicode|Raw)/,
  /^_?PyNumber_|^_?PySequence_(?:InPlace|List$|Tuple$|Fast$)|^PyIter_(?:Next|Send)|^PyBuffer_|^PyMemoryView_/,
  /^_?PyObject_(?:Call|Vectorcall|Repr$|Str$|ASCII$|Bytes$|Dir$|Type$|RichCompare$|Generic|Self)/,
  /^_?Py_(?:Va)?BuildValue|^PyArg_|^Py_CompileString|^PyEval_EvalCode|^PyRun_String|^PyMarshal_|^PyErr_(?:Fetch$|New)/,
  // Functions with names of their own.
  /^_?Py(?:Unicode|Bytes|Set|Dict|Long|Float)_(?:Repr$|R?Partition|RichCompare|XStrip|As(?:UCS4Copy|Charmap|Decoded|MBCS)|Pop|GetInfo)/,
  /^_?PyLong_(?:GCD|[LR]shift|Divmod)|^_?Py(?:Bytes|Unicode)Writer_|^PyUnicode_BuildEncodingMap$|^PyMember_GetOne$/,
  /^_?Py(?:Vectorcall|CFunction|Eval)_Call|^_?PyFunction_Vectorcall$|^_?PyObject_(?:Fast|MakeTp)Call/,
  /^PyOS_(?:FSPath|double_to_string)$|^Py_(?:Decode|Encode)Locale$|^Py_GenericAlias$|^PyFile_GetLine$|^PyThread_tss_alloc$/,
  /^PyCode_Get(?:Code|Cellvars|Freevars|Varnames)$|^PyType_Get(?:Qual)?Name$|^_?PySequence_BytesToCharpArray$/,
  // A slot that is called through its type (tp_new, nb_add, tp_iternext). CPython's static functions have
  // lower-case names.
  /^[a-z]\w{0,80}$/,
];

/** Functions of Node-API, V8, Node's embedding interface and libuv whose result must be deleted or ended. */
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
    // A managed runtime is reached from native code by its callbacks, which hand over nothing, or by mono's
    // embedding interface.
    host: 'Mono and .NET',
    objects: /^mono(?:-sgen)?$|^libmono\w{0,20}-|^libcoreclr\.so|^libclrjit\.so|^libSystem\.Native\.so/,
    names: /^mono_/,
    handsOver: [/^mono_gchandle_new/, /^mono_[a-z_]{1,40}(?:_to_utf(?:8|16|32)|_full_name|_get_desc)/],
  },
  {
    // Linked into the project's executable, so known by names alone. C.malloc and C.CString are functions of
    // the package.
    host: 'Go',
    names: /^(?:x_cgo_|_cgo_(?:sys|try|set|wait|init)_|crosscall|threadentry$|runtime[./])/,
    handsOver: [],
  },
  {
    host: 'Rust',
    names: /^<?(?:std|core|alloc)::/,
    // All functions of the library hand over what they allocate, except those for threads, standard streams
    // and panics.
    handsOver: [/^<?(?!std::(?:thread|sys|sys_common|rt|io::stdio|panic|panicking|backtrace)\b)/],
    files: /(?:^|\/)library\/std\/src\/(?:thread|sys|sys_common|rt|io\/stdio|panic|panicking|backtrace)\b/,
  },
];

/**
 * Objects between an allocation and the code that requested it: the checker's replacements, the C and C++
 * libraries.
 */
const PLUMBING =
  /^(?:vgpreload_|lib(?:a|l|t|ub|hwa)san|libclang_rt|libc\.so|libc-|libstdc\+\+|libc\+\+|ld-linux)/;

/** Suffixes that compilers and linkers append to a name. */
const SUFFIX = /(?:\.(?:localalias|cold|part|constprop|isra|lto_priv)(?:\.\d{1,5})?|@{1,2}[\w.]{1,40})$/;

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

/** A line of a wrapper that is compiled into the caller: nan, node-addon-api, pybind11, `JNIEnv_` of jni.h. */
const isHeader = (f: Frame): boolean => f.kind === 'source' && /\.(?:h|hh|hpp|hxx|inl|ipp|tcc)$/.test(f.file);

/**
 * Whether a runtime allocated a block for itself. `inside` are the frames of the allocation, innermost first,
 * up to the first frame of the project. `nameOf` gives a frame's function as in a fingerprint. If the called
 * function has no name, the block is not excused.
 */
export const isRuntimesBlock = (
  inside: readonly Frame[],
  nameOf: (f: Frame) => string | undefined,
): boolean => {
  const entry = inside.findLast((f) => !isHeader(f));
  if (entry === undefined) return false;
  const { kind } = entry;
  if (kind === 'source' && RUNTIMES.some((r) => r.files?.test(entry.file))) return true;
  const name = nameOf(entry)?.replace(SUFFIX, '');
  const called = runtimeOf(entry, name);
  if (called) return name !== undefined && !called.handsOver.some((fn) => fn.test(name));
  // A frame without an object is code that a runtime generated, here a callback into managed code in which it
  // allocated.
  if (kind !== 'opaque') return false;
  const maker = inside.find((f) => !PLUMBING.test(objectOf(f) ?? ''));
  return maker !== undefined && runtimeOf(maker, nameOf(maker)) !== undefined;
};
