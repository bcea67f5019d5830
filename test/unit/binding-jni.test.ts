import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PreparedSuite } from '../../src/bindings/binding.js';
import { javaScript } from '../../src/bindings/jni/jdk.js';
import { jni, selection } from '../../src/bindings/jni/jni.js';
import { buildEnv } from '../../src/host/environment.js';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'jni-'));
});
afterEach(() => {
  rmSync(scratch, { recursive: true });
});
const place = (): PreparedSuite => ({ dir: scratch, out: scratch, targets: {}, env: {}, with: {} });

describe('the JUnit binding', () => {
  it('selects methods class by class', () => {
    expect(selection(['a.B#x', 'a.C$D#y', 'a.B#z', 'a.E'])).toBe('a.B#x+z,a.C$D#y,a.E');
  });

  it('has targets built against the JDK that tests run on', () => {
    const java = { path: '/jdk/bin/java', version: '17' };
    const env = { JAVA_HOME: '/other', CFLAGS: '-O3', PATH: '/bin' };
    expect(buildEnv({ java }, env)).toEqual({ JAVA_HOME: '/jdk', PATH: '/bin' });
    expect(buildEnv({}, env)).toEqual({ JAVA_HOME: '/other', PATH: '/bin' });
  });

  it('reads the progress of a JVM that died while writing', () => {
    const whole = '{"test":"a.B#x","outcome":"started","pid":7,"logs":{"asan.7":3}}\n';
    writeFileSync(join(scratch, 'progress.ndjson'), `${whole}{"test":"a.B#x","outc`);
    expect(jni.events(scratch, [], place())).toEqual([
      { test: 'a.B#x', outcome: 'started', pid: 7, logs: { 'asan.7': 3 } },
    ]);
  });

  it('has no events when no JVM started', () => {
    expect(jni.events(scratch, [], place())).toEqual([]);
  });

  it('names the remedy when there is no JDK', () => {
    expect(jni.missing({})?.remedy).toContain('openjdk-17-jdk-headless');
  });

  it('arms the JVM directly and keeps what it says in a log of its own', () => {
    const arm = { prefix: ['setarch', '-R'], env: { LD_PRELOAD: 'a b.so' }, hostArgs: ['-Xcheck:jni'] };
    const script = javaScript('/jdk/bin/java', { arm, logDir: '/l', libraryPath: ['/o', "/it's"] });
    expect(script).toContain("exec 'env' 'LD_PRELOAD=a b.so' 'setarch' '-R' '/jdk/bin/java' '-Xcheck:jni'");
    expect(script).toContain(`"$@" 2>>'/l'/jvm.$$.log`);
    expect(script).toContain('-XX:+DisplayVMOutputToStderr');
  });

  it.each(['/t/plain', '/t/a b', "/t/it's", '/t/a "b" c', '/t/$x (é) & y'])(
    'hands on the directory %s',
    (dir) => {
      const java = join(scratch, 'java');
      const arm = { prefix: [], env: {}, hostArgs: [] };
      writeFileSync(java, '#!/bin/sh\nprintf %s "$_JAVA_OPTIONS"\n', { mode: 0o755 });
      writeFileSync(join(scratch, 'script'), javaScript(java, { arm, logDir: scratch, libraryPath: [dir] }));
      const told = execFileSync('/bin/sh', [join(scratch, 'script')], {
        env: { ...process.env, TMPDIR: dir },
        encoding: 'utf8',
      });
      // As HotSpot reads it: blanks separate, quotes of both kinds are removed.
      const words = [...told.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map((m) =>
        m[0].replace(/'([^']*)'|"([^"]*)"/g, '$1$2'),
      );
      expect(words).toEqual([`-Djava.io.tmpdir=${dir}`, `-Djava.library.path=${dir}`]);
    },
  );
});
