/** Rewrites a declaration in a source of C, Rust, C# or Java. Pure. */
import { codeOf } from '../source-text.js';
import type { Language } from '../../model/declaration.js';
import type { FunctionFix, RecordFix } from './fix.js';
import { closing, functionAt, pieces, recordAt, type FunctionText } from './locate.js';
import { NAME } from './type-text.js';
import { behindAttributes, behindWords, lastWord, withoutBrackets, type Range } from './words.js';

export type Edit = Range & { text: string };
export type Rewritten = { edits: Edit[] } | { why: string };

/** Whether a name and what precedes it are a declaration's. C# and Rust may call a function by another name than its symbol. */
const isDeclared =
  (f: FunctionFix) =>
  (name: string, before: string): boolean => {
    if (f.language === 'rust') return lastWord(before) === 'fn';
    if (f.language === 'csharp') return before.split(/\W/).includes('extern');
    return name === f.name;
  };

/** Words of C before a result that are none of its type. */
const STORAGE = new Set(['extern', 'static', 'inline', 'JNIEXPORT', 'JNICALL', '__attribute__']);
/** Words of C#. */
const MODIFIERS = new Set([
  ...['public', 'private', 'internal', 'protected', 'static', 'extern', 'unsafe', 'new', 'partial'],
]);

/** A declaration in C from a type with a place for its name. */
const declarator = (type: string, name: string): string =>
  type.includes(NAME) ? type.replace(NAME, name).trimEnd() : `${type} ${name}`.trimEnd();

const TYPE_WORD = /^(?:int|char|short|long|double|float|unsigned|signed|void|_Bool|const|struct|\w+_t)$/;

/** The name of a parameter of C, '' if it has none. */
const cName = (parameter: string): string => {
  const inner = parameter.indexOf('(*');
  if (inner >= 0)
    return (
      parameter
        .slice(inner + 2)
        .trim()
        .split(/\W/)[0] ?? ''
    );
  const text = withoutBrackets(parameter).trim();
  const word = lastWord(text);
  return word.length === text.length || TYPE_WORD.test(word) ? '' : word;
};

/** A parameter with another type, by language. */
const parameterText = (language: Language, old: string, type: string, no: number): string => {
  if (language === 'rust') {
    const name = lastWord(old.slice(0, Math.max(0, old.indexOf(':')))) || `a${no}`;
    return `${name}: ${type}`;
  }
  if (language === 'csharp') {
    const name = lastWord(old) || `a${no}`;
    return `${type} ${name}`;
  }
  return declarator(type, cName(old));
};

const resultEdit = (f: FunctionFix, text: FunctionText, code: string): Edit | undefined => {
  if (f.result === undefined) return undefined;
  if (f.language === 'rust') {
    const arrow = /^->\s*/.exec(code.slice(text.behind.from, text.behind.to));
    const none = f.result === '()';
    if (!arrow)
      return none ? undefined : { from: text.list.to + 1, to: text.list.to + 1, text: ` -> ${f.result}` };
    const bound = code.slice(text.behind.from, text.behind.to).search(/\bwhere\b/);
    const to = bound < 0 ? text.behind.to : text.behind.from + bound;
    return none
      ? { from: text.list.to + 1, to, text: '' }
      : { ...text.behind, from: text.behind.from, to, text: `-> ${f.result}` };
  }
  const before = code.slice(text.before.from, text.before.to);
  const attributes = f.language === 'csharp' ? behindAttributes(before) : 0;
  const words = f.language === 'csharp' ? MODIFIERS : STORAGE;
  const kept = attributes + behindWords(before.slice(attributes), words);
  const type = f.result.includes(NAME) ? f.result : `${f.result} ${NAME}`;
  const [head = '', tail = ''] = type.split(NAME);
  if (tail !== '') return undefined;
  // A word that stands between the result and the name.
  const calling = lastWord(before) === 'JNICALL' ? 'JNICALL ' : '';
  const gap = head.endsWith('*') ? '' : ' ';
  return { from: text.before.from + kept, to: text.name.from, text: `${head.trimEnd()}${gap}${calling}` };
};

/** Writes the declaration of a function anew, as far as it is wrong. Names and attributes stay. */
export const rewriteFunction = (source: string, f: FunctionFix): Rewritten => {
  const code = codeOf(source, f.language === 'rust');
  const text = functionAt(code, f.at.line, isDeclared(f));
  if (!text) return { why: `no declaration is found at line ${f.at.line}` };
  const edits: Edit[] = [];
  const result = resultEdit(f, text, code);
  if (f.result !== undefined && f.result !== '()' && !result)
    return { why: 'a result of this type needs a typedef' };
  if (result && source.slice(result.from, result.to).trim() !== result.text.trim()) edits.push(result);
  const old = text.parameters.filter((p) => !/^(?:void|\.\.\.)$/.test(code.slice(p.from, p.to)));
  const types = f.parameters ?? [];
  const body = code[text.behind.to] === '{';
  if (body && types.length < old.length)
    return {
      why: 'the function has parameters more than it is given; its body has to follow: change it by hand',
    };
  const lists = f.anew === true || types.length !== old.length;
  if (f.parameters && lists) {
    const all = types.map((t, i) => {
      const was = old[i] ? source.slice(old[i].from, old[i].to) : '';
      return t === null
        ? was
        : parameterText(f.language, was || (body && f.language === 'java' ? `x a${i + 1}` : ''), t, i + 1);
    });
    const none = f.language === 'c' || f.language === 'cffi' ? 'void' : '';
    edits.push({ ...text.list, text: all.join(', ') || none });
  } else
    for (const [i, t] of types.entries())
      if (t !== null && old[i]) {
        const was = source.slice(old[i].from, old[i].to);
        const next = parameterText(f.language, was, t, i + 1);
        if (!sameType(was, next)) edits.push({ ...old[i], text: next });
      }
  return edits.length > 0 ? { edits } : { why: 'its declaration there is not the wrong one' };
};

/** Whether two parameters differ in white space alone. */
const sameType = (a: string, b: string): boolean => a.replace(/\s/g, '') === b.replace(/\s/g, '');

/** The name of a field, undefined for what is none. */
const fieldName = (language: Language, text: string): string | undefined => {
  if (language === 'rust') return lastWord(text.slice(0, Math.max(0, text.indexOf(':')))) || undefined;
  const bare = withoutBrackets(text);
  if (/[(){},]/.test(bare)) return undefined;
  return lastWord(bare.split(/[=:]/)[0] ?? '') || undefined;
};

const packed = (
  source: string,
  code: string,
  head: number,
  bodyEnd: number,
  r: RecordFix,
): Edit[] | string => {
  const want = r.pack;
  // Attributes are searched behind the end of what precedes.
  const from = Math.max(0, ...[';', '{', '}'].map((c) => code.lastIndexOf(c, head - 1) + 1));
  const before = source.slice(from, head);
  if (r.language === 'rust') {
    const repr = before.lastIndexOf('repr(C');
    const end = repr < 0 ? undefined : closing(code, from + repr + 'repr'.length);
    if (end === undefined) return 'it has no repr(C)';
    const text = want === undefined ? 'repr(C)' : want === 1 ? 'repr(C, packed)' : `repr(C, packed(${want}))`;
    return code.slice(from + repr, end) === text ? [] : [{ from: from + repr, to: end, text }];
  }
  if (r.language === 'csharp') {
    const kind = before.lastIndexOf('LayoutKind.Sequential');
    const close = before.indexOf(')', kind);
    if (kind < 0 || close < 0) return 'it is not laid out sequentially';
    const others = before
      .slice(kind, close)
      .split(',')
      .map((x) => x.trim())
      .filter((x) => !x.startsWith('Pack'));
    const text = [...others, ...(want === undefined ? [] : [`Pack = ${want}`])].join(', ');
    return before.slice(kind, close) === text ? [] : [{ from: from + kind, to: from + close, text }];
  }
  const end = bodyEnd + 1;
  const stop = source.indexOf(';', end);
  const there = source.slice(end, stop).includes('packed');
  if (want === 1) return there ? [] : [{ from: end, to: end, text: ' __attribute__((packed))' }];
  if (want !== undefined) return `it would have to be packed to ${want} bytes`;
  return there ? 'it is packed, and the library’s is not: change it by hand' : [];
};

/** Writes the fields of a structure anew. Those that are right stay as they are written. */
export const rewriteRecord = (source: string, r: RecordFix): Rewritten => {
  const code = codeOf(source, r.language === 'rust');
  const text = recordAt(code, r.at.line, r.name.replace(/^(?:struct|union) /, ''));
  if (!text) return { why: `no structure of this name is found at line ${r.at.line}` };
  const separator = r.language === 'rust' ? ',' : ';';
  const old = new Map<string, string>();
  const all = pieces(code, text.body, separator);
  for (const p of all) {
    const name = fieldName(r.language, code.slice(p.from, p.to));
    if (name === undefined)
      return { why: 'it has members that are no fields of their own: change it by hand' };
    old.set(name.toLowerCase(), source.slice(p.from, p.to));
  }
  const first = all[0] ? source.slice(all[0].from, all[0].to) : '';
  const visible = /^(?:\[[^\]]*\]\s*)*(pub(?:\([^)]*\))?|public|internal)\b/.exec(first)?.[1];
  const oneLine = !source.slice(text.body.from, text.body.to).includes('\n');
  const indent = /^[ \t]*/.exec(source.slice(source.lastIndexOf('\n', all[0]?.from ?? 0) + 1))?.[0] ?? '    ';
  const outer = /^[ \t]*/.exec(source.slice(source.lastIndexOf('\n', text.head) + 1))?.[0] ?? '';
  const lines: string[] = [];
  for (const f of r.fields) {
    const kept = old.get(f.name.toLowerCase());
    if (f.type === undefined && kept === undefined) return { why: `its field ${f.name} is not found` };
    if (f.bits !== undefined && r.language !== 'c' && f.type !== undefined)
      return { why: 'the library has bit fields, for which this language has none' };
    const bits = f.bits === undefined ? '' : `: ${f.bits}`;
    const prefix = visible === undefined ? '' : `${visible} `;
    if (f.type === undefined) lines.push(kept!);
    else if (r.language === 'rust') lines.push(`${prefix}${f.name}: ${f.type}`);
    else if (r.language === 'csharp') {
      const at = behindAttributes(f.type);
      lines.push(`${f.type.slice(0, at)}${prefix}${f.type.slice(at)} ${f.name}`);
    } else lines.push(`${declarator(f.type, f.name)}${bits}`);
  }
  const packing = packed(source, code, text.head, text.body.to, r);
  if (typeof packing === 'string') return { why: packing };
  const body = oneLine
    ? ` ${lines.join(`${separator} `)}${separator === ';' ? ';' : ''} `
    : `\n${lines.map((l) => `${indent}${l}${separator}\n`).join('')}${outer}`;
  return { edits: [{ ...text.body, text: body }, ...packing] };
};
