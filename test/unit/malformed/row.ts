/**
 * Rows of wrong files. `«` marks each place of which something must be said; the words that must be said there
 * follow in the same order. A row without a mark speaks of the file as a whole.
 */

/** `what` names the row, `text` is the file; bytes are a file that is no text, with its place. */
export type Row = readonly [what: string, text: string | Wrong, ...words: string[]];
export type Wrong = { bytes: Uint8Array; line: number; column: number };

export const MARK = '«';

export type Place = { line: number; column: number };

/** The file of a row without its marks, and their places. */
export const unmarked = (text: string): { text: string; places: Place[] } => {
  const parts = text.split(MARK);
  let before = '';
  const places = parts.slice(0, -1).map((part) => {
    before += part;
    // A byte order mark is no character of the first line.
    const lines = before.replace(/^\ufeff/, '').split('\n');
    return { line: lines.length, column: lines.at(-1)!.length + 1 };
  });
  return { text: parts.join(''), places };
};

/** A matrix without fault, with most of what a matrix may hold. */
export const GOOD = `version: 1
name: demo
root: .
targets:
  lib: { builder: cc, dir: native, sources: [a.c], produces: [liba.so] }
  app:
    builder: command
    dir: native
    produces: [app]
    needs: [lib]
    command: [sh, -c, 'cp {lib}/liba.so {out}/app']
    env: { FLAGS: '{cflags}' }
suites:
  - id: ledger
    binding: py
    dir: tests
    targets: [lib]
    inputs: [native]
    timeout: 60
    env: { LIB: '\${target.lib}' }
    with: { args: [-x] }
  - { id: ledger, binding: jni, dir: tests, with: { shim: { name: x, sources: [x.c] } } }
gates:
  asan: { compilers: [gcc] }
  miri: { seeds: 4 }
  plain:
exclude:
  - { cells: 'ledger-*-plain', why: slow }
timeout: 90
`;

/** `GOOD` with one part replaced. */
export const swap = (from: string, to: string): string => {
  if (!GOOD.includes(from)) throw new Error(`the good matrix has no ${from}`);
  return GOOD.replace(from, () => to);
};
/** `GOOD` with its last line replaced by `lines`. */
export const ending = (lines: string): string => swap('timeout: 90\n', `${lines}\n`);
