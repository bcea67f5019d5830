/** Reports as people paste them into trackers: from consoles and collectors that change the lines a little. */
import { expect, test } from 'vitest';
import { parseText } from '../../src/parsers/text.js';
import { expectPrefixLaw } from './captured.js';

const only = (text: string) => {
  const parsed = parseText(text);
  expect(parsed).toMatchObject({ complete: true, unread: [] });
  expect(parsed.sightings).toHaveLength(1);
  return parsed.sightings[0]!;
};
const names = (s: ReturnType<typeof only>, role: string): (string | undefined)[] =>
  s.stacks.find((k) => k.role === role)?.frames.map((f) => (f.kind === 'opaque' ? f.text : f.function)) ?? [];

const ART = [
  'art/runtime/java_vm_ext.cc:410] JNI DETECTED ERROR IN APPLICATION: use of deleted global reference 0x2a',
  'art/runtime/java_vm_ext.cc:410]     from void com.x.Till.run()',
  'art/runtime/runtime.cc:366] Runtime aborting...',
  'art/runtime/runtime.cc:366] "main" prio=5 tid=1 Native',
  'art/runtime/runtime.cc:366]   | group="main" sCount=0 dsCount=0 obj=0x748f7a10 self=0xb4d76500',
  'art/runtime/runtime.cc:366]   native: #00 pc 0003f2a0  /data/app/com.x/lib/arm/libshelf.so (shelf_top+8)',
  'art/runtime/runtime.cc:366]   at com.x.Till.run(Till.java:9)',
  'art/runtime/runtime.cc:366] "Thread-2" prio=5 tid=2 Runnable',
  'art/runtime/runtime.cc:366]   at com.x.Other.run(Other.java:3)',
];

test.each([
  ['', 'bare'],
  ['A/art: ', 'without a process'],
  ['F/com.x.till(32439): ', 'brief'],
  ['07-11 14:39:46.013 21191-21275/com.x.till A/art: ', 'Android Studio'],
])('ART behind %j (%s)', (lead) => {
  const text = ART.map((line) => lead + line).join('\n');
  const s = only(text);
  expect(s.rule).toBe('art/check-jni');
  expect(names(s, 'fault')).toEqual(['shelf_top']);
  expect(names(s, 'managed')).toEqual(['com.x.Till.run']);
  expectPrefixLaw(text);
});

test('a tombstone repeats the message, and alone it has the stack', () => {
  const tombstone = `Abort message: 'JNI DETECTED ERROR IN APPLICATION: use of deleted global reference 0x2a'
    x0  0000000000000000  x1  00000000000006ad
backtrace:
      #00 pc 000000000004e44c  /system/lib64/libc.so (abort+164)
      #01 pc 0000000000012344  /data/app/com.x/lib/arm64/libshelf.so (shelf_top+20)`;
  expect(names(only(tombstone), 'fault')).toEqual(['abort', 'shelf_top']);
  expect(only(`${ART.join('\n')}\n${tombstone}`).log.line).toBe(1);
});
