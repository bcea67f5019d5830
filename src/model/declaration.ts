/**
 * Declarations of foreign functions, from either side of the boundary. Plain data, as the recorders of the hosts
 * and the reader of debug information (`plugins/declared/`) write it.
 */

/** A source position. `line` counts from 1. */
export type Place = { file: string; line: number };

/**
 * A type as far as it decides how a value travels. Sizes are in bytes. `name` is what people read: the name of
 * the typedef where there is one.
 */
export type CType =
  | { kind: 'void' }
  /** `signed` is absent where the language leaves it open (`char`). */
  | { kind: 'int'; size: number; signed?: boolean; name: string }
  | { kind: 'bool'; size: number; name: string }
  | { kind: 'enum'; size: number; signed?: boolean; name: string }
  | { kind: 'float'; size: number; name: string }
  | { kind: 'pointer'; to: CType; name?: string }
  /** `count` is absent for a flexible array. */
  | { kind: 'array'; of: CType; count?: number; name?: string }
  /** A struct or union, described in the table of records. */
  | { kind: 'record'; name: string }
  | Signature
  /** An object of a virtual machine, which C sees as a handle of type `as` (`jstring`). */
  | { kind: 'reference'; as: string; name: string }
  /** An undeclared argument: the host chooses its form by the value. `wide`: some value needed more than 32 bits. */
  | { kind: 'untyped'; name: string; wide: boolean }
  /** A type that cannot be compared. `name` says why or which. */
  | { kind: 'unknown'; name: string };

export type Signature = {
  kind: 'function';
  result: CType;
  parameters: CType[];
  variadic?: true;
  /** `f()` in C before C23: nothing is known about parameters. */
  unprototyped?: true;
};

/** A field. `bit` is its offset from the beginning of the record, `bits` its width if it is a bit field. */
export type Field = { name: string; bit: number; bits?: number; type: CType };

export type RecordType = {
  /** Absent if the type is incomplete. */
  size?: number;
  union?: true;
  fields: Field[];
  at?: Place;
};
export type Records = Record<string, RecordType>;

/** A function as the library defines or its header declares it. */
export type NativeFunction = Signature & {
  /** Where it is defined or declared. */
  at?: Place;
  /** `debug information`, `the header x.h`, `debug information of its alias x`. */
  source: string;
};

export type NativeDeclarations = {
  functions: Record<string, NativeFunction>;
  records: Records;
  /** Symbols that are no comparable functions, with the reason. */
  notSeen: Record<string, string>;
};

/** What a call passed, for functions or arguments that the host does not declare. */
export type CallShape = { at: Place; arguments: CType[] };

/** A foreign function as the host declares it. */
export type HostFunction = {
  /** The symbol in the library. */
  name: string;
  /** The file of the object that is really loaded, if it is known. */
  object?: string;
  /** Size in bytes and time of change in ns of that file when it was loaded, as text: `16384 1731409187000000000`. */
  stamp?: string;
  /** Its address in that file as loaded, in hexadecimal digits, where it was not looked up by its name. */
  offset?: string;
  /** The library as the host asks for it. */
  library?: string;
  /** Where it was looked up or declared. */
  at: Place;
  /** Absent if undeclared; then `defaultResult` is what the host assumes. */
  result?: CType;
  resultAt?: Place;
  defaultResult?: CType;
  /** Absent if undeclared. */
  parameters?: CType[];
  parametersAt?: Place;
  variadic?: true;
  calls: CallShape[];
  /** The host calls it from compiled code: no value is converted or widened on its way. */
  compiled?: true;
  /** The line that mends it, where the library's side is the one to write anew. */
  mend?: string;
  /** The language of its declaration, if it is not that of the others. */
  language?: Language;
  /** Why it cannot be compared. */
  notSeen?: string;
  /** That is because the library has no such function. */
  missing?: true;
};

/** A use of errno that the host's own rules make stale. */
export type StaleErrno = { after: string; at: Place; how: string };

export type HostDeclarations = {
  /** How the host's language writes declarations: decides the line that mends. */
  language: Language;
  functions: HostFunction[];
  records: Records;
  /** Names of records that the host allocates itself. */
  allocated: string[];
  staleErrno: StaleErrno[];
};

export type Language = 'ctypes' | 'cffi' | 'java' | 'jna' | 'go' | 'rust' | 'csharp' | 'koffi' | 'c';

/** `error`: always wrong. `warning`: wrong for some values. `info`: right here, but not what the library says. */
export type Tier = 'error' | 'warning' | 'info';
