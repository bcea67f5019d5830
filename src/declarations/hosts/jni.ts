/**
 * Java with JNI: native methods of the compiled classes against the functions that the JVM finds for them by name.
 * Their parameters travel as the JVM's own types do; nothing converts them.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { glob } from 'tinyglobby';
import type { CType, HostDeclarations, HostFunction, Place, StaleErrno } from '../../model/declaration.js';
import { byText } from '../../model/order.js';
import type { Checked } from '../check.js';
import { readFunctions } from '../c-calls.js';
import { staleErrnoIn } from '../gimple.js';
import { definedIn } from '../objects.js';
import { declarationsOf, codeOf } from '../source-text.js';
import { jnaDeclarations } from './jna.js';
import { readClass, symbolsOf, typesOf, type JavaClass, type NativeMethod } from './class-file.js';

export type JniSettings = {
  /** The copy of the project that holds compiled classes, and what it is a copy of. */
  project: { from: string; to: string };
  /** Directories of libraries, in the order in which they are searched. */
  libraries: readonly string[];
  /** The library's sources as far as they are known, and how they are compiled. */
  sources?: readonly string[];
  cflags?: readonly string[];
};

const PRIMITIVES: Readonly<Record<string, CType>> = {
  V: { kind: 'void' },
  Z: { kind: 'bool', size: 1, name: 'boolean' },
  B: { kind: 'int', size: 1, signed: true, name: 'byte' },
  C: { kind: 'int', size: 2, signed: false, name: 'char' },
  S: { kind: 'int', size: 2, signed: true, name: 'short' },
  I: { kind: 'int', size: 4, signed: true, name: 'int' },
  J: { kind: 'int', size: 8, signed: true, name: 'long' },
  F: { kind: 'float', size: 4, name: 'float' },
  D: { kind: 'float', size: 8, name: 'double' },
};

/** A reference as C names it: `jbyteArray` for `[B`. The name decides what may be done with it. */
const referenceName = (type: string): string => {
  if (type === 'Ljava/lang/String;') return 'jstring';
  if (type === 'Ljava/lang/Class;') return 'jclass';
  if (type === 'Ljava/lang/Throwable;') return 'jthrowable';
  if (!type.startsWith('[')) return 'jobject';
  const of = PRIMITIVES[type.slice(1)];
  return of && 'name' in of && of.name !== undefined ? `j${of.name}Array` : 'jobjectArray';
};

/** Java's own spelling: `byte[]`, `String`. */
const javaName = (type: string): string => {
  if (type.startsWith('[')) return `${javaName(type.slice(1))}[]`;
  const p = PRIMITIVES[type];
  if (p) return 'name' in p && p.name !== undefined ? p.name : 'void';
  return type.slice(type.lastIndexOf('/') + 1, -1);
};

const typeOf = (type: string): CType =>
  PRIMITIVES[type] ?? { kind: 'reference', as: referenceName(type), name: javaName(type) };

const cName = (type: string): string => {
  const p = PRIMITIVES[type];
  if (!p) return referenceName(type);
  return 'name' in p && p.name !== undefined ? `j${p.name}` : 'void';
};

/** The prototype that `javac -h` would write. */
const prototypeOf = (symbol: string, m: NativeMethod): string => {
  const { parameters, result } = typesOf(m.descriptor);
  const all = ['JNIEnv *', m.isStatic ? 'jclass' : 'jobject', ...parameters.map(cName)];
  return `JNIEXPORT ${cName(result)} JNICALL ${symbol}(${all.join(', ')});`;
};

const readClasses = async (project: string): Promise<JavaClass[]> => {
  const files = await glob('**/*.class', {
    cwd: project,
    absolute: true,
    ignore: ['**/META-INF/versions/**'],
  });
  const classes = new Map<string, JavaClass>();
  for (const f of files.sort(byText)) {
    const c = readClass(await readFile(f).catch(() => Buffer.alloc(0)));
    if (c && c.natives.length > 0 && !classes.has(c.name)) classes.set(c.name, c);
  }
  return [...classes.values()];
};

/** Finds the lines of native methods in the sources. A class whose source is not there is placed at its name. */
const placer = async ({ from, to }: JniSettings['project']) => {
  const files = await glob('**/*.{java,kt}', { cwd: to, absolute: true });
  const sources = new Map<string, string>();
  const textOf = async (file: string): Promise<string> => {
    const text = sources.get(file) ?? codeOf(await readFile(file, 'utf8').catch(() => ''));
    sources.set(file, text);
    return text;
  };
  return async (c: JavaClass, m: NativeMethod): Promise<Place> => {
    const source = c.source ?? `${c.name.slice(c.name.lastIndexOf('/') + 1)}.java`;
    const inPackage = join(dirname(c.name), source);
    const candidates = files.filter((f) => basename(f) === source);
    const file = candidates.find((f) => f.endsWith(`/${inPackage}`)) ?? candidates[0];
    if (file === undefined) return { file: inPackage, line: 1 };
    const word = file.endsWith('.kt') ? 'external' : 'native';
    const all = declarationsOf(await textOf(file), m.name, word);
    const count = typesOf(m.descriptor).parameters.length;
    const found = all.find((d) => d.parameters === count) ?? all[0];
    return { file: join(from, relative(to, file)), line: found?.line ?? 1 };
  };
};

/** The first library that defines each symbol. Those of one name in several libraries are in `doubled`. */
const definitions = async (
  dirs: readonly string[],
): Promise<{ objects: Map<string, string>; doubled: Map<string, string[]>; registers: boolean }> => {
  let registers = false;
  const objects = new Map<string, string>();
  const doubled = new Map<string, string[]>();
  for (const dir of dirs)
    for (const file of (await glob('*.so', { cwd: dir, absolute: true })).sort(byText))
      for (const symbol of await definedIn(file, ['-D'])) {
        registers ||= symbol === 'JNI_OnLoad';
        if (!symbol.startsWith('Java_')) continue;
        const first = objects.get(symbol);
        if (first === undefined) objects.set(symbol, file);
        // Of two files of one name the first directory's is loaded.
        else if (basename(first) !== basename(file))
          doubled.set(symbol, [...(doubled.get(symbol) ?? [first]), file]);
      }
  return { objects, doubled, registers };
};

const REGISTERED = 'no library under test exports it; functions that RegisterNatives names are not seen';
const MISSING =
  'no library under test exports it, and none has a JNI_OnLoad that could register it: a call fails';

/** All native methods of the classes under test, and what the tests told JNA. */
export const jniDeclarations = async (
  s: JniSettings,
  { cc, records }: { cc: string; records: string },
): Promise<{ host: HostDeclarations; notSeen: Checked['notSeen'] }> => {
  const { objects, doubled, registers } = await definitions(s.libraries);
  const place = await placer(s.project);
  const functions: HostFunction[] = [];
  const used = new Set<string>();
  const { registered, ...jna } = await jnaDeclarations(records, s.project);
  for (const c of await readClasses(s.project.to))
    for (const m of c.natives) {
      const symbol = symbolsOf(c.name, m).find((x) => objects.has(x));
      const name = symbol ?? symbolsOf(c.name, m)[0];
      // JNA gives it a function of its own (Native.register).
      if (symbol === undefined && registered.has(`${c.name.replaceAll('/', '.')}#${m.name}`)) continue;
      used.add(name);
      const { parameters, result } = typesOf(m.descriptor);
      const object = objects.get(name);
      const several = doubled.get(name);
      functions.push({
        name,
        at: await place(c, m),
        result: typeOf(result),
        parameters: [
          { kind: 'pointer', to: { kind: 'void' }, name: 'JNIEnv *' },
          m.isStatic
            ? { kind: 'reference', as: 'jclass', name: 'the class' }
            : { kind: 'reference', as: 'jobject', name: 'this' },
          ...parameters.map(typeOf),
        ],
        compiled: true,
        mend: prototypeOf(name, m),
        calls: [],
        ...(object === undefined ? {} : { object }),
        ...(object === undefined
          ? registers
            ? { notSeen: REGISTERED }
            : { notSeen: MISSING, missing: true as const }
          : several
            ? { notSeen: `several libraries export it: ${several.map((f) => basename(f)).join(', ')}` }
            : {}),
      });
    }
  const staleErrno: StaleErrno[] = [];
  for (const file of (s.sources ?? []).filter((f) => f.endsWith('.c'))) {
    const unit = { text: `#include ${JSON.stringify(file)}\n`, cflags: s.cflags ?? [] };
    const bodies = await readFunctions(cc, unit);
    staleErrno.push(...staleErrnoIn(bodies, (name) => name.startsWith('Java_')));
  }
  const unused = [...objects.keys()].filter((x) => !used.has(x));
  return {
    host: { ...jna, language: 'java', functions: [...functions, ...jna.functions], staleErrno },
    notSeen: [
      ...(functions.length + jna.functions.length === 0
        ? [
            {
              name: 'the classes',
              why: 'none has a native method, and the tests used no library through JNA',
            },
          ]
        : []),
      ...unused.map((name) => ({
        name,
        object: basename(objects.get(name) ?? ''),
        why: 'no class under test has a native method of this name',
      })),
    ],
  };
};
