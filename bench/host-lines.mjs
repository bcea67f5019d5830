/**
 * What the lines of the host cost where nothing is reported: `node bench/host-lines.mjs`.
 *
 * A program in each host calls a small native function, with the library that asks the host and without it in turn; each tells the
 * processor time of a call, the best of its rounds, which a busy machine changes least. Under ASan there is nothing to pay
 * (`plugins/preload/hoststack.c` waits for a report), under TSan the host is asked at its calls (`hosttsan.c`).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bar, median } from './measure.mjs';

const PAIRS = 5;
const CALLS = 100_000;
/** Compiled calls take a few nanoseconds. */
const QUICK = 20 * CALLS;
const MOST = { asan: 1.05, tsan: 3 };
const PRELOAD = fileURLToPath(new URL('../plugins/preload', import.meta.url));
const dir = realpathSync(mkdtempSync(join(tmpdir(), 'ffi-gates-host-lines-')));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

const run = (command, args, env = {}) =>
  spawnSync(command, args, { cwd: dir, encoding: 'utf8', env: { ...process.env, ...env } });
const must = (command, ...args) => {
  const r = run(command, args);
  if (r.status !== 0)
    throw new Error(`${command} ${args.join(' ')}: ${r.error?.message ?? r.stderr + r.stdout}`);
  return r.stdout.trim();
};
const write = (name, text) => writeFileSync(join(dir, name), text);
const runtimeOf = (name) => must('gcc', `-print-file-name=lib${name}.so`);

write(
  'work.h',
  `static int total;
__attribute__((noinline)) static int step(int n) { return n * 3 + 1; }
__attribute__((noinline)) static int work(int n) {
  for (int i = 0; i < 4; i++) total += step(n);
  return total & 0xffff;
}
`,
);
write('c.c', '#include "work.h"\nint add(int n) { return work(n); }\n');
write(
  'jni.c',
  `#include <jni.h>
#include "work.h"
JNIEXPORT jint JNICALL Java_Bench_add(JNIEnv *env, jclass c, jint n) { (void)env, (void)c; return work(n); }
`,
);
write(
  'napi.c',
  `#include <node_api.h>
#include "work.h"
static napi_value add(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1], out;
  int n = 0;
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  napi_get_value_int32(env, argv[0], &n);
  napi_create_int32(env, work(n), &out);
  return out;
}
NAPI_MODULE_INIT() {
  napi_value f;
  napi_create_function(env, "add", 3, add, NULL, &f);
  napi_set_named_property(env, exports, "add", f);
  return exports;
}
`,
);
write(
  'bench.py',
  `import ctypes, sys, time
add = ctypes.CDLL(sys.argv[1]).add
def one(i): return add(i)
def two(i): return add(i) + one(i)
best = 1e9
for r in range(6):
    since = time.process_time_ns()
    for i in range(${CALLS / 2}): two(i)
    best = min(best, (time.process_time_ns() - since) / ${CALLS})
print(best)
`,
);
write(
  'bench.cjs',
  `const { add } = require(process.argv[2]);
const one = (i) => add(i);
const two = (i) => add(i) + one(i);
let best = 1e9;
for (let r = 0; r < 6; r++) {
  const since = process.cpuUsage();
  for (let i = 0; i < ${CALLS / 2}; i++) two(i);
  const { user, system } = process.cpuUsage(since);
  best = Math.min(best, ((user + system) * 1000) / ${CALLS});
}
console.log(best);
`,
);
write(
  'Bench.java',
  `import java.lang.management.ManagementFactory;
public class Bench {
  static native int add(int n);
  static int one(int i) { return add(i); }
  static int two(int i) { return add(i) + one(i); }
  public static void main(String[] args) {
    System.load(args[0]);
    var threads = ManagementFactory.getThreadMXBean();
    double best = 1e9;
    for (int r = 0; r < 12; r++) {
      long since = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < ${QUICK / 2}; i++) two(i);
      best = Math.min(best, (threads.getCurrentThreadCpuTime() - since) / ${QUICK}.0);
    }
    System.out.println(best);
  }
}
`,
);
write(
  'Bench.cs',
  `using System;
using System.Runtime.InteropServices;
public class Bench {
  [DllImport("libc")] static extern IntPtr clock();
  [DllImport("bench")] static extern int add(int n);
  static int one(int i) { return add(i); }
  static int two(int i) { return add(i) + one(i); }
  public static void Main() {
    var best = 1e9;
    for (var r = 0; r < 6; r++) {
      var since = (long)clock();
      for (var i = 0; i < ${QUICK / 2}; i++) two(i);
      best = Math.Min(best, ((long)clock() - since) * 1e3 / ${QUICK});
    }
    Console.WriteLine(best.ToString(System.Globalization.CultureInfo.InvariantCulture));
  }
}
`,
);

const jdk = dirname(dirname(realpathSync(must('which', 'javac'))));
const jni = [`-I${join(jdk, 'include')}`, `-I${join(jdk, 'include', 'linux')}`];
const prefix = dirname(dirname(realpathSync(process.execPath)));
const node = `-I${[join(prefix, 'include/node'), '/usr/include/node'].find((d) => existsSync(join(d, 'v8.h')))}`;
const python = must('python3', '-c', 'import sys; print(sys.executable)');
const pythonInclude = `-I${must('python3', '-c', 'import sysconfig; print(sysconfig.get_path("include"))')}`;
must('javac', 'Bench.java');
must('mcs', '-debug', 'Bench.cs');
must('gcc', '-O2', '-fPIC', '-c', pythonInclude, '-o', 'python.o', join(PRELOAD, 'hoststack-python.c'));
must(
  'g++',
  ...['-O2', '-fPIC', '-std=c++20', '-fno-exceptions', '-fno-rtti', node],
  ...['-c', '-o', 'node.o', join(PRELOAD, 'hoststack-node.cc')],
);

const HOSTS = {
  python: {
    source: 'c.c',
    flags: ['-DHOST_STACK_PYTHON', pythonInclude, 'python.o'],
    start: (lib) => [python, 'bench.py', lib],
  },
  jvm: {
    source: 'jni.c',
    include: jni,
    flags: ['-DHOST_STACK_JVM', ...jni],
    start: (lib, tsan) => ['java', ...(tsan ? ['-XX:+PreserveFramePointer'] : []), '-cp', '.', 'Bench', lib],
  },
  mono: { source: 'c.c', flags: [], start: () => ['mono', '--debug', 'Bench.exe'] },
  node: {
    source: 'napi.c',
    include: [node],
    flags: ['-DHOST_STACK_NODE', '-Wl,-z,lazy', 'node.o'],
    start: (lib) => [process.execPath, 'bench.cjs', lib],
  },
};
const OPTIONS = {
  asan: { ASAN_OPTIONS: 'detect_leaks=0:verify_asan_link_order=0:handle_segv=0' },
  tsan: { TSAN_OPTIONS: 'handle_segv=0:ignore_noninstrumented_modules=1', MONO_THREADS_SUSPEND: 'coop' },
};

for (const [sanitizer, flag] of Object.entries({ asan: 'address', tsan: 'thread' }))
  for (const [host, { source, include = [], flags, start }] of Object.entries(HOSTS)) {
    const out = join(dir, `${host}-${sanitizer}`);
    const lib = join(out, host === 'node' ? 'bench.node' : 'libbench.so');
    must('mkdir', out);
    const built = ['-g', '-O1', '-fPIC', '-shared', '-fno-omit-frame-pointer', `-fsanitize=${flag}`];
    must('gcc', ...built, ...include, '-o', lib, source);
    const asks = join(out, 'asks');
    const asker = join(PRELOAD, sanitizer === 'tsan' ? 'hosttsan.c' : 'hoststack.c');
    must('gcc', '-O2', '-fPIC', '-shared', '-o', asks, asker, ...flags);
    const timed = (preload) => {
      const env = {
        LD_PRELOAD: [...preload, runtimeOf(sanitizer), runtimeOf('stdc++')].join(':'),
        LD_LIBRARY_PATH: out,
        FFI_GATES_HOST_STACK: host,
        ...OPTIONS[sanitizer],
      };
      const r = run('setarch', ['-R', ...start(lib, sanitizer === 'tsan')], env);
      const ns = Number(r.stdout?.trim());
      if (r.status !== 0 || !(ns > 0)) throw new Error(`${host} ${sanitizer}: ${r.status} ${r.stderr}`);
      return ns;
    };
    const pairs = Array.from({ length: PAIRS }, () => {
      const without = timed([]);
      return { without, asking: timed([asks]) };
    });
    const best = (of) => Math.min(...pairs.map(of));
    const [asking, without] = [best((p) => p.asking), best((p) => p.without)];
    const ratio = median(pairs.map((p) => p.asking / p.without));
    console.log(
      `${sanitizer} ${host}: a call ${without.toFixed(0)} -> ${asking.toFixed(0)} ns, median ${ratio.toFixed(2)}`,
    );
    bar(`${sanitizer} ${host}`, asking / without, MOST[sanitizer], ' times');
  }
