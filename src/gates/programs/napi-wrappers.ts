/**
 * Writes a wrapper for each function that the preprocessed headers of Node-API declare, so that the guard knows those of the
 * Node that runs. What a wrapper does follows from the types; for single functions, plugins/preload/napi-rules.h has macros.
 * Arguments: the preprocessed header, in which NAPI_EXTERN reads FFI_GATES_NAPI, and the file to write.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

/** A parameter: its type as it is declared, without its name. */
export type NapiFunction = { name: string; types: readonly string[] };

const DECLARATION = /\bFFI_GATES_NAPI\s+napi_status\s+(\w+)\s*\(([^()]*)\)\s*;/g;
const PARAMETER = /^(.*?)\b\w+\s*(\[\])?$/s;

/** The type of `const napi_value* argv`, `size_t argc` or `napi_value argv[]`. */
const typeOf = (parameter: string): string => {
  const [, type = parameter, array] = PARAMETER.exec(parameter.trim()) ?? [];
  return `${type}${array ? '*' : ''}`
    .replace(/\s+/g, ' ')
    .replace(/ ?\* ?/g, '*')
    .trim();
};

/** The functions that give a status, in the order of the headers, each once. */
export const napiFunctions = (header: string): NapiFunction[] => {
  const found = new Map<string, NapiFunction>();
  for (const [, name = '', parameters = ''] of header.matchAll(DECLARATION))
    if (!found.has(name))
      found.set(name, {
        name,
        types: parameters.trim() === 'void' ? [] : parameters.split(',').map(typeOf),
      });
  return [...found.values()];
};

/** An env of which all may be asked, or one with which nothing may run that could collect garbage. */
const ENVS: Record<string, string> = {
  napi_env: 'FULL',
  node_api_basic_env: 'BASIC',
  node_api_nogc_env: 'BASIC',
};

const wrapper = ({ name, types }: NapiFunction): string => {
  const kind = ENVS[types[0] ?? ''];
  const given = types.map((_, i) => `a${i}`).join(', ');
  const env = kind === undefined ? 'NULL' : '(napi_env)a0';
  return [
    `static napi_status w_${name}(${types.map((t, i) => `${t} a${i}`).join(', ') || 'void'}) {`,
    `  struct call call = {F_${name}, ${env}, ${kind ?? 'ANY_THREAD'}, 0, 0, CALLER};`,
    '  call_begins(&call);',
    `#ifdef BEFORE_${name}`,
    `  BEFORE_${name}`,
    '#endif',
    `#ifndef CALL_${name}`,
    `#define CALL_${name} ORIGINAL(${name})(${given})`,
    '#endif',
    `  const napi_status status = CALL_${name};`,
    '  call_ended(&call, status);',
    `#ifdef AFTER_${name}`,
    `  AFTER_${name}`,
    '#endif',
    '  return status;',
    '}',
  ].join('\n');
};

/**
 * C text that the guard includes twice: with NAPI_NAMES an enumeration of the functions and their names, then a wrapper for
 * each. Throws where the header declares none.
 */
export const napiWrappers = (header: string): string => {
  const functions = napiFunctions(header);
  if (functions.length === 0) throw new Error('no function of Node-API is declared');
  const list = (make: (name: string) => string): string => functions.map((f) => make(f.name)).join(', ');
  return [
    '#ifdef NAPI_NAMES',
    `enum { ${list((n) => `F_${n}`)}, FUNCTIONS };`,
    `static const char *const function_names[FUNCTIONS] = {${list((n) => `"${n}"`)}};`,
    '#else',
    ...functions.map(wrapper),
    `static void *const wrappers[FUNCTIONS] = {${list((n) => `(void *)w_${n}`)}};`,
    '#endif',
    '',
  ].join('\n');
};

const [input, output] = process.argv.slice(2);
if (input !== undefined && output !== undefined && basename(process.argv[1] ?? '') === 'napi-wrappers.js')
  writeFileSync(output, napiWrappers(readFileSync(input, 'utf8')));
