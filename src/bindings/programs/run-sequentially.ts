/**
 * A separate program: runs commands one after another, each in its own directory, because some frameworks
 * make one executable per package and a launch is one process. Argument: the JSON of `Turn[]`. Prints `===
 * PACKAGE name` before each command. A failure does not stop the others. Exits with the first code that is
 * not 0 (128+n for signal n), so that no failure or crash is lost.
 */
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';

/** One command. `argv` carries its environment (`env A=B …`), so that this program is never armed itself. */
export type Turn = { name: string; cwd: string; argv: [string, ...string[]] };

const status = ({ name, cwd, argv: [file, ...args] }: Turn): number => {
  process.stdout.write(`=== PACKAGE ${name}\n`);
  const child = spawnSync(file, args, { cwd, stdio: 'inherit' });
  if (child.error) {
    process.stderr.write(`${file}: ${child.error.message}\n`);
    return 127;
  }
  return child.status ?? 128 + (child.signal ? constants.signals[child.signal] : 0);
};

const [plan] = process.argv.slice(2);
const codes = (JSON.parse(plan ?? '[]') as Turn[]).map(status);
process.exitCode = codes.find((code) => code !== 0) ?? 0;
