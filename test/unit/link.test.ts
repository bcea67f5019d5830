import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { flagText } from '../../src/bindings/link.js';

/** As cgo reads its variables: quoted.go of cmd/internal, `Split`. Quotes know no escapes. */
const byGo = (text: string): string[] => {
  const fields: string[] = [];
  for (let rest = text.trim(); rest !== ''; rest = rest.trimStart()) {
    const quote = /^['"]/.exec(rest)?.[0];
    const end = quote ? rest.indexOf(quote, 1) : rest.search(/\s|$/);
    if (end < 0) throw new Error(`unterminated ${quote} string`);
    fields.push(quote ? rest.slice(1, end) : rest.slice(0, end));
    rest = rest.slice(quote ? end + 1 : end);
  }
  return fields;
};

const PATHS = ['/a/b', '/a b/c', "/it's/b", "/it's a/b", '/a "b"/c', '/a$b/c d', '/(é)&;/b c'];

test.each(PATHS)('flags with %s are the same for cgo and for a shell', (path) => {
  const flags = ['-O1', `-I${path}`, `-L${path}`, '-lx'];
  const text = flagText(flags);
  expect(byGo(text)).toEqual(flags);
  const seen = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${text}`], { encoding: 'utf8' });
  expect(seen.trimEnd().split('\n')).toEqual(flags);
});
