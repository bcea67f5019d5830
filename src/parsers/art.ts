/**
 * Android's CheckJNI (`check_jni.cc`, `java_vm_ext.cc`), as logcat or stderr gives it:
 *
 *     JNI DETECTED ERROR IN APPLICATION: use of deleted global reference 0x2a
 *         in call to CallVoidMethod
 *         from void com.x.Main.run()
 *       native: #00 pc 0000000000043d9a  /system/lib64/libart.so (art::DumpNativeStack(...)+106)
 *       at com.x.Main.run(Main.java:12)
 */
import type { Frame, Stack } from '../finding.js';
import type { HazardId } from '../hazard.js';
import { javaFrame } from './java-frame.js';
import type { Emit, Line, Reader } from './reader.js';

const HEAD = /JNI DETECTED ERROR IN APPLICATION: (.*)$/s;
const NATIVE = /^\s+native: #\d+ pc ([0-9a-f]+)\s+(\S+)(?: \((.*)\))?/;
const PLACE = /^\s+(?:in call to|from) (.+)$/;

const MEANINGS: readonly [RegExp, HazardId][] = [
  [/with pending exception|exception pending/, 'unwind/pending-exception'],
  [
    /using JNIEnv\*? from thread|non-attached|without being attached|wrong thread/i,
    'threading/wrong-thread-env',
  ],
  [/critical/i, 'rules/jni-call-in-critical'],
  [/Modified UTF-8/i, 'abi/encoding'],
  [/local reference table overflow/i, 'resource/jni-local-ref-overflow'],
  [/release|guard pattern|buffer/i, 'rules/jni-bad-release'],
  [/reference|jobject|== null|null pointer|NULL/i, 'rules/jni-bad-reference'],
];

type Open = { first: Line; last: Line; message: string; places: string[]; native: Frame[]; managed: Frame[] };

/** Makes the reader of ART's JNI checker. */
export function makeArtReader(emit: Emit): Reader {
  let open: Open | undefined;

  const close = (): void => {
    if (!open) return;
    const { first, last, message, places, native, managed } = open;
    open = undefined;
    const stacks: Stack[] = [];
    if (native.length > 0) stacks.push({ role: 'fault', frames: native });
    if (managed.length > 0) stacks.push({ role: 'managed', frames: managed });
    const complete = places.length + native.length + managed.length > 0;
    emit({
      tool: 'art',
      rule: `art/${places[0]?.replace(/\W.*$/s, '') || 'check-jni'}`,
      hazard: MEANINGS.find(([shape]) => shape.test(message))?.[1] ?? 'rules/jni-wrong-type',
      message: [message.replace(/0x[0-9A-Fa-f]+/g, '0x…'), ...places.slice(0, 1)].join(' in call to '),
      stacks,
      complete,
      ...(!complete && { missing: 'the log ends before the place of this message' }),
      log: { line: first.no, endLine: last.no, offset: first.offset },
    });
  };

  return {
    line(line) {
      const head = HEAD.exec(line.text)?.[1];
      if (head !== undefined) {
        close();
        open = { first: line, last: line, message: head, places: [], native: [], managed: [] };
        return 'consumed';
      }
      if (!open) return 'ignored';
      const place = PLACE.exec(line.text)?.[1];
      const native = NATIVE.exec(line.text);
      const managed = javaFrame(line.text);
      if (place) open.places.push(place);
      else if (native) {
        const name = native[3]?.replace(/\+\d+$/, '');
        open.native.push({
          kind: 'module',
          module: native[2] ?? '',
          offset: `0x${native[1]}`,
          ...(name && { function: name }),
        });
      } else if (managed) open.managed.push(managed);
      else {
        if (open.places.length > 0) close();
        return 'ignored';
      }
      open.last = line;
      return 'consumed';
    },
    end() {
      close();
      return [];
    },
  };
}
