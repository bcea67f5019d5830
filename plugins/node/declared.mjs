/**
 * Records what JavaScript declares of foreign functions through koffi, for the gate `declared`. Loaded with
 * `--import`; FFI_GATES_DECLARED names a directory, in which each thread appends to a file of its own: NDJSON of the
 * form that src/declarations/recordings.ts reads. Declarations are recorded where they are made, since most are made
 * by helpers and loops. koffi's own addon is wrapped when it is loaded, whichever way the package is imported.
 */
import { appendFileSync, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, threadId } from 'node:worker_threads';

const { FFI_GATES_DECLARED: directory } = process.env;
const SELF = fileURLToPath(import.meta.url);
const thread = isMainThread ? '' : `.${threadId}`;

const write = (line) => {
  mkdirSync(directory, { recursive: true });
  appendFileSync(`${directory}/koffi.${process.pid}${thread}.ndjson`, `${JSON.stringify(line)}\n`);
};

/** The place outside of koffi and of this file that called. */
const site = () => {
  const kept = {
    prepareStackTrace: Reflect.get(Error, 'prepareStackTrace'),
    stackTraceLimit: Error.stackTraceLimit,
  };
  Error.prepareStackTrace = (_, frames) => frames;
  Error.stackTraceLimit = 32;
  const frames = new Error('where').stack;
  Object.assign(Error, kept);
  for (const f of Array.isArray(frames) ? frames : []) {
    const name = f.getFileName() ?? '';
    const file = name.startsWith('file:') ? fileURLToPath(name) : name;
    const ours =
      file === SELF || file.startsWith('node:') || /\/node_modules\/(?:koffi|@koromix)\//.test(file);
    if (file !== '' && !ours) return { file, line: f.getLineNumber() ?? 1 };
  }
  return { file: process.argv[1] ?? 'node', line: 1 };
};

/** Primitives of koffi, as it spells them since its first version. */
const NUMBERS = /^(U?)Int(8|16|32|64)(S?)$|^Float(32|64)$/;
const TEXTS = { String: 1, String16: 2, String32: 4 };
const VOID = { kind: 'void' };
const pointerTo = (to, name) => ({ kind: 'pointer', to, name });

/** Makes the translation of koffi's types to `CType`. Records are written when they are first met. */
const translator = (describe, places) => {
  const known = new Set();

  const signature = (proto) => ({
    kind: 'function',
    result: translate(proto.result),
    parameters: proto.arguments.map((a) => translate(a.type ?? a)),
  });
  /** A pointer to a function. Before koffi 3 its prototype cannot be had. */
  const callback = ({ proto, name }) => pointerTo(proto ? signature(proto) : VOID, name);

  const record = (t, union) => {
    const name = t.name;
    if (known.has(name)) return name;
    known.add(name);
    const fields = Object.values(t.members ?? {}).map((m) => ({
      name: m.name,
      bit: m.offset * 8,
      type: translate(m.type),
    }));
    const at = places.get(name);
    write({ record: { name, size: t.size, ...(union ? { union } : {}), fields, ...(at ? { at } : {}) } });
    return name;
  };

  const translate = (type) => {
    const t = describe(type);
    const { name, primitive, size } = t;
    const number = NUMBERS.exec(primitive);
    if (number?.[3]) return { kind: 'unknown', name: `${name} in another byte order` };
    if (number?.[4]) return { kind: 'float', size, name };
    if (number && t.values) return { kind: 'enum', size, signed: number[1] === '', name };
    // koffi calls plain `char` an Int8. Its sign is C's to say.
    if (number) return { kind: 'int', size, ...(name === 'char' ? {} : { signed: number[1] === '' }), name };
    if (TEXTS[primitive]) return pointerTo({ kind: 'int', size: TEXTS[primitive], name: 'text' }, name);
    switch (primitive) {
      case 'Void':
        return VOID;
      case 'Bool':
        return { kind: 'bool', size, name };
      case 'Pointer':
        return pointerTo(t.ref ? translate(t.ref) : VOID, name);
      case 'Callback':
        return callback(t);
      case 'Prototype':
        return t.proto ? signature(t.proto) : VOID;
      case 'Array':
        return { kind: 'array', of: translate(t.ref), count: t.length, name };
      case 'Record':
      case 'Union':
        return { kind: 'record', name: record(t, primitive === 'Union') };
      default:
        return { kind: 'unknown', name };
    }
  };
  return translate;
};

/** Files that hold code of this process, by the addresses at which they are mapped. */
const mappings = () =>
  readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const m = /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \S+ +(\/.+)$/.exec(line);
      return m ? [{ from: BigInt(`0x${m[1]}`), to: BigInt(`0x${m[2]}`), file: m[3] }] : [];
    });

/** The file of the object that holds a symbol: where the library's own symbol lies, else the library as it was named. */
const objectOf = (koffi, lib, path, symbol) => {
  const all = mappings();
  try {
    const address = BigInt(koffi.address(lib.symbol(symbol, 'void')));
    const found = all.find((m) => m.from <= address && address < m.to)?.file;
    if (found !== undefined) return found;
  } catch {
    // A version of koffi without addresses of symbols.
  }
  if (typeof path !== 'string') return undefined;
  return path.includes('/')
    ? realpathSync(path)
    : all.find((m) => basename(m.file) === path || basename(m.file).startsWith(`${path}.`))?.file;
};

/** Size and time of change, by which a file that is replaced later is noticed. */
const stampOf = (file) => {
  const s = file && statSync(file, { bigint: true, throwIfNoEntry: false });
  return s ? `${s.size} ${s.mtimeNs}` : undefined;
};

/** Whether the declaration ends in `...`: koffi's own description of a function does not say it. */
const isVariadic = (words) =>
  words.some((w) => (Array.isArray(w) ? w.at(-1) === '...' : typeof w === 'string' && /\.\.\.\s*\)/.test(w)));

/** Notes the records that koffi makes itself for objects that a call passes: the library may write all of each. */
const watchCalls = (call, types, allocated) => {
  const records = types.map((t) => (t.kind === 'pointer' && t.to.kind === 'record' ? t.to.name : undefined));
  if (records.every((r) => r === undefined)) return call;
  const note = (given) => {
    for (const [i, name] of records.entries())
      if (name !== undefined && !allocated.has(name) && isMade(given[i])) {
        allocated.add(name);
        write({ allocated: name });
      }
  };
  const watched = (f) =>
    new Proxy(f, {
      apply(target, self, given) {
        note(given);
        return Reflect.apply(target, self, given);
      },
    });
  const result = watched(call);
  if (typeof call.async === 'function') result.async = watched(call.async);
  return result;
};
/** An object of JavaScript, or an array of one, rather than a pointer that the library gave. */
const isMade = (v) => {
  const prototype = v && typeof v === 'object' ? Object.getPrototypeOf(v) : undefined;
  return Array.isArray(v) || prototype === Object.prototype;
};

const record = (koffi) => {
  const places = new Map();
  // Its name since koffi 3; the older one warns there.
  const describe = koffi.type ?? koffi.introspect;
  const translate = translator(describe, places);
  const allocated = new Set();
  let functions = 0;
  for (const make of ['struct', 'union', 'pack']) {
    const original = koffi[make];
    if (typeof original !== 'function') continue;
    koffi[make] = (...words) => {
      const type = original(...words);
      places.set(describe(type).name, site());
      return type;
    };
  }
  const declared = (lib, path, f, words) => {
    const { name, result, arguments: given } = f.info;
    const types = given.map((a) => translate(a.type ?? a));
    const object = objectOf(koffi, lib, path, name);
    const at = site();
    write({
      function: {
        id: ++functions,
        name,
        ...(typeof path === 'string' ? { library: path } : {}),
        ...(object === undefined ? {} : { object, stamp: stampOf(object) }),
        ...{ at, result: translate(result), resultAt: at, parameters: types, parametersAt: at },
        ...(isVariadic(words) ? { variadic: true } : {}),
        calls: [],
      },
    });
    return watchCalls(f, types, allocated);
  };
  const { load } = koffi;
  koffi.load = (path, ...options) => {
    const lib = load(path, ...options);
    for (const how of ['func', 'cdecl', 'stdcall', 'fastcall', 'thiscall']) {
      const original = lib[how];
      if (typeof original !== 'function') continue;
      // Since koffi 3 a method of the class, which cannot be assigned.
      const value = (...words) => {
        const f = original.apply(lib, words);
        return watched(() => declared(lib, path, f, words)) ?? f;
      };
      Object.defineProperty(lib, how, { value, configurable: true, writable: true });
    }
    return lib;
  };
};

/** The suite must not fail because of its observer: what could not be recorded is said in the report. */
const watched = (what) => {
  try {
    return what();
  } catch (e) {
    const at = { file: SELF, line: 1 };
    write({
      function: { id: 'failed', name: 'koffi', at, calls: [], notSeen: `the recorder failed: ${String(e)}` },
    });
    return undefined;
  }
};

if (directory) {
  const dlopen = process.dlopen.bind(process);
  process.dlopen = (module, file, ...flags) => {
    const opened = dlopen(module, file, ...flags);
    if (basename(String(file)) === 'koffi.node') watched(() => record(module.exports));
    return opened;
  };
}
