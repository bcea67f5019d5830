/**
 * `ffi-gates parse`: reads logs of any checker and prints findings, also while a log is still being written.
 */
import { GUESSED, identityFor, type Identity } from './identity.js';
import { EXIT, type ExitCode } from '../../model/exit-codes.js';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Interruption } from '../interruption.js';
import { Failure } from '../../model/failure.js';
import type { Diagnostic } from '../../model/diagnostic.js';
import { isToolFailure } from '../../model/hazards.js';
import { hideSecrets } from '../../redaction/diagnostic.js';
import { learnSecrets, outgoing } from '../outgoing.js';
import { readInput } from './input.js';
import { found, jsonPrinter, prettyPrinter, type Printer, type Totals } from './print.js';
import type { LogParser } from '../../parsers/log.js';
import { makeSymbolizer } from '../../parsers/symbolize.js';

/** Loads the readers only when a log has content, since there are many. */
const open = async (ready: (s: Diagnostic) => void): Promise<LogParser> => {
  const { openPastedLog } = await import('../../parsers/index.js');
  const { demangleFrames } = await import('../../parsers/demangle.js');
  return openPastedLog((s) => {
    demangleFrames(s);
    ready(s);
  });
};

export type ParseArgs = {
  files: string[];
  jsonl: boolean;
  junit?: string | undefined;
  symbolize: boolean;
  /** Path of the matrix that defines the project's code. With it, fingerprints are those of `run`. */
  matrix?: string | undefined;
};

/** Message for each kind of error with a file. */
const TROUBLE: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
  ENXIO: 'is a socket or a device that is not there',
};
/** Maximal number of problems and unread lines kept over all logs. */
const MAX_KEPT = 10_000;

/** Characters written at once. */
const FLUSH = 1 << 20;

/** The reader of our output has closed it (`| head`), so there is nothing left to do. */
class Unheard extends Error {}

const write = (text: string): Promise<void> =>
  new Promise((done, failed) => {
    if (text === '') return done();
    process.stdout.write(text, (e) => {
      if (!e) done();
      else failed((e as NodeJS.ErrnoException).code === 'EPIPE' ? new Unheard() : e);
    });
  });

const printerFor = async (a: ParseArgs): Promise<Printer> => {
  if (a.jsonl) return jsonPrinter;
  const { styleText } = await import('node:util');
  const color = Boolean(process.stdout.isTTY) && !process.env['NO_COLOR'];
  const styles = { bad: 'red', doubt: 'yellow', quiet: 'gray', strong: 'bold' } as const;
  return prettyPrinter((tone, text) =>
    color ? styleText(styles[tone], text, { validateStream: false }) : text,
  );
};

/** The exit code. Input that could not be read outranks hazards. */
const codeOf = (t: Totals, hazards: boolean): ExitCode => {
  if (t.interrupted) return EXIT.INTERRUPTED;
  if (t.broken > 0 || t.unread.length > 0 || t.missing.length > 0) return EXIT.INCONCLUSIVE;
  return hazards ? EXIT.HAZARD : EXIT.OK;
};

const identityOf = async (file: string): Promise<Identity> => {
  const { loadMatrix } = await import('../../config/matrix.js');
  const matrix = await loadMatrix(resolve(file));
  learnSecrets(matrix);
  return identityFor(matrix);
};

/**
 * Reads the logs one after another, prints the findings and returns the exit code. Throws `Failure` 2 if a
 * file cannot be opened.
 */
export const parseCommand = async (a: ParseArgs, interruption: Interruption): Promise<ExitCode> => {
  const inputs = a.files.length > 0 ? a.files : ['-'];
  if (a.files.length === 0 && process.stdin.isTTY)
    throw new Failure(EXIT.USAGE, 'nothing to read: name log files, or pipe a log in');
  if (a.junit !== undefined && !existsSync(dirname(resolve(a.junit))))
    throw new Failure(EXIT.USAGE, `--junit ${a.junit}: no such directory`);
  for (const path of inputs)
    if (path !== '-' && !existsSync(path)) throw new Failure(EXIT.USAGE, `${path}: ${TROUBLE['ENOENT']}`);

  const { signal } = interruption;
  const identity = a.matrix === undefined ? GUESSED : await identityOf(a.matrix);
  const redactor = outgoing();
  const printer = await printerFor(a);
  const symbolizer = a.symbolize ? makeSymbolizer() : undefined;
  const junit = a.junit === undefined ? undefined : (await import('./junit.js')).makeJunitLog();
  const totals: Totals = {
    findings: 0,
    inputs: inputs.length,
    unread: [],
    missing: [],
    long: [],
    broken: 0,
    interrupted: false,
    exitCode: 0,
  };
  let hazards = false;

  const tell = async (input: string, diagnostics: Diagnostic[]): Promise<void> => {
    await symbolizer?.resolve(diagnostics);
    let text = '';
    for (const s of diagnostics) {
      hideSecrets(s, redactor);
      const f = redactor.deep(found(input, s, identity));
      totals.findings++;
      if (isToolFailure(s.hazard)) totals.broken++;
      else hazards = true;
      junit?.add(f);
      text += printer.finding(f);
      if (text.length < FLUSH) continue;
      await write(text);
      text = '';
    }
    await write(text);
  };

  const keepMissing = (input: string, whys: readonly string[]): void => {
    const room = MAX_KEPT - totals.missing.length;
    totals.missing.push(...whys.slice(0, room).map((why) => ({ input, why })));
  };

  const readOne = async (input: string): Promise<void> => {
    let ready: Diagnostic[] = [];
    let log: LogParser | undefined;
    const flush = async (): Promise<void> => {
      const diagnostics = ready;
      ready = [];
      await tell(input, diagnostics);
    };
    const troubles = await readInput(input, signal, async (chunk) => {
      log ??= await open((s) => ready.push(s));
      log.push(chunk);
      if (ready.length > 0) await flush();
    });
    if (log === undefined) return keepMissing(input, troubles);
    const { unread, missing, long } = log.end();
    await flush();
    keepMissing(input, [...troubles, ...missing]);
    const room = MAX_KEPT - totals.unread.length;
    totals.unread.push(...unread.slice(0, room).map((u) => ({ input, ...u })));
    if (long.count > 0) totals.long.push({ input, ...long });
  };

  // What was read until the signal is printed.
  const giveBack = interruption.takeOver();
  try {
    for (const input of inputs) {
      if (signal.aborted) break;
      await readOne(input);
    }
    totals.interrupted = signal.aborted;
    totals.exitCode = codeOf(totals, hazards);
    if (junit && a.junit !== undefined) {
      const { writeWholeFile } = await import('../../process/write-file.js');
      await writeWholeFile(a.junit, junit.render(inputs.map(redactor.text), redactor.deep(totals)));
    }
    await write(printer.summary(redactor.deep(totals)));
  } catch (error) {
    if (error instanceof Unheard) return codeOf(totals, hazards);
    const e = error as NodeJS.ErrnoException;
    const trouble = TROUBLE[e.code ?? ''];
    if (trouble && e.path) throw new Failure(EXIT.USAGE, `${e.path}: ${trouble}`);
    if (e.code === 'EISDIR') throw new Failure(EXIT.USAGE, `${inputs.join(' ')}: ${TROUBLE['EISDIR']}`);
    throw error;
  } finally {
    symbolizer?.close();
    giveBack();
  }
  return totals.exitCode;
};
