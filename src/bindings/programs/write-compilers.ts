/**
 * A separate program: writes compilers that call the real ones with our flags last, whatever a build script
 * assigns to CFLAGS, and without options that remove debug information or symbols. Arguments: the directory,
 * JSON of the compilers' paths, JSON of the flags.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

const compilerText = (real: string, flags: readonly string[]): string => `#!/bin/sh
for word do
  shift
  case $word in
    -s | -g0 | -Wl,-s | -Wl,-S | -Wl,--strip-all | -Wl,--strip-debug) continue ;;
  esac
  set -- "$@" "$word"
done
exec ${quoted(real)} "$@" ${flags.map(quoted).join(' ')}
`;

const [dir, compilers, flags] = process.argv.slice(2);
if (!dir || !compilers || !flags) throw new Error('usage: write-compilers <dir> <compilers> <flags>');
mkdirSync(dir, { recursive: true });
for (const real of JSON.parse(compilers) as string[]) {
  const file = join(dir, basename(real));
  writeFileSync(file, compilerText(real, JSON.parse(flags) as string[]));
  chmodSync(file, 0o755);
}
