/**
 * Finds NUnit 2.6: the console runner that the launcher script `nunit-console` starts, and the assemblies
 * that tests and the lister are compiled against. Their places differ (Debian: `lib/nunit` and
 * `lib/cli/<name>-<version>`; Mono's own packages and a plain download: beside the runner).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Tools } from '../../model/launch.js';

export type NUnit = { console: string; assemblies: string[] };

const PARTS = ['nunit.framework', 'nunit.core', 'nunit.core.interfaces'];

/** The first absolute path of an `.exe` in a launcher script. An `.exe` is its own runner. */
export const runnerIn = (path: string, script: string): string | undefined =>
  path.endsWith('.exe') ? path : /(?:^|[\s"'$])(\/[^\s"'$]+\.exe)\b/.exec(script)?.[1];

const entries = (dir: string): string[] => (existsSync(dir) ? readdirSync(dir) : []);

/** `<part>.dll` beside the runner, in its `lib` or `framework` directory, or in the versioned directories of `lib/cli`. */
const find = (home: string, part: string): string | undefined => {
  const cli = join(dirname(home), 'cli');
  const versioned = entries(cli)
    // regexes: built from a name of PARTS
    .filter((name) => new RegExp(`^${part.replaceAll('.', '\\.')}-2\\.[\\d.]+$`).test(name))
    .sort()
    .reverse()
    .map((name) => join(cli, name));
  const beside = ['.', 'lib', 'framework'].map((dir) => join(home, dir));
  return [...beside, ...versioned].map((dir) => join(dir, `${part}.dll`)).find((file) => existsSync(file));
};

/** The installed NUnit, or undefined if the runner or one of its assemblies is missing. */
export const findNUnit = (tools: Tools): NUnit | undefined => {
  const launcher = tools['nunit']?.path;
  if (launcher === undefined || !existsSync(launcher)) return undefined;
  const console = runnerIn(launcher, readFileSync(launcher, 'latin1'));
  if (console === undefined || !existsSync(console)) return undefined;
  const assemblies = PARTS.flatMap((part) => find(dirname(console), part) ?? []);
  return assemblies.length === PARTS.length ? { console, assemblies } : undefined;
};
