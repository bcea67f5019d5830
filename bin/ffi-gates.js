#!/usr/bin/env node
'use strict';
// The beginning and the end of the process. Signals and faults have their handlers before anything else is
// loaded; CommonJS, because node starts it sooner than a module.

// As in src/model/exit-codes.ts, which may be what cannot be loaded.
const [USAGE, FAULT, INTERRUPTED] = [2, 70, 130];

/** Open files that a run needs at least: pipes of its tools and launches, modules that load side by side. */
const OPEN_FILES = 256;

/** Versions of node whose V8 has the flags of `compileLater`. */
const TRIED = new Set(['20']);

const stopping = new AbortController();
/** How many parts of a command end by themselves on a signal. */
let graceful = 0;
/** While the command is still being loaded: what it must do first is waited for. */
let loading = true;

/** How a command ends by itself on a signal; see src/cli/interruption.ts. */
const interruption = {
  signal: stopping.signal,
  message: 'interrupted',
  ready() {
    loading = false;
    if (stopping.signal.aborted) leave(INTERRUPTED, interruption.message);
  },
  takeOver() {
    graceful++;
    let over = false;
    return () => {
      if (!over) graceful--;
      over = true;
    };
  },
};

/** Writes without any stream, since they may be what failed. */
const complain = (text) => {
  try {
    require('node:fs').writeSync(2, `ffi-gates: ${text}\n`);
  } catch {
    // Nobody listens.
  }
};

/** Ends the process at once. Whoever started children or made temporary files listens to `exit`. */
const leave = (code, message) => {
  settled = true;
  complain(message);
  process.exit(code);
};

/** Milliseconds: a terminal signals all of its processes, and npx, make and CI runners pass the signal on as well. */
const SAME_SIGNAL = 1000;
/** When the first signal came; as `performance.now()`. */
let stopped = Infinity;

const onSignal = () => {
  const now = performance.now();
  stopped = Math.min(stopped, now);
  // The second signal does not wait for the command's own end.
  const waits = (loading || graceful > 0) && now - stopped < SAME_SIGNAL;
  stopping.abort();
  if (!waits) leave(INTERRUPTED, interruption.message);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
// A file that may not grow is an error of the write, which is told with its path.
process.on('SIGXFSZ', () => undefined);

let settled = false;
/** Also for promises that are rejected and that nobody waits for. */
const onFault = async (error) => {
  const known = await import('../dist/bundle/fault.js').then(
    ({ explain }) => explain(error),
    () => undefined,
  );
  leave(known?.code ?? FAULT, known?.message ?? `internal error: ${error?.stack ?? error}`);
};
process.on('uncaughtException', (error) => void onFault(error));
// yargs itself ends the process when it prints or computes completions.
const completes = process.argv[2] === 'completion' || process.argv.includes('--get-yargs-completions');
process.on('exit', () => {
  if (settled || completes) return;
  complain('internal error: the command came to no end');
  process.exitCode = FAULT;
});

/** The limit of open files, if it is too low to load our own modules or to run anything. */
const lowLimit = () => {
  const { readFileSync } = require('node:fs');
  try {
    const limit = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return limit !== undefined && Number(limit) < OPEN_FILES ? limit : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Most commands are over before code that V8 optimises early has paid for it: it waits longer, and compiles quickly meanwhile. Only
 * for versions of node that were tried, since V8 complains about flags that it does not know.
 */
const compileLater = () => {
  const [major] = process.versions.node.split('.');
  if (TRIED.has(major)) require('node:v8').setFlagsFromString('--interrupt-budget=264000');
  if (TRIED.has(major)) require('node:v8').setFlagsFromString('--sparkplug');
};

const main = async (argv) => {
  // Answered without loading the rest, since scripts call it often.
  if (argv.length === 1 && ['--version', '-V'].includes(argv[0])) {
    console.log(require('../package.json').version);
    return 0;
  }
  const limit = lowLimit();
  if (limit !== undefined) {
    complain(
      `only ${limit} files may be open at once, and ${OPEN_FILES} are needed: ulimit -n ${OPEN_FILES}`,
    );
    return USAGE;
  }
  compileLater();
  const cli = await import('../dist/bundle/main.js');
  return cli.main(argv, interruption);
};

main(process.argv.slice(2)).then((code) => {
  // Not even begun: nothing else has said so.
  if (loading && stopping.signal.aborted) leave(INTERRUPTED, interruption.message);
  settled = true;
  process.exitCode = code;
}, onFault);

// Ends by `exit`: when node comes to its end by itself it gives signals back to the system first, and one that
// comes then would end the process its own way. Everything written has been read by now.
process.on('beforeExit', () => process.exit());
