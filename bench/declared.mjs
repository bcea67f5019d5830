/**
 * What the gate `declared` costs.
 *
 *   npm run build && node bench/declared.mjs [LIBRARY]
 *
 * 1. The comparison of 1,000 functions of a real library, read through the headers of its development package (by default
 *    libxml2, with libxml2-dev): seconds of processor time, which a busy machine does not change, and the memory of all its processes together, sampled.
 * 2. A suite of pytest that makes 100,000 calls by ctypes, with the recorder and without it in turn: the ratio of medians.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bar, median, MB } from './measure.mjs';

const FUNCTIONS = 1000;
const CALLS = 100_000;
const ROUNDS = 5;
const SAMPLE_MS = 25;
const PLUGIN = fileURLToPath(new URL('../plugins/pytest', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../dist/declarations/program.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-declared-bench-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

const must = (command, args, options = {}) => {
  const r = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * MB, ...options });
  if (r.status !== 0)
    throw new Error(`${command} ${args.join(' ')}: ${r.error?.message ?? r.stderr + r.stdout}`);
  return r.stdout;
};
const fileOf = (path) => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

/** Bytes in memory of a process and of all that it has started. */
const memoryOf = (root) => {
  const parents = new Map();
  for (const pid of readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    const stat = fileOf(`/proc/${pid}/stat`);
    parents.set(Number(pid), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const belongs = (pid) => pid === root || (parents.has(pid) && belongs(parents.get(pid)));
  let sum = 0;
  for (const pid of parents.keys())
    if (belongs(pid)) sum += 1024 * Number(/VmRSS:\s*(\d+)/.exec(fileOf(`/proc/${pid}/status`))?.[1] ?? 0);
  return sum;
};

/** Seconds by the clock and of processor time, and peak of memory in bytes, of a command with its children. */
const watched = (command, args) =>
  new Promise((resolve, reject) => {
    const began = performance.now();
    // The shell tells the processor time of the command and its children, by which a busy machine can be judged.
    const timed = ['TIMEFORMAT=\'%U %S\'; time "$@"', 'bash', command, ...args];
    const child = spawn('bash', ['-c', ...timed], { stdio: ['ignore', 'inherit', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (t) => (said += t));
    let peak = 0;
    const timer = setInterval(() => (peak = Math.max(peak, memoryOf(child.pid))), SAMPLE_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      const [, user, system] = /([\d.]+) ([\d.]+)\s*$/.exec(said) ?? [];
      const seconds = (performance.now() - began) / 1000;
      if (code === 0) resolve({ seconds, cpu: Number(user) + Number(system), peak });
      else reject(new Error(`${command} ended with ${code}: ${said}`));
    });
  });

const compare = async (library) => {
  const object = realpathSync(library);
  const defined = must('nm', ['-D', '--defined-only', object]).matchAll(/^[0-9a-f]+ T ([a-z]\w*)/gm);
  const names = [...new Set([...defined].map((m) => m[1]))].slice(0, FUNCTIONS);
  if (names.length < FUNCTIONS) throw new Error(`${object} has ${names.length} functions only`);
  const records = join(dir, 'library');
  const suite = join(dir, 'declares.py');
  writeFileSync(
    suite,
    `import ffi_gates_declared, ctypes
lib = ctypes.CDLL(${JSON.stringify(object)})
for name in ${JSON.stringify(names)}:
    f = getattr(lib, name)
    f.restype, f.argtypes = ctypes.c_void_p, []
`,
  );
  must('python3', [suite], { env: { ...process.env, PYTHONPATH: PLUGIN, FFI_GATES_DECLARED: records } });
  const [spec, log] = [join(dir, 'spec.json'), join(dir, 'declared.log')];
  writeFileSync(
    spec,
    JSON.stringify({
      ...{ gdb: 'gdb', cc: 'gcc', language: 'ctypes', least: 'warning', strict: false },
      ...{ records, log, table: join(dir, 'table.json') },
    }),
  );
  const { seconds, cpu, peak } = await watched(process.execPath, [PROGRAM, spec]);
  const done = /done, (\d+) functions compared, (\d+) not seen/.exec(fileOf(log));
  console.log(`${object}: ${done?.[1]} of ${FUNCTIONS} functions compared, ${done?.[2]} not seen`);
  console.log(`it took ${seconds.toFixed(1)} s by the clock`);
  bar('1,000 functions of a real library, processor time', cpu, 10, ' s');
  bar('its memory, all processes', peak / MB, 500, ' MB');
};

const calls = () => {
  const suite = join(dir, 'suite');
  mkdirSync(suite);
  writeFileSync(
    join(suite, 'test_calls.py'),
    `import ctypes
lib = ctypes.CDLL("libm.so.6")
lib.fabs.restype, lib.fabs.argtypes = ctypes.c_double, [ctypes.c_double]


def test_calls():
    for _ in range(${CALLS}):
        lib.fabs(-1.5)
`,
  );
  const words = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-p', 'ffi_gates_plugin', 'test_calls.py'];
  const seconds = (records) => {
    const env = { ...process.env, PYTHONPATH: PLUGIN, PYTEST_DISABLE_PLUGIN_AUTOLOAD: '1' };
    const began = performance.now();
    must('python3', words, { cwd: suite, env: { ...env, FFI_GATES_DECLARED: records } });
    return (performance.now() - began) / 1000;
  };
  const [plain, recorded] = [[], []];
  for (let i = 0; i < ROUNDS; i++) {
    plain.push(seconds(''));
    recorded.push(seconds(join(dir, `calls${i}`)));
  }
  bar('a suite of 100,000 calls, recorded for plain', median(recorded) / median(plain), 3, ' times');
};

await compare(process.argv[2] ?? '/usr/lib/x86_64-linux-gnu/libxml2.so');
calls();
