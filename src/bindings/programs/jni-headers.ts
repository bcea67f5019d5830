/**
 * A separate program: generates headers of native methods that a C source includes and that do not exist, as
 * a project's build would: `pkg_Class.h` as javac names it, and `Class.h` as many builds rename it.
 * Arguments: javac, directory for the headers, directory of the Java sources, C sources. Errors of javac are
 * printed; the C compiler then fails.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The file name in an `#include` line. */
const included = (line: string): string | undefined => {
  const words = line.trim();
  if (!words.startsWith('#')) return undefined;
  const directive = words.slice(1).trim();
  if (!directive.startsWith('include')) return undefined;
  const name = directive.slice('include'.length).trim();
  const end = name.startsWith('"') ? '"' : name.startsWith('<') ? '>' : undefined;
  return end && name.includes(end, 1) ? name.slice(1, name.indexOf(end, 1)) : undefined;
};

/** Headers that a source includes and that are not beside it. */
const absent = (source: string): string[] =>
  existsSync(source)
    ? readFileSync(source, 'utf8')
        .split('\n')
        .flatMap((line) => included(line) ?? [])
        .filter((name) => !existsSync(join(dirname(source), name)))
    : [];

const javaFiles = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const path = join(dir, e.name);
    if (e.isDirectory()) return e.name === 'target' || e.name === 'test' ? [] : javaFiles(path);
    return e.name.endsWith('.java') ? [path] : [];
  });

const packageOf = (text: string): string => {
  const line = text.split('\n').find((l) => l.trimStart().startsWith('package '));
  return line === undefined ? '' : (line.trim().slice('package '.length).split(';', 1)[0] ?? '').trim();
};

/** Whether a class has a native method: the statement that begins with `native` has parameters. */
const hasNative = (text: string): boolean =>
  text
    .split(/\bnative\b/)
    .slice(1)
    .some((rest) => (rest.split(/[;{}]/, 1)[0] ?? '').includes('('));

/** The source root of a file: its directory without its package. */
const rootOf = (file: string, pkg: string): string =>
  pkg
    .split('.')
    .filter(Boolean)
    .reduce((dir) => dirname(dir), dirname(file));

const [javac, out, project, ...sources] = process.argv.slice(2);
if (!javac || !out || !project) throw new Error('usage: jni-headers <javac> <out> <project> <source…>');
mkdirSync(out, { recursive: true });
const wanted = new Set(sources.flatMap(absent));
const classes = javaFiles(project).flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  if (!hasNative(text)) return [];
  const pkg = packageOf(text);
  const name = file.slice(file.lastIndexOf('/') + 1, -'.java'.length);
  const header = `${[...pkg.split('.').filter(Boolean), name].join('_')}.h`;
  return [{ file, root: rootOf(file, pkg), header, short: `${name}.h` }];
});
const due = classes.filter((c) => wanted.has(c.header) || wanted.has(c.short));
if (due.length > 0) {
  const roots = [...new Set(due.map((c) => c.root))].join(':');
  spawnSync(
    javac,
    [
      '-proc:none',
      '-nowarn',
      '-h',
      out,
      '-d',
      join(out, 'classes'),
      '-sourcepath',
      roots,
      ...due.map((c) => c.file),
    ],
    { stdio: 'inherit' },
  );
  for (const c of due)
    if (existsSync(join(out, c.header)) && !existsSync(join(out, c.short)))
      copyFileSync(join(out, c.header), join(out, c.short));
}
