/** The functions of JNI as a JDK's own `jni.h` declares them, and a wrapper for each of them in C. */
import {
  ASKS_ABOUT,
  covers,
  IN_CRITICAL,
  LETTERS,
  MAY_BE_NULL,
  MODIFIED_UTF8,
  TYPES,
  WITH_EXCEPTION,
} from './jni-rules.js';

/** One function of the table. The first parameter is always the `JNIEnv *`. */
export type JniFunction = {
  name: string;
  result: string;
  /** Types of the parameters; `...` at the end of a variadic one. */
  parameters: string[];
};

const POINTER = /\(\s*JNICALL\s*\*\s*(\w+)\s*\)\s*\(([^()]*)\)/;

/** The type of a parameter that may have a name. */
const typeOf = (parameter: string): string => {
  const words = parameter
    .replaceAll('*', ' * ')
    .split(/\s+/)
    .filter((w) => w !== '');
  const last = words.at(-1) ?? '';
  const types = words.filter((w) => w !== 'const' && w !== 'struct');
  // The name comes last, behind a type.
  return (types.length > 1 && last !== '*' ? words.slice(0, -1) : words).join(' ');
};

/** Reads `struct JNINativeInterface_`. Throws if there is none, or if a member of it is not understood. */
export const jniFunctions = (header: string): JniFunction[] => {
  const text = header
    .split('/*')
    .map((part, i) => (i === 0 ? part : part.slice(part.indexOf('*/') + 2)))
    .join(' ')
    .replaceAll(/\/\/[^\n]*/g, ' ');
  const from = text.indexOf('struct JNINativeInterface_ {');
  const to = text.indexOf('};', from);
  if (from < 0 || to < 0) throw new Error('the header has no struct JNINativeInterface_');
  const members = text
    .slice(text.indexOf('{', from) + 1, to)
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .split(';')
    .map((m) => m.replaceAll(/\s+/g, ' ').trim())
    .filter((m) => m !== '' && !/^void ?\* ?reserved\d$/.test(m));
  return members.map((m) => {
    const found = POINTER.exec(m);
    if (found === null) throw new Error(`not understood in struct JNINativeInterface_: ${m}`);
    const [whole, name = '', parameters = ''] = found;
    return {
      name,
      result: m.slice(0, m.indexOf(whole)).trim(),
      parameters: parameters.split(',').map((p) => typeOf(p.trim())),
    };
  });
};

const isVariadic = (f: JniFunction): boolean => f.parameters.at(-1) === '...';
const bare = (type: string): string => type.replace(/\bconst\b/, '').replaceAll(' ', '');
const isReference = (type: string): boolean => Object.hasOwn(TYPES, bare(type));

const mayBeNull = (name: string, argument: number): boolean =>
  MAY_BE_NULL.some((r) => r.functions.test(name) && r.arguments.includes(argument));

/** Checks of each argument, in C. References become those of the JVM. */
const argumentChecks = (f: JniFunction): string[] =>
  f.parameters.flatMap((type, i) => {
    const nullable = mayBeNull(f.name, i) ? 1 : 0;
    if (i === 0) return [];
    if (isReference(type)) {
      const of = covers(ASKS_ABOUT, f.name) ? 'OF_ANY' : TYPES[bare(type)];
      return [`a${i} = use_reference(&c, a${i}, ${of}, ${nullable}, ${i});`];
    }
    return bare(type) === 'char*' && MODIFIED_UTF8.functions.test(f.name)
      ? [`use_text(&c, a${i}, ${nullable}, ${i});`]
      : [];
  });

const letter = (of: string): string => `'${LETTERS[of] ?? 'V'}'`;
const CALL =
  /^Call(Nonvirtual|Static)?(Object|Boolean|Byte|Char|Short|Int|Long|Float|Double|Void)Method[AV]?$/;
const FIELD = /^(Get|Set)(Static)?(Object|Boolean|Byte|Char|Short|Int|Long|Float|Double)Field$/;
const ELEMENTS = /^Get(Boolean|Byte|Char|Short|Int|Long|Float|Double)ArrayElements$/;

/** The check of a method's or field's ID. */
const idChecks = ({ name }: JniFunction): string[] => {
  const [called, how, result = ''] = CALL.exec(name) ?? [];
  if (called !== undefined) {
    const id = how === 'Nonvirtual' ? 'a3' : 'a2';
    return [`use_id(&c, a1, (void *)${id}, "method", ${letter(result)}, ${how === 'Static' ? 1 : 0}, 0);`];
  }
  if (/^NewObject[AV]?$/.test(name)) return ['use_id(&c, a1, (void *)a2, "method", 0, 0, 0);'];
  const [accessed, does, isStatic, type = ''] = FIELD.exec(name) ?? [];
  return accessed === undefined
    ? []
    : [
        `use_id(&c, a1, (void *)a2, "field", ${letter(type)}, ${isStatic ? 1 : 0}, ${does === 'Set' ? 1 : 0});`,
      ];
};

/** What a function takes back, and by which function it was lent. */
const takesBack = ({ name, parameters }: JniFunction): string | undefined => {
  if (!/^Release(?:\w+ArrayElements|PrimitiveArrayCritical|String(?:UTF)?Chars|StringCritical)$/.test(name))
    return undefined;
  const mode = parameters.length > 3 ? '1, a3' : '0, 0';
  const critical = name.endsWith('Critical') ? 1 : 0;
  return `returned(&c, a1, (void *)a2, ${mode}, S_${name.replace(/^Release/, 'Get')}, ${critical})`;
};

/** What a function lends: its array's type, and whether a critical region begins. */
const lends = ({ name }: JniFunction): { type: string; critical: number } | undefined => {
  const type = ELEMENTS.exec(name)?.[1];
  if (type !== undefined) return { type: TYPES[`j${type.toLowerCase()}Array`] ?? '0', critical: 0 };
  if (name === 'GetPrimitiveArrayCritical') return { type: 'OF_ARRAY', critical: 1 };
  if (name === 'GetStringCritical') return { type: '0', critical: 1 };
  return /^GetString(?:UTF)?Chars$/.test(name) ? { type: '0', critical: 0 } : undefined;
};

/** What happens to the result `r` before it is returned. */
const resultStep = (f: JniFunction): string[] => {
  const { name } = f;
  const lent = lends(f);
  if (lent) return [`r = lent(&c, a1, (void *)r, a2, size, ${lent.critical});`];
  if (name === 'NewGlobalRef') return ['r = made_global(&c, r, GLOBAL);'];
  if (name === 'NewWeakGlobalRef') return ['r = made_global(&c, r, WEAK);'];
  if (name === 'PopLocalFrame') return ['r = popped_frame(&c, r);'];
  if (name === 'PushLocalFrame') return ['pushed_frame(&c, a1, r);'];
  if (name === 'EnsureLocalCapacity') return ['ensured(&c, a1, r);'];
  if (name === 'MonitorEnter') return ['monitor(&c, 1, r);'];
  if (name === 'MonitorExit') return ['monitor(&c, -1, r);'];
  const [found, isStatic, kind] = /^Get(Static)?(Method|Field)ID$/.exec(name) ?? [];
  if (found !== undefined)
    return [`note_id(&c, a1, (void *)r, a2, a3, ${isStatic ? 1 : 0}, ${kind === 'Field' ? 1 : 0});`];
  return isReference(f.result) ? ['r = made_local(&c, r);'] : [];
};

const DELETES: Readonly<Record<string, string>> = {
  DeleteLocalRef: 'LOCAL',
  DeleteGlobalRef: 'GLOBAL',
  DeleteWeakGlobalRef: 'WEAK',
};

/** The wrapper of one function. Variadic ones call the form that takes a `va_list`. */
const wrapperOf = (f: JniFunction): string => {
  const variadic = isVariadic(f);
  const typed = f.parameters.filter((t) => t !== '...');
  const parameters = [...typed.map((t, i) => `${t} a${i}`), ...(variadic ? ['...'] : [])].join(', ');
  const nothing = f.result === 'void';
  const refuse = `if (c.refused) return${nothing ? '' : ' 0'};`;
  const head = [
    `static ${f.result} JNICALL w_${f.name}(${parameters}) {`,
    '  struct call c;',
    `  begin_call(&c, a0, S_${f.name}, __builtin_return_address(0));`,
    `  ${refuse}`,
  ];
  const kind = DELETES[f.name];
  if (kind !== undefined)
    return [...head, `  delete_reference(&c, a1, ${kind}, O->${f.name});`, '}'].join('\n');
  const back = takesBack(f);
  const given = typed.map((_, i) => (back && i === 2 ? 'back' : `a${i}`));
  const call = `O->${f.name}${variadic ? 'V' : ''}(${[...given, ...(variadic ? ['rest'] : [])].join(', ')})`;
  const lent = lends(f);
  return [
    ...head,
    ...argumentChecks(f).map((l) => `  ${l}`),
    ...idChecks(f).map((l) => `  ${l}`),
    ...(back ? [`  void *back = ${back};`] : []),
    `  ${refuse}`,
    ...(lent ? [`  const size_t size = size_of(&c, a1, ${lent.type});`] : []),
    ...(variadic ? ['  va_list rest;', `  va_start(rest, a${typed.length - 1});`] : []),
    `  ${nothing ? '' : `${f.result} r = `}${call};`,
    ...(variadic ? ['  va_end(rest);'] : []),
    ...(nothing ? [] : [...resultStep(f).map((l) => `  ${l}`), '  return r;']),
    '}',
  ].join('\n');
};

const allowedOf = ({ name }: JniFunction): string =>
  [
    ...(covers(WITH_EXCEPTION, name) ? ['ALLOWED_PENDING'] : []),
    ...(covers(IN_CRITICAL, name) ? ['ALLOWED_CRITICAL'] : []),
  ].join(' | ') || '0';

/** All wrappers, as a C file that `plugins/jniguard/jniguard.c` includes. */
export const jniWrappers = (functions: readonly JniFunction[]): string =>
  [
    '/* Generated from the jni.h of the JDK that runs. */',
    `enum { ${functions.map((f) => `S_${f.name}`).join(', ')} };`,
    `const char *const jni_names[] = { ${functions.map((f) => `"${f.name}"`).join(', ')} };`,
    `const unsigned char jni_allowed[] = { ${functions.map(allowedOf).join(', ')} };`,
    ...functions.map(wrapperOf),
    'static void jni_wrap(struct JNINativeInterface_ *t) {',
    ...functions.map((f) => `  t->${f.name} = w_${f.name};`),
    '}',
    '',
  ].join('\n');
