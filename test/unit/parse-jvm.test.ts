import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Parsed } from '../../src/model/diagnostic.js';
import { art } from '../../src/parsers/jvm/art.js';
import { hserr } from '../../src/parsers/jvm/hserr.js';
import { checkJni } from '../../src/parsers/jvm/check-jni.js';
import { openj9 } from '../../src/parsers/jvm/openj9.js';
import { tableOf } from '../../src/parsers/engine/table.js';
import { makeTextParser } from '../../src/parsers/index.js';
import { expectPrefixLaw } from '../helpers/prefix-law.js';

const logs = new URL('../logs/', import.meta.url);
const log = (name: string): string => readFileSync(new URL(name, logs), 'utf8');

function parse(text: string): Parsed {
  const parser = makeTextParser(tableOf([checkJni, hserr, openj9, art]));
  for (const line of text.split('\n')) parser.push(line);
  return parser.end();
}
const hazards = (text: string): string[] => parse(text).diagnostics.map((s) => s.hazard);

describe('-Xcheck:jni', () => {
  test.each([
    ['pending', ['unwind/pending-exception', 'unwind/pending-exception']],
    ['local-refs', ['resource/jni-local-ref-overflow']],
    ['critical', ['rules/jni-call-in-critical']],
    ['bad-release', ['bounds/host-buffer-too-small']],
    ['deleted-ref', ['rules/jni-bad-reference']],
    ['wrong-thread', ['threading/wrong-thread-env']],
    ['own-words', ['crash/abort']],
  ])('%s', (name, expected) => {
    const parsed = parse(log(`xcheck-jni/${name}.log`));
    expect(parsed.diagnostics.map((s) => s.hazard)).toEqual(expected);
    expect(parsed).toMatchObject({ complete: true, unread: [] });
  });

  test('the Java stack is the managed stack', () => {
    const [diagnostic] = parse(log('xcheck-jni/deleted-ref.log')).diagnostics;
    expect(diagnostic?.stacks).toEqual([
      {
        role: 'managed',
        frames: [
          { kind: 'symbol', function: 'Edge.act' },
          { kind: 'source', function: 'Edge.pass', file: 'Edge.java', line: 4 },
          { kind: 'source', function: 'Edge.main', file: 'Edge.java', line: 6 },
        ],
      },
    ]);
  });

  test('a broken header guard tells a foreign pointer from an overrun', () => {
    const dump = (header: string): string =>
      [
        'ReleaseStringUTFChars: release chars failed bounds check. string: 0x1 chars: 0x20',
        'GuardedMemory(0x1) base_addr=0x2 tag=0x3 user_size=6 user_data=0x4',
        `  Header guard @0x2 is ${header}`,
        '  Trailer guard @0x8 is BROKEN',
        'FATAL ERROR in native method: ReleaseStringUTFChars: release chars failed bounds check.',
        '\tat a.B.c(Native Method)',
      ].join('\n');
    expect(hazards(dump('OK'))).toEqual(['bounds/host-buffer-too-small']);
    expect(hazards(dump('BROKEN'))).toEqual(['rules/jni-bad-release']);
  });

  test('an address that no allocation has tells a foreign pointer where no guards are printed', () => {
    const release = (carray: string): string =>
      [
        `checked_jni_ReleaseByteArrayElements: release array failed bounds check, incorrect pointer returned ? array: 0x00007f1ad39fbde8 carray: ${carray}`,
        'FATAL ERROR in native method: checked_jni_ReleaseByteArrayElements: failed bounds check',
        '\tat a.B.c(Native Method)',
      ].join('\n');
    expect(hazards(release('0x00007fc3a443c090'))).toEqual(['bounds/host-buffer-too-small']);
    expect(hazards(release('0x00007f1acc3e47d8'))).toEqual(['rules/jni-bad-release']);
  });

  test('the complaint about replaced signal handlers says nothing about the program', () => {
    const text =
      'Warning: SIGSEGV handler expected:libjvm.so+0x1  found:0x0000000000000001\nRunning in non-interactive shell, ok';
    expect(parse(text)).toMatchObject({ diagnostics: [], unread: [], complete: true });
  });
});

describe('HotSpot crash reports', () => {
  test('the console banner has the problematic frame only', () => {
    const [crash] = parse(log('hotspot/null-console.log')).diagnostics;
    expect(crash).toMatchObject({
      tool: 'hotspot',
      rule: 'hotspot/SIGSEGV',
      hazard: 'crash/signal',
      complete: true,
    });
    expect(crash?.stacks[0]?.frames[0]).toMatchObject({ module: 'libedge.so', function: 'Java_Edge_act' });
  });
  test('the file has both stacks and the address', () => {
    const [crash] = parse(log('hotspot/null-file.log')).diagnostics;
    expect(crash).toMatchObject({ hazard: 'null/dereference', complete: true });
    expect(crash?.stacks.map((s) => s.role)).toEqual(['fault', 'managed']);
    // They stand among the native frames as well, and are listed once.
    expect(crash?.stacks[1]?.frames).toEqual(
      ['Edge.act', 'Edge.pass', 'Edge.main'].map((name) => ({ kind: 'symbol', function: name })),
    );
    expect(crash?.stacks[1]?.frames[0]).toMatchObject({ function: 'Edge.act' });
  });
  test('banner and file of one crash in one log are one diagnostic', () => {
    const file = log('hotspot/null-file.log');
    const banner = file.slice(0, file.indexOf('---------------'));
    expect(hazards(`${banner}\n${file}`)).toEqual(['null/dereference']);
    expect(hazards(`${file}\n${banner}`)).toEqual(['null/dereference']);
  });
  test('exhausted memory is no crash of the program', () => {
    const text =
      '#\n# There is insufficient memory for the Java Runtime Environment to continue.\n# Native memory allocation (mmap) failed to map 4096 bytes\n#  Out of Memory Error (os.cpp:1), pid=1, tid=2\n#\n';
    expect(hazards(text)).toEqual(['resource/exhausted']);
  });
});

test('OpenJ9 and ART', () => {
  expect(
    hazards(
      'JVMJNCK079E JNI error in CallVoidMethod: This function cannot be called when an exception is pending',
    ),
  ).toEqual(['unwind/pending-exception']);
  const report = [
    'JNI DETECTED ERROR IN APPLICATION: use of deleted global reference 0x2a',
    '    in call to CallVoidMethod',
    '    from void a.B.run()',
    '  native: #00 pc 0000000000043d9a  /system/lib64/libart.so (art::Dump()+106)',
    '  at a.B.run(B.java:12)',
  ].join('\n');
  const [diagnostic] = parse(report).diagnostics;
  expect(diagnostic).toMatchObject({ tool: 'art', hazard: 'rules/jni-bad-reference', complete: true });
  expect(diagnostic?.stacks.map((s) => s.role)).toEqual(['fault', 'managed']);
});

test.each(
  ['xcheck-jni', 'hotspot'].flatMap((dir) => readdirSync(new URL(dir, logs)).map((name) => `${dir}/${name}`)),
)('law 3 over prefixes of %s', (name) => expectPrefixLaw(log(name), parse));

test('arbitrary text never throws', () => {
  const piece = fc.constantFrom(
    'FATAL ERROR in native method: ',
    '\tat a.B.c(Native Method)',
    '\n',
    '#\n# A fatal error has been detected by the Java',
    'C  [lib.so+0x1]  f+0x9',
    'siginfo: ',
    'Native frames: (J=',
    '#  SIGSEGV (0xb)',
  );
  const text = fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(fc.property(text, (t) => void parse(t)));
});
