/** The packages whose tests were built, as `build-go-tests` leaves them in the suite's output. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of `Packages` in one line, so that it can precede other output. */
export const PACKAGES = 'go-packages.json';
const MARK = 'FFI_GATES_PACKAGES ';

/** Directories below the suite, '' for its own. */
export type Packages = { built: string[]; failed: { file: string; why: string }[] };

export const packagesText = (packages: Packages): string => `${MARK}${JSON.stringify(packages)}\n`;

const parsed = (line: string): Packages => JSON.parse(line.slice(MARK.length)) as Packages;

/** Before the build, what is at the top is taken for all. */
export const builtPackages = (out: string): Packages => {
  const file = join(out, PACKAGES);
  return existsSync(file) ? parsed(readFileSync(file, 'utf8')) : { built: [''], failed: [] };
};

/** The packages that could not be built, from output that begins with the file. */
export const unbuilt = (output: string): Packages['failed'] =>
  output.split('\n').flatMap((line) => (line.startsWith(MARK) ? parsed(line).failed : []));

/** The name of a package's test binary. */
export const testBinary = (pkg: string): string => `${pkg === '' ? 'suite' : pkg.replaceAll('/', '__')}.test`;
