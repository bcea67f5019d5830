/**
 * The rules of JNI as data. Sections are those of the Java Native Interface Specification (Java SE 17 and later). The wrappers
 * ask these questions of every call: `jni-table.ts` makes them, `plugins/jniguard/checks.h` answers.
 */

/** What a function of JNI may be called in, is given or gives. Patterns are of its name. */
export type JniRule = { section: string; functions: RegExp };

/** Functions that may be called with an exception pending. */
export const WITH_EXCEPTION: readonly JniRule[] = [
  {
    section: '2, Exceptions and Error Codes',
    functions:
      /^(?:Exception(?:Occurred|Describe|Clear|Check)|Release(?:String(?:UTF)?Chars|StringCritical|\w+ArrayElements|PrimitiveArrayCritical)|Delete(?:Local|Global|WeakGlobal)Ref|MonitorExit|(?:Push|Pop)LocalFrame)$/,
  },
  // They look at no object. HotSpot and ART let them pass.
  { section: '4, Version Information; Java VM Interface', functions: /^Get(?:Version|JavaVM)$/ },
];

/** Functions that may be called in a critical region. */
export const IN_CRITICAL: readonly JniRule[] = [
  {
    section: '4, GetPrimitiveArrayCritical; GetStringCritical',
    functions: /^(?:Get|Release)(?:PrimitiveArray|String)Critical$/,
  },
];

/** Arguments that may be NULL, by their place in the call. All other references, IDs and names may not. */
export const MAY_BE_NULL: readonly (JniRule & { arguments: readonly number[] })[] = [
  { section: '4, DefineClass', functions: /^DefineClass$/, arguments: [1, 2] },
  { section: '4, ThrowNew', functions: /^ThrowNew$/, arguments: [2] },
  {
    section: '4, Global and Local References',
    functions: /^New(?:Global|WeakGlobal|Local)Ref$/,
    arguments: [1],
  },
  { section: '4, PopLocalFrame', functions: /^PopLocalFrame$/, arguments: [1] },
  { section: '4, IsSameObject', functions: /^IsSameObject$/, arguments: [1, 2] },
  { section: '4, GetObjectRefType', functions: /^GetObjectRefType$/, arguments: [1] },
  { section: '4, IsInstanceOf: NULL can be cast to any class', functions: /^IsInstanceOf$/, arguments: [1] },
  { section: '4, NewObjectArray', functions: /^NewObjectArray$/, arguments: [3] },
  { section: '4, SetObjectArrayElement', functions: /^SetObjectArrayElement$/, arguments: [3] },
  { section: '4, Set<type>Field', functions: /^Set(?:Static)?ObjectField$/, arguments: [3] },
  { section: '4, NewStringUTF: HotSpot and ART return NULL', functions: /^NewStringUTF$/, arguments: [1] },
];

/** References that the function may be given after their end, as a question. */
export const ASKS_ABOUT: readonly JniRule[] = [
  { section: '4, GetObjectRefType: JNIInvalidRefType', functions: /^GetObjectRefType$/ },
];

/** The type of an argument by its type in C (3, Reference Types). */
export const TYPES: Readonly<Record<string, string>> = {
  jobject: 'OF_OBJECT',
  jweak: 'OF_OBJECT',
  jclass: 'OF_CLASS',
  jstring: 'OF_STRING',
  jthrowable: 'OF_THROWABLE',
  jarray: 'OF_ARRAY',
  jobjectArray: 'OF_OBJECTS',
  jbooleanArray: 'OF_BOOLEANS',
  jbyteArray: 'OF_BYTES',
  jcharArray: 'OF_CHARS',
  jshortArray: 'OF_SHORTS',
  jintArray: 'OF_INTS',
  jlongArray: 'OF_LONGS',
  jfloatArray: 'OF_FLOATS',
  jdoubleArray: 'OF_DOUBLES',
};

/** The letter in signatures of the type in a function's name (3, Type Signatures). */
export const LETTERS: Readonly<Record<string, string>> = {
  Object: 'L',
  Boolean: 'Z',
  Byte: 'B',
  Char: 'C',
  Short: 'S',
  Int: 'I',
  Long: 'J',
  Float: 'F',
  Double: 'D',
  Void: 'V',
};

/** Functions whose text is modified UTF-8 (3, Modified UTF-8 Strings). */
export const MODIFIED_UTF8: JniRule = {
  section: '3, Modified UTF-8 Strings',
  functions: /^(?:NewStringUTF|FindClass|DefineClass|ThrowNew|FatalError|Get(?:Static)?(?:Method|Field)ID)$/,
};

/** Whether one of the rules is about a function. */
export const covers = (rules: readonly JniRule[], name: string): boolean =>
  rules.some((r) => r.functions.test(name));
