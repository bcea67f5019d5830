/** What the benches of `parse` share: running a program to its end, medians, and limits. */
import { spawn, spawnSync } from 'node:child_process';

export const MB = 1 << 20;

export const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];

/** Prints a figure and whether it meets its limit; exit code 1 if one does not. */
export const bar = (what, value, most, unit) => {
  const kept = value <= most;
  if (!kept) process.exitCode = 1;
  console.log(`${kept ? 'kept  ' : 'MISSED'} ${what}: ${value.toFixed(2)}${unit} (at most ${most}${unit})`);
};

/**
 * Runs to the end and discards the output. Returns seconds by the clock and of CPU, and for node the peak
 * memory in MB. Rejects if it ends with another code than `codes`.
 */
export const run = (file, args, { codes = [0, 1, 6], cwd } = {}) =>
  new Promise((resolve, reject) => {
    const tell =
      // Not maxRSS: that of a child starts with its parent's.
      'data:text/javascript,import fs from "node:fs";process.on("exit",()=>{const u=process.resourceUsage();' +
      'const peak=/VmHWM:\\s*(\\d+)/.exec(fs.readFileSync("/proc/self/status","latin1"))[1];' +
      'console.error("usage",peak,u.userCPUTime+u.systemCPUTime)})';
    const isNode = file === process.execPath;
    const argv = isNode
      ? ['--import', tell, ...args]
      : ['-c', 'TIMEFORMAT="usage 0 %U %S"; time "$@"', 'bash', file, ...args];
    const began = performance.now();
    // Not /dev/null: grep would stop at the first match.
    const child = spawn(isNode ? file : 'bash', argv, { stdio: ['ignore', 'pipe', 'pipe'], cwd });
    child.stdout.resume();
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (t) => (err = (err + t).slice(-10_000)));
    child.on('error', reject);
    child.on('close', (code) => {
      const [, kilobytes, cpu] = /usage (\d+) (\d+)\s*$/.exec(err) ?? [];
      const [, user, system] = /usage 0 ([\d.]+) ([\d.]+)\s*$/.exec(err) ?? [];
      if (!codes.includes(code)) reject(new Error(`${file} ${args.slice(0, 4).join(' ')}: ${code} ${err}`));
      else
        resolve({
          wall: (performance.now() - began) / 1000,
          peak: Number(kilobytes) / 1024,
          cpu: isNode ? Number(cpu) / 1e6 : Number(user) + Number(system),
        });
    });
  });

/** Seconds of processor time of a command and its children, which a busy machine changes little. Throws if it fails. */
export const processorTime = (command, args, { codes = [0], ...options } = {}) => {
  const timed = ['-c', 'TIMEFORMAT=\'%U %S\'; time "$@"', 'bash', command, ...args];
  const r = spawnSync('bash', timed, { encoding: 'utf8', maxBuffer: 64 * MB, ...options });
  const [, user, system] = /([\d.]+) ([\d.]+)\s*$/.exec(r.stderr ?? '') ?? [];
  if (!codes.includes(r.status) || user === undefined)
    throw new Error(`${command} ${args.join(' ')}: ${r.status ?? r.error} ${r.stdout}${r.stderr}`);
  return Number(user) + Number(system);
};
