/**
 * Runs test files one after another, each in a process of its own that is armed directly, because `node --test` would
 * put a launcher of ours between. Argument: JSON of { turns: {file, args, name}[], command: [prefix…, node, hostArgs…],
 * env, cwd }. Every turn runs whatever became of the others. Ends as the worst turn did: by its signal (a status of 128
 * and more would hide from our parent that a process was killed), then a checker's code, then 1, then 0.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';

const { turns, command, env, cwd } = JSON.parse(process.argv[2]);
const progress = process.env.FFI_GATES_PROGRESS;

const sawTests = (name) =>
  progress && existsSync(progress) && readFileSync(progress, 'utf8').includes(`"${name}::`);

const status = ({ file, args, name }) => {
  const [host, ...words] = command;
  const own = { ...process.env, ...env, FFI_GATES_FILE: name };
  const child = spawnSync(host, [...words, ...args, file], { cwd, env: own, stdio: 'inherit' });
  if (child.error) process.stderr.write(`${host}: ${child.error.message}\n`);
  const code = child.error ? 127 : (child.status ?? 128 + constants.signals[child.signal]);
  if (code !== 0 && progress && !sawTests(name)) {
    const message = `the file ended with ${child.signal ?? `code ${code}`} before its first test`;
    appendFileSync(
      progress,
      `${JSON.stringify({ test: name, outcome: 'failed', pid: child.pid, message })}\n`,
    );
  }
  return { code, signal: child.signal };
};

const rank = ({ code }) => (code >= 128 ? 3 : code > 1 ? 2 : code);
const worst = turns.map(status).reduce((a, b) => (rank(b) > rank(a) ? b : a), { code: 0, signal: null });
process.exitCode = worst.code;
if (worst.signal) process.kill(process.pid, worst.signal);
