/**
 * The rules of the layout (src/README.md): a folder imports only from folders to its right, and some packages stand in one folder
 * alone. Each breach is told with its file, line and rule.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** From left to right; folders in one place do not import each other. */
const ORDER: readonly (readonly string[])[] = [
  ['cli'],
  ['setup', 'init'],
  ['run.ts'],
  ['soak'],
  ['execute'],
  ['judge'],
  ['build'],
  ['plan'],
  ['lints'],
  ['declarations'],
  ['gates'],
  ['values'],
  ['bindings'],
  ['builders'],
  ['config', 'host', 'parsers', 'reporters'],
  ['process'],
  ['redaction'],
  ['model'],
];
const floorOf = (room: string): number => ORDER.findIndex((rooms) => rooms.includes(room));

type Import = { file: string; line: number; to: string };

/** Prettier writes all of them alike: `from '…'`, `import '…'` and `import('…')`. */
const SPECIFIER = /\bfrom '([^']+)'|\bimport\(?\s*'([^']+)'/g;

const importsOf = (file: string): Import[] => {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(SPECIFIER)].map((m) => {
    const name = m[1] ?? m[2] ?? '';
    return {
      file,
      line: text.slice(0, m.index).split('\n').length,
      to: name.startsWith('.') ? join(dirname(file), name).replace(/\.js$/, '.ts') : name,
    };
  });
};

const files = globSync('**/*.ts', { cwd: SRC }).sort();
const imports = files.filter((f) => !f.endsWith('.d.ts')).flatMap(importsOf);
const inside = imports.filter((i) => files.includes(i.to));
const roomOf = (file: string): string => file.split('/')[0] ?? file;
const told = (i: Import, rule: string): string => `src/${i.file}:${i.line} imports ${i.to}: ${rule}`;
const breaches = (rule: string, broken: (i: Import) => boolean, of: readonly Import[] = imports): string[] =>
  of.filter(broken).map((i) => told(i, rule));

test('every file is in a room', () => {
  expect(files.filter((f) => floorOf(roomOf(f)) < 0)).toEqual([]);
});

test('the map shows every room, in this order', () => {
  const map = readFileSync(join(SRC, 'README.md'), 'utf8').split('## ')[1] ?? '';
  const rows = [...map.matchAll(/^\| (`.*?) +\|/gm)].map((m) => m[1] ?? '');
  expect(rows.flatMap((row) => [...row.matchAll(/`([\w.]+)\/?`/g)].map((m) => m[1]))).toEqual(ORDER.flat());
});

test('a folder imports only from folders to its right', () => {
  const wrong = (i: Import): boolean => {
    const [from, to] = [roomOf(i.file), roomOf(i.to)];
    return from !== to && floorOf(from) >= floorOf(to);
  };
  expect(breaches('it is not to the right', wrong, inside)).toEqual([]);
});

test('execa is used in process/ alone, listr2 in reporters/terminal/ alone', () => {
  const only = (name: string, room: string): string[] =>
    breaches(`${name} belongs to ${room}`, (i) => i.to === name && !i.file.startsWith(room));
  expect([...only('execa', 'process/'), ...only('listr2', 'reporters/terminal/')]).toEqual([]);
});

test('parsers read no disk but where logs are read and symbolized, and judge/ none', () => {
  const disk = (i: Import): boolean => /^node:(?:fs|child_process)/.test(i.to);
  const reads = /^parsers\/(?:read-logs|symbolize|symbolize-process|demangle)\.ts$/;
  expect([
    ...breaches('a parser is pure', (i) => disk(i) && i.file.startsWith('parsers/') && !reads.test(i.file)),
    ...breaches('judging is pure', (i) => disk(i) && i.file.startsWith('judge/')),
  ]).toEqual([]);
});

test('no family of parsers and no binding imports another', () => {
  const apart =
    (room: string, common: readonly string[]) =>
    (i: Import): boolean => {
      const [a, b] = [i.file.split('/'), i.to.split('/')];
      if (a[0] !== room || b[0] !== room || a.length < 3 || b.length < 3) return false;
      return a[1] !== b[1] && !common.includes(b[1] ?? '');
    };
  expect([
    ...breaches('another family', apart('parsers', ['engine']), inside),
    ...breaches('another binding', apart('bindings', ['programs']), inside),
  ]).toEqual([]);
});

test('no circle, types included', () => {
  const next = new Map(files.map((f) => [f, inside.filter((i) => i.file === f)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file) || path.includes(file)) return;
    for (const i of next.get(file) ?? []) visit(i.to, [...path, file]);
    done.add(file);
  };
  for (const f of files) visit(f, []);
  expect(circles).toEqual([]);
});

test('a file has 300 lines at most', () => {
  const long = files.map((f) => [f, readFileSync(join(SRC, f), 'utf8').split('\n').length - 1] as const);
  expect(long.filter(([, n]) => n > 300)).toEqual([]);
});

test('what is printed passes the redaction: nothing else writes to the standard streams', () => {
  // `parse` redacts each finding before it is formatted; the console is handed events of a run, which are redacted.
  const may = new Set(['cli/say.ts', 'cli/parse/parse.ts']);
  const writes = /\bprocess\.std(?:out|err)\.write\b|\bconsole\.(?:log|error|warn|info)\b/;
  const others = files.filter((f) => !may.has(f) && !f.startsWith('bindings/programs/'));
  expect(others.filter((f) => writes.test(readFileSync(join(SRC, f), 'utf8')))).toEqual([]);
});

test('nothing is named by a word that the glossary has a better one for', () => {
  const code = (file: string): string[] =>
    readFileSync(join(SRC, file), 'utf8')
      .split('\n')
      .map((line) => line.replace(/^\s*(?:\/\*\*|\*|\/\/).*$|\s\/\/ .*$/, ''));
  const named = /\b(?:told|shots?|sightings?|terse|flavour)\b/i;
  const wrong = files.flatMap((file) =>
    code(file).flatMap((line, i) => (named.test(line) ? [`src/${file}:${i + 1}: ${line.trim()}`] : [])),
  );
  expect(wrong).toEqual([]);
});
