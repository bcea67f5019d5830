/**
 * Runs test files one after another, each in an armed process of its own, because `node --test` would put a
 * launcher in between. Argument: JSON of { turns: {file, args, name}[], command: [prefix…, node, hostArgs…],
 * env, cwd, whole, shell }. `whole`: each file is one test, and its exit is its outcome. `shell`: the one test is
 * this shell command, and each node that it starts is armed. A failed turn does not stop the others. Ends like the worst turn: by its signal (a status of 128 or more would hide from our parent
 * that a process was killed), else with a checker's code, else with 1, else with 0.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const { turns, command, env, cwd, whole, shell } = JSON.parse(process.argv[2]);
const progress = process.env.FFI_GATES_PROGRESS;

const sawTests = (name) =>
  progress && existsSync(progress) && readFileSync(progress, 'utf8').includes(`"${name}::`);

/** The status with which the program ended itself (`status.mjs`). A checker may have replaced it. */
const meant = (pid) => {
  const file = `${progress}.status.${pid}`;
  return progress && existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
};

const write = (event) => progress && appendFileSync(progress, `${JSON.stringify(event)}\n`);

/** The end of a child: `{ code, signal }`, or `{ error }` if it could not be started. */
const end = (child) =>
  new Promise((resolve) => {
    child.on('error', (error) => resolve({ error }));
    child.on('close', (code, signal) => resolve({ code, signal }));
  });

const quoted = (word) => `'${word.replaceAll("'", `'\\''`)}'`;

/** A PATH on which `node` is the armed one, before the programs of the project's own packages. */
const armedPath = () => {
  const dir = join(progress ? dirname(progress) : mkdtempSync(join(tmpdir(), 'ffi-gates-')), 'bin');
  mkdirSync(dir, { recursive: true });
  const words = ['env', ...Object.entries(env).map(([k, v]) => `${k}=${v}`), ...command].map(quoted);
  writeFileSync(join(dir, 'node'), `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 });
  return [dir, join(cwd, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
};

const start = ({ file, args, name }) => {
  const own = { ...process.env, FFI_GATES_FILE: name };
  if (shell !== undefined)
    return spawn('/bin/sh', ['-c', shell], { cwd, env: { ...own, PATH: armedPath() }, stdio: 'inherit' });
  const [host, ...words] = command;
  return spawn(host, [...words, ...args, file], { cwd, env: { ...own, ...env }, stdio: 'inherit' });
};

const status = async (turn) => {
  const { name } = turn;
  const [host] = command;
  const began = performance.now();
  const child = start(turn);
  // The shell itself is not under the gate.
  const pid = shell === undefined ? child.pid : undefined;
  if (whole && child.pid !== undefined) write({ test: name, outcome: 'started', pid, logs: {} });
  const { code: plain, signal, error } = await end(child);
  if (error) process.stderr.write(`${host}: ${error.message}\n`);
  const code = error ? 127 : (plain ?? 128 + constants.signals[signal]);
  const ms = Math.round(performance.now() - began);
  const last = (whole ? meant(pid) : undefined) ?? code;
  const message = `the ${shell === undefined ? 'file' : 'command'} ended with ${signal ?? `code ${last}`}`;
  // A killed process gets no end event.
  if (whole && !signal)
    write({
      test: name,
      outcome: last === 0 ? 'passed' : 'failed',
      pid,
      ms,
      ...(last === 0 ? {} : { message }),
    });
  else if (!whole && code !== 0 && progress && !sawTests(name))
    write({ test: name, outcome: 'failed', pid, message: `${message} before its first test` });
  return { code, signal };
};

const rank = ({ code }) => (code >= 128 ? 3 : code > 1 ? 2 : code);
const ends = [];
for (const turn of turns) ends.push(await status(turn));
const worst = ends.reduce((a, b) => (rank(b) > rank(a) ? b : a), { code: 0, signal: null });
process.exitCode = worst.code;
if (worst.signal) process.kill(process.pid, worst.signal);
