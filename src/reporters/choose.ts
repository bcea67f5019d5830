/** `--reporter NAME[=FILE]`: which formats a run writes, and where. */
import { extname, join, relative, resolve } from 'node:path';
import { escapePath } from 'tinyglobby';
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { DEFAULT_REPORTERS, REPORTERS, type ReporterId } from './index.js';
import type { Reporter, ReportFile } from './reporter.js';

export type Reporters = Readonly<Record<string, Reporter>>;

const stemOf = (path: string): string => path.slice(0, path.length - extname(path).length);

/** The reporter with `file` as its main file, relative to `out`. Further files get names that begin like it. */
const renamed = (reporter: Reporter, out: string, file: string): Reporter => {
  const main = relative(out, resolve(file));
  const [stem, extension] = [stemOf(reporter.main), extname(reporter.main)];
  const rename = (path: string, to: string): string => {
    if (path === reporter.main) return `${to}${extname(main)}`;
    const rest = path.slice(stem.length);
    return rest.endsWith(extension)
      ? `${to}${rest.slice(0, -extension.length)}${extname(main)}`
      : `${to}${rest}`;
  };
  return {
    main,
    // Beside the user's own files only numbers follow: `results-old.xml` is not ours.
    owns: reporter.owns.map((glob) => rename(glob, escapePath(stemOf(main))).replace('*', '+([0-9])')),
    *files(reported): Generator<ReportFile> {
      for (const f of reporter.files(reported)) yield { ...f, path: rename(f.path, stemOf(main)) };
    },
  };
};

/**
 * The reporters that were asked for, by name; without a request the usual ones. `report.json` is always among them, since
 * other commands read it. A file is relative to the current directory. Throws `Failure` 2 for an unknown name and for two
 * reporters with one file.
 */
export const chooseReporters = (asked: readonly string[], out: string): Reporters => {
  if (asked.length === 0) return DEFAULT_REPORTERS;
  const chosen = new Map<string, Reporter>();
  for (const word of asked) {
    const at = word.indexOf('=');
    const name = at < 0 ? word : word.slice(0, at);
    const file = at < 0 ? undefined : word.slice(at + 1);
    if (!Object.hasOwn(REPORTERS, name))
      throw new Failure(
        EXIT.USAGE,
        `there is no reporter '${name}'; there are ${Object.keys(REPORTERS).join(', ')}`,
      );
    if (file === '' || (file !== undefined && /[\\/]$/.test(file)))
      throw new Failure(EXIT.USAGE, `--reporter ${name}= needs the name of a file`);
    const reporter = REPORTERS[name as ReporterId];
    chosen.set(word, file === undefined ? reporter : renamed(reporter, out, file));
  }
  if (!chosen.has('json')) chosen.set('json', REPORTERS.json);
  const files = new Map<string, string>();
  for (const [word, { main }] of chosen) {
    const path = join(out, main);
    const other = files.get(path);
    if (other !== undefined)
      throw new Failure(
        EXIT.USAGE,
        `--reporter ${other} and --reporter ${word} write the same file: ${path}`,
      );
    files.set(path, word);
  }
  return Object.fromEntries(chosen);
};

/** True if a reporter of this name was chosen, under whatever file name. */
export const isChosen = (reporters: Reporters, id: ReporterId): boolean =>
  Object.keys(reporters).some((word) => word === id || word.startsWith(`${id}=`));
