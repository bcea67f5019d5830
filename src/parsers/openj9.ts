/** OpenJ9's `-Xcheck:jni`: `JVMJNCK079E JNI error in DeleteGlobalRef: …`, each on a line of its own, W for warnings. */
import type { HazardId } from '../hazard.js';
import type { Emit, Line, Reader } from './reader.js';

const MESSAGE = /^(JVMJNCK(\d{3})([EWI])) (.*)$/;

const MEANINGS: readonly [RegExp, HazardId][] = [
  [/pending exception|exception (?:is )?pending/i, 'unwind/pending-exception'],
  [/wrong (?:thread|JNIEnv)|JNIEnv|not attached/i, 'threading/wrong-thread-env'],
  [/critical/i, 'rules/jni-call-in-critical'],
  [/^(?=.*local ref).*capacity|ensureLocalCapacity|too many local/i, 'resource/jni-local-ref-overflow'],
  [/memory (?:leak|was not released)|not released/i, 'rules/jni-bad-release'],
  [/release|unrecognized (?:mode|buffer)|buffer/i, 'rules/jni-bad-release'],
  [
    /^(?=.*\b(?:global|local|weak)\b)(?=.*ref)|null reference|\bis null\b|\bNULL\b|deleted/i,
    'rules/jni-bad-reference',
  ],
  [/UTF-?8/i, 'abi/encoding'],
  [/class|method|field|signature|type|array|argument/i, 'rules/jni-wrong-type'],
];

/** Makes the reader of OpenJ9's JNI checker. Information lines (`…I`) are consumed and say nothing. */
export function makeOpenj9Reader(emit: Emit): Reader {
  const report = (line: Line, code: string, text: string): void =>
    emit({
      tool: 'openj9',
      rule: `openj9/${code}`,
      hazard: MEANINGS.find(([shape]) => shape.test(text))?.[1] ?? 'rules/other',
      message: text.trim().replace(/0x[0-9A-Fa-f]+/g, '0x…'),
      stacks: [],
      complete: true,
      log: { line: line.no, endLine: line.no, offset: line.offset },
    });
  return {
    line(line) {
      const found = MESSAGE.exec(line.text);
      if (!found) return 'ignored';
      if (found[3] !== 'I') report(line, found[1] ?? '', found[4] ?? '');
      return 'consumed';
    },
    end: () => [],
  };
}
