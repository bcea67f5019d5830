/**
 * The guard of Node-API in the Node that runs these tests: what it must see, and correct code on which it is silent. Each row
 * is a function of one addon, called in a process of its own.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { watched } from '../../src/gates/guard.js';
import { napiFunctions, napiWrappers } from '../../src/gates/programs/napi-wrappers.js';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import type { HazardId } from '../../src/model/hazard.js';
import { GUARD_PUPPET } from '../helpers/guard-puppet.js';
import { readLog, watchedIn, type ReadLog } from '../../src/parsers/read-logs.js';

const PRELOAD = fileURLToPath(new URL('../../plugins/preload', import.meta.url));
const include = join(dirname(dirname(realpathSync(process.execPath))), 'include', 'node');
const missing = !existsSync(join(include, 'node_api.h')) || spawnSync('gcc', ['--version']).status !== 0;
if (missing) console.warn('SKIPPED: the guard of Node-API needs the headers of Node and gcc');

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'ffi-gates-napi-guard-')));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A function of the addon, how JavaScript calls it (as `f`), and what the guard must say, if anything. */
type Row = { title: string; c: string; js: string; says?: HazardId; message?: RegExp; warning?: true };

const reads = (kind: string, type: string, js: string, more: Omit<Row, 'title' | 'c' | 'js'> = {}): Row => ({
  title: `${kind} of ${js}`,
  c: `${type} n = 0; napi_get_value_${kind}(env, argv[0], &n); return NULL;`,
  js: `f(${js})`,
  ...more,
});
const WIDTH = { says: 'abi/wrong-width' } as const;
const SIGN = { says: 'abi/wrong-signedness' } as const;
const THROWS = 'napi_throw_error(env, NULL, "first");';
const CLEARS = 'napi_value thrown; napi_get_and_clear_last_exception(env, &thrown);';
const keeps = (times: number, count: number, then = ''): string =>
  `napi_ref ref; for (int i = 0; i < ${times}; i++) { napi_create_reference(env, argv[0], ${count}, &ref); ${then} } return NULL;`;

/** A thread-safe function `t`, which one thread may use. */
const threadSafe = (then: string): string =>
  `napi_value name; napi_create_string_utf8(env, "t", 1, &name); napi_threadsafe_function t;
    napi_create_threadsafe_function(env, argv[0], NULL, name, 0, 1, NULL, NULL, NULL, NULL, &t); ${then} return NULL;`;
const CALL = 'napi_call_threadsafe_function(t, NULL, napi_tsfn_nonblocking);';
const RELEASE = 'napi_release_threadsafe_function(t, napi_tsfn_release);';

const ROWS: readonly Row[] = [
  reads('int32', 'int32_t', '-2147483648'),
  reads('int32', 'int32_t', '2147483647'),
  reads('int32', 'int32_t', '-0'),
  reads('int32', 'int32_t', '2147483648', SIGN),
  reads('int32', 'int32_t', '4294967296', WIDTH),
  reads('int32', 'int32_t', '-2147483649', WIDTH),
  reads('int32', 'int32_t', 'NaN', WIDTH),
  reads('int32', 'int32_t', '0.5', { ...WIDTH, warning: true }),
  reads('int32', 'int32_t', '"7"'),
  reads('uint32', 'uint32_t', '4294967295'),
  reads('uint32', 'uint32_t', '-1', SIGN),
  reads('uint32', 'uint32_t', '4294967296', WIDTH),
  reads('uint32', 'uint32_t', '-2147483649', WIDTH),
  reads('int64', 'int64_t', '2 ** 53 + 2'),
  reads('int64', 'int64_t', '-(2 ** 63)'),
  reads('int64', 'int64_t', '2 ** 64', WIDTH),
  reads('int64', 'int64_t', 'Infinity', WIDTH),
  reads('int64', 'int64_t', '1e10 + 0.25', { ...WIDTH, warning: true }),
  reads('double', 'double', 'NaN'),
  {
    title: 'a second exception',
    c: `${THROWS} napi_throw_error(env, NULL, "second"); ${CLEARS} return NULL;`,
    js: 'f()',
    says: 'unwind/pending-exception',
    message: /napi_throw_error/,
  },
  {
    title: 'a property that is set while an exception is pending',
    c: `${THROWS} napi_set_named_property(env, argv[0], "x", argv[0]); return NULL;`,
    js: 'try { f({}) } catch {}',
    says: 'unwind/pending-exception',
  },
  {
    title: 'an exception that is cleared before the next call',
    c: `${THROWS} ${CLEARS} napi_set_named_property(env, argv[0], "x", argv[0]); return NULL;`,
    js: 'f({})',
  },
  {
    title: 'calls that work while an exception is pending',
    c: `${THROWS} napi_value v; napi_create_double(env, 1, &v); const napi_extended_error_info *last;
      napi_get_last_error_info(env, &last); bool pending; napi_is_exception_pending(env, &pending); return NULL;`,
    js: 'try { f() } catch {}',
  },
  {
    title: 'a callback that throws for the first time',
    c: 'napi_value r; napi_call_function(env, argv[0], argv[0], 0, NULL, &r); return NULL;',
    js: 'try { f(() => { throw new Error("x") }) } catch {}',
  },
  {
    title: 'NULL called as a function',
    c: 'napi_value r; napi_call_function(env, argv[0], NULL, 0, NULL, &r); return NULL;',
    js: 'f()',
    says: 'rules/other',
  },
  {
    title: 'a function that a weak reference has lost',
    c: `static napi_ref ref; napi_value v, r; if (ref == NULL) { napi_create_reference(env, argv[0], 0, &ref); return NULL; }
      napi_get_reference_value(env, ref, &v); napi_call_function(env, argv[0], v, 0, NULL, &r); return NULL;`,
    js: '(() => f(() => 1))(); setTimeout(() => { gc(); f(); }, 1)',
    says: 'lifetime/callback-collected',
  },
  {
    title: 'a weak reference that is asked and not used',
    c: `static napi_ref ref; napi_value v; if (ref == NULL) { napi_create_reference(env, argv[0], 0, &ref); return NULL; }
      napi_get_reference_value(env, ref, &v); return v;`,
    js: '(() => f(() => 1))(); setTimeout(() => { gc(); f(); }, 1)',
  },
  {
    title: 'another thread',
    c: 'pthread_t t; pthread_create(&t, NULL, elsewhere, env); pthread_join(t, NULL); return NULL;',
    js: 'f()',
    says: 'threading/wrong-thread-env',
    message: /napi_create_double/,
  },
  {
    title: 'an env of each thread',
    c: 'napi_value v; napi_create_double(env, 1, &v); return v;',
    js: `f(); const { Worker } = require('node:worker_threads');
      for (let i = 0; i < 3; i++) new Worker(\`require(\${JSON.stringify(file)})[\${JSON.stringify(name)}]()\`, { eval: true })`,
  },
  {
    title: 'strong references left',
    c: keeps(8, 1),
    js: 'f({})',
    says: 'resource/napi-ref-leak',
    message: /^8 strong references/,
  },
  { title: 'fewer references left', c: keeps(7, 1), js: 'f({})' },
  { title: 'weak references left', c: keeps(20, 0), js: 'f({})' },
  { title: 'references made weak', c: keeps(20, 1, 'napi_reference_unref(env, ref, NULL);'), js: 'f({})' },
  {
    title: 'references made strong',
    c: keeps(20, 0, 'napi_reference_ref(env, ref, NULL);'),
    js: 'f({})',
    says: 'resource/napi-ref-leak',
  },
  { title: 'references deleted', c: keeps(20, 1, 'napi_delete_reference(env, ref);'), js: 'f({})' },
  { title: 'references of a process that ends itself', c: keeps(20, 1), js: 'f({}); process.exit(0)' },
  {
    title: 'references left in a worker',
    c: keeps(20, 1),
    js: `const { Worker } = require('node:worker_threads');
      new Worker(\`require(\${JSON.stringify(file)})[\${JSON.stringify(name)}]({})\`, { eval: true })`,
    says: 'resource/napi-ref-leak',
  },
  {
    title: 'promises left',
    c: 'napi_deferred d; napi_value p; napi_create_promise(env, &d, &p); return p;',
    js: 'for (let i = 0; i < 9; i++) f()',
    says: 'ownership/leak',
    message: /^9 promises/,
  },
  {
    title: 'a thread-safe function called after its release',
    c: threadSafe(`${CALL} ${RELEASE} ${CALL}`),
    js: 'f(() => {})',
    says: 'ownership/use-after-free',
    message: /napi_call_threadsafe_function/,
  },
  {
    title: 'a thread-safe function released by each that acquired it',
    c: threadSafe(`napi_acquire_threadsafe_function(t); ${RELEASE} ${CALL} ${RELEASE}`),
    js: 'for (let i = 0; i < 9; i++) f(() => {})',
  },
  {
    title: 'promises rejected',
    c: 'napi_deferred d; napi_value p; napi_create_promise(env, &d, &p); napi_reject_deferred(env, d, argv[0]); return p;',
    js: 'for (let i = 0; i < 9; i++) f(1).catch(() => {})',
  },
];

const ADDON = `#include <node_api.h>
#include <pthread.h>
static void *elsewhere(void *env) { napi_value v; napi_create_double(env, 1, &v); return NULL; }
${ROWS.map(
  ({ c }, i) => `static napi_value f${i}(napi_env env, napi_callback_info info) {
  napi_value argv[1]; size_t argc = 1; napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  ${c}
}`,
).join('\n')}
static napi_ref for_good[20];
NAPI_MODULE_INIT() {
  napi_value f;
  for (int i = 0; i < 20; i++) napi_create_reference(env, exports, 1, &for_good[i]);
${ROWS.map((_, i) => `  napi_create_function(env, "f${i}", NAPI_AUTO_LENGTH, f${i}, NULL, &f); napi_set_named_property(env, exports, "f${i}", f);`).join('\n')}
  return exports;
}
`;

const gcc = (...args: string[]): string =>
  execFileSync('gcc', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

type Seen = { diagnostics: Diagnostic[]; watched: number | undefined };
let runs = 0;
/** Runs a script under the guard, as a process of its own. */
const run = async (script: string, own = dir, crashes = false): Promise<Seen> => {
  const logs = join(dir, `logs-${runs++}`);
  mkdirSync(logs);
  const ran = spawnSync(process.execPath, ['--expose-gc', '-e', script], {
    env: {
      ...process.env,
      LD_PRELOAD: [join(dir, 'guard'), ...(crashes ? [join(dir, 'puppet.so')] : [])].join(':'),
      ...(crashes ? { PUPPET_CRASHES: join(dir, 'guard') } : {}),
      FFI_GATES_NAPIGUARD: logs,
      FFI_GATES_OWN: own,
    },
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect([ran.status, ran.signal], ran.stderr).toEqual(crashes ? [null, 'SIGSEGV'] : [0, null]);
  const read: ReadLog[] = [];
  for (const name of readdirSync(logs)) {
    const path = join(logs, name);
    read.push({ path, name, parsed: await readLog(path) });
  }
  for (const { parsed } of read) expect(parsed).toMatchObject({ unread: [], complete: true });
  return {
    diagnostics: read.flatMap((l) => l.parsed.diagnostics),
    watched: watchedIn(watched(''), read).sum,
  };
};

describe.skipIf(missing)('napiguard', () => {
  let header = '';
  beforeAll(() => {
    header = gcc(
      ...['-E', '-P', '-DNAPI_EXPERIMENTAL', '-DNAPI_EXTERN=FFI_GATES_NAPI', '-x', 'c'],
      join(include, 'node_api.h'),
    );
    writeFileSync(join(dir, 'napi-wrappers.h'), napiWrappers(header));
    gcc(
      ...['-Wall', '-Wextra', '-Werror', '-O2', '-fPIC', '-shared', `-I${dir}`, `-I${include}`],
      ...['-o', join(dir, 'guard'), join(PRELOAD, 'napiguard.c')],
    );
    writeFileSync(join(dir, 'addon.c'), ADDON);
    const addon = join(dir, 'addon.node');
    gcc('-g', '-fPIC', '-shared', `-I${include}`, '-o', addon, join(dir, 'addon.c'), '-lpthread');
  });

  test('has a wrapper for each function that the headers declare', () => {
    const names = ['js_native_api.h', 'node_api.h'].flatMap((name) => {
      const text = readFileSync(join(include, name), 'utf8');
      return [...text.matchAll(/\bnapi_status\s+NAPI_CDECL\s+(\w+)/g)].map((m) => m[1]!);
    });
    expect(new Set(napiFunctions(header).map((f) => f.name))).toEqual(new Set(names));
    expect(names.length).toBeGreaterThan(130);
  });

  test.each(ROWS.map((row, i) => [row.title, row, i] as const))('%s', async (_title, row, i) => {
    const { diagnostics, watched: calls } = await run(
      `const file = ${JSON.stringify(join(dir, 'addon.node'))}; const name = 'f${i}'; const f = require(file)[name]; ${row.js}`,
    );
    expect(calls).toBeGreaterThan(ROWS.length);
    expect(diagnostics.map((d) => d.hazard)).toEqual(row.says === undefined ? [] : [row.says]);
    for (const d of diagnostics) {
      expect(d.tier).toBe(row.warning ? 'warning' : undefined);
      if (row.message) expect(d.message).toMatch(row.message);
      expect(d.effect).toMatch(/\(Node-API, ".+"\)$/);
      expect(d.stacks[0]?.frames[0]).toMatchObject({ kind: 'module', module: join(dir, 'addon.node') });
    }
  });

  test('watches nothing of an addon that is not the project’s', async () => {
    const seen = await run(`require(${JSON.stringify(join(dir, 'addon.node'))}).f0(1)`, '/elsewhere');
    expect(seen).toEqual({ diagnostics: [], watched: 0 });
  });

  test('a crash of its own is no hazard of the addon, and proves nothing', async () => {
    writeFileSync(join(dir, 'puppet.c'), GUARD_PUPPET);
    gcc('-shared', '-fPIC', '-O1', '-g', '-o', join(dir, 'puppet.so'), join(dir, 'puppet.c'), '-ldl');
    const wrong = ROWS.findIndex((r) => r.title === 'a second exception');
    const script = `require(${JSON.stringify(join(dir, 'addon.node'))}).f${wrong}()`;
    const { diagnostics, watched: calls } = await run(script, dir, true);
    expect(diagnostics.map((d) => d.hazard)).toEqual(['tool/internal-error']);
    const modules = diagnostics[0]?.stacks[0]?.frames.map((f) => (f.kind === 'module' ? f.module : ''));
    expect(modules?.slice(0, 3)).toEqual(
      expect.arrayContaining([join(dir, 'puppet.so'), join(dir, 'guard')]),
    );
    expect(calls).toBeUndefined();
  });
});
