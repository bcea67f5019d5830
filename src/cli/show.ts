/** `ffi-gates show`: opens the last run's page in the browser. */
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import which from 'which';
import { Failure } from '../model/failure.js';
import { say } from './say.js';

/** The program that opens a page on this desktop, or undefined. */
const opener = async (): Promise<string | undefined> => {
  if (process.platform === 'darwin') return (await which('open', { nothrow: true })) ?? undefined;
  if (!process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return undefined;
  return (await which('xdg-open', { nothrow: true })) ?? undefined;
};

/**
 * Prints the path of the report, and opens it if there is a desktop. Throws `Failure` 2 if there is no
 * report.
 */
export const show = async (a: { out: string }): Promise<ExitCode> => {
  const page = join(resolve(a.out), 'index.html');
  if (!existsSync(page))
    throw new Failure(
      EXIT.USAGE,
      `there is no report at ${page}: run \`ffi-gates run\` first, or pass its --out`,
    );
  say(page);
  const open = await opener();
  if (open === undefined) return EXIT.OK;
  const child = spawn(open, [page], { detached: true, stdio: 'ignore' });
  await new Promise<void>((done) => child.once('spawn', done).once('error', () => done()));
  child.unref();
  return EXIT.OK;
};
