/** What has to change in a source so that a declaration agrees with the library, as data. Pure. */
import type { CType, HostFunction, Language, NativeFunction, Place } from '../../model/declaration.js';
import type { Compared } from '../check.js';
import { isInteger, signOf, sizeOf } from '../compare/context.js';
import type { Finding } from '../compare/function.js';
import { packingOf } from './packing.js';
import { typeText } from './type-text.js';

/** A field of the corrected structure. Without a type it stays as it is written. */
export type FieldFix = { name: string; type?: string; bits?: number };

export type FunctionFix = {
  kind: 'function';
  language: Language;
  /** The symbol. */
  name: string;
  /** Where the declaration stands. */
  at: Place;
  /** Python declares results and parameters by assignments of their own; undeclared functions are looked up somewhere. */
  resultAt?: Place;
  parametersAt?: Place;
  calledAt?: Place;
  result?: string;
  /** By position. Null: stays. */
  parameters?: (string | null)[];
  /** The number of parameters is wrong, or none is declared: the list is written anew. */
  anew?: true;
};

export type RecordFix = {
  kind: 'record';
  language: Language;
  name: string;
  at: Place;
  fields: FieldFix[];
  /** Absent: laid out by the alignment of its fields. */
  pack?: number;
};

/** A correction, or why there is none. `about` names the part. */
export type Fix = FunctionFix | RecordFix | { kind: 'none'; about: string; at: Place; why: string };

/** Whether the host's field may stay as it is. */
const isSame = (h: CType, n: CType, f: Finding): boolean => {
  if (isInteger(h) && isInteger(n)) {
    const [a, b] = [signOf(h), signOf(n)];
    return h.size === n.size && (a === undefined || b === undefined || a === b);
  }
  if (h.kind === 'pointer' || n.kind === 'pointer') return h.kind === n.kind;
  if ((h.kind === 'float') !== (n.kind === 'float')) return false;
  const size = sizeOf(h, f.sides.records);
  return size !== undefined && size === sizeOf(n, f.sides.native.records);
};

const recordFix = (f: Finding, record: string, at: Place, language: Language): Fix => {
  const { records, native } = f.sides;
  const [mine, theirs] = [records[record], f.realRecord];
  const none = (why: string): Fix => ({
    kind: 'none',
    about: `structure ${f.declared?.name ?? record}`,
    at,
    why,
  });
  if (!mine || !theirs) return none('the library does not say what it consists of');
  const pack = packingOf(theirs, native.records);
  if (pack === undefined) return none('no packing gives the offsets of the library');
  const own = new Map(mine.fields.map((x) => [x.name.toLowerCase(), x]));
  const fields: FieldFix[] = [];
  for (const [i, n] of theirs.fields.entries()) {
    const h = own.get(n.name.toLowerCase());
    const bits = n.bits === undefined ? {} : { bits: n.bits };
    if (h && h.bits === n.bits && isSame(h.type, n.type, f)) {
      fields.push({ name: h.name });
      continue;
    }
    const type = typeText(language, n.type);
    if (type === undefined)
      return none(`its field ${n.name} has a type that is declared nowhere in this language`);
    fields.push({ name: h?.name ?? (n.name || `anonymous${i}`), type, ...bits });
  }
  return {
    ...{ kind: 'record', language, at, fields },
    name: f.declared?.name ?? record.slice(record.lastIndexOf('.') + 1),
    ...(pack === 'natural' ? {} : { pack }),
  };
};

type Part = { result: true } | { parameter: number } | { anew: true } | { why: string };

/** The part of a declaration that a finding is about. Parts of callbacks belong to the parameter that takes them. */
const partOf = (f: Finding, host: HostFunction): Part => {
  if (f.part === 'the result') return { result: true };
  if (f.part === 'the parameters' || f.part === 'the function') return { anew: true };
  const inner = /^(?:parameter \d+ of |the result of )?the callback in parameter (\d+)$/.exec(f.part);
  const no = inner?.[1] ?? /^parameter (\d+)$/.exec(f.part)?.[1];
  if (no !== undefined) return { parameter: Number(no) };
  if (/^argument \d+ as passed$/.test(f.part))
    return host.parameters
      ? { why: 'the call passes it behind a pointer of any kind; no declaration is wrong' }
      : { anew: true };
  return { why: `${f.part} is no part of a declaration that can be written anew` };
};

/** Languages in which a finding has no declaration that could be rewritten alone. */
const WHY_NOT: Partial<Record<Language, string>> = {
  go: 'the code around it has to follow: change it by hand',
  cffi: 'its declarations are C in a string: change it by hand',
  jna: 'its types are classes of Java, which the code around it uses: change it by hand',
  koffi: 'declarations of koffi are text that a program may put together: change it by hand',
};

/** A function of JNI is written anew in C, from Java's declaration. */
const jniFix = (host: HostFunction, native: NativeFunction): Fix => {
  const none = (why: string): Fix => ({ kind: 'none', about: host.name, at: native.at ?? host.at, why });
  const m = /^JNIEXPORT (\w+) JNICALL \w+\((.*)\);$/.exec(host.mend ?? '');
  if (!m || !native.at) return none('the source of the function is not known');
  return {
    ...{ kind: 'function', language: 'java', name: host.name, at: native.at, result: m[1]! },
    parameters: m[2]!.split(', '),
    ...(native.parameters.length === host.parameters?.length ? {} : { anew: true as const }),
  };
};

const functionFix = (c: Compared, findings: readonly Finding[], language: Language): Fix[] => {
  const { host, native } = c;
  if (findings.length === 0 || !native) return [];
  if (language === 'java') return [jniFix(host, native)];
  const none = (why: string): Fix => ({ kind: 'none', about: host.name, at: host.at, why });
  if (WHY_NOT[language] !== undefined) return [none(WHY_NOT[language])];
  const fixes: Fix[] = [];
  const fix: FunctionFix = { kind: 'function', language, name: host.name, at: host.at };
  const parameters = native.parameters.map((): string | null => null);
  const wanted = new Set<number>();
  for (const f of findings) {
    const part = partOf(f, host);
    if ('why' in part) fixes.push(none(part.why));
    else if ('result' in part) {
      const text = typeText(language, native.result);
      if (text === undefined)
        fixes.push(none('the result has a type that is declared nowhere in this language'));
      else fix.result = text;
    } else if ('anew' in part) fix.anew = true;
    else wanted.add(part.parameter - 1);
  }
  if (fix.anew) for (const i of native.parameters.keys()) wanted.add(i);
  for (const i of wanted) {
    const t = native.parameters[i];
    const text = t && typeText(language, t, true);
    if (text === undefined)
      fixes.push(none(`parameter ${i + 1} has a type that is declared nowhere in this language`));
    else parameters[i] = text;
  }
  if (fix.anew && parameters.includes(null)) delete fix.anew;
  else if (wanted.size > 0 || fix.anew) fix.parameters = parameters;
  if (fix.result === undefined && fix.parameters === undefined) return fixes;
  const called = host.calls[0]?.at;
  return [
    ...fixes,
    {
      ...fix,
      ...(host.resultAt ? { resultAt: host.resultAt } : {}),
      ...(host.parametersAt ? { parametersAt: host.parametersAt } : {}),
      ...(called ? { calledAt: called } : {}),
    },
  ];
};

/** The corrections of one function and of the structures that it uses. */
export const fixesOf = (c: Compared, language: Language): Fix[] => {
  const own = c.host.language ?? language;
  const wrong = c.findings.filter((f) => f.tier !== 'info');
  const inRecords = wrong.flatMap((f) => (f.record === undefined ? [] : [{ f, record: f.record }]));
  const records = new Map(inRecords.map(({ f, record }) => [`${record} ${f.native}`, { f, record }]));
  const fixes = [...records.values()].map(({ f, record }): Fix => {
    const at = f.declared?.at;
    const about = `structure ${record}`;
    if (WHY_NOT[own] !== undefined) return { kind: 'none', about, at: f.hostAt, why: WHY_NOT[own] };
    return at
      ? recordFix(f, record, at, own)
      : { kind: 'none', about, at: f.hostAt, why: 'it is not known where it stands' };
  });
  return [
    ...fixes,
    ...functionFix(
      c,
      wrong.filter((f) => f.record === undefined),
      own,
    ),
  ];
};
