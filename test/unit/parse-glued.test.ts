/** Reports that begin behind a test runner's unfinished progress line, or inside another line. */
import { expect, test } from 'vitest';
import { parseText } from '../../src/parsers/index.js';

const AT = '\nCurrent thread 0x00007f00 (most recent call first):\n  File "test_it.py", line 5 in test_it\n';
const hazards = (text: string): string[] => parseText(text).diagnostics.map((s) => s.hazard);

test('an uncaught C++ exception behind a progress line is read beside the abort that follows', () => {
  const text = `test_it.py terminate called after throwing an instance of 'std::runtime_error'\n  what():  no\nFatal Python error: Aborted\n${AT}`;
  expect(hazards(text)).toEqual(['unwind/foreign-exception', 'crash/abort']);
  expect(parseText(text).unread).toEqual([]);
});

test.each(['!', ' '])(
  "a block of another allocator ('%s'), the debug allocator's own crash in its line",
  (word) => {
    const text = `test_it.py Debug memory block at address p=0x55d8bb5c6790: API '${word}'
    18302063728033398269 bytes originally requested
    The 7 pad bytes at p-7 are not all FORBIDDENBYTE (0xfd):
        at p-7: 0x00 *** OUCH
    The 8 pad bytes at tail=0xfdfe53d6b95a658d are Fatal Python error: Segmentation fault
${AT}`;
    expect(hazards(text)).toEqual(['ownership/allocator-mismatch']);
    expect(parseText(text).complete).toBe(true);
  },
);

test("damage around one of Python's own blocks stays an overflow", () => {
  const text = `Debug memory block at address p=0x55d8: API 'm'
    The 8 pad bytes at tail=0x55e0 are not all FORBIDDENBYTE (0xfd):
        at tail+0: 0x01 *** OUCH
Fatal Python error: _PyMem_DebugRawFree: bad trailing pad byte
${AT}`;
  expect(hazards(text)).toEqual(['bounds/heap-overflow']);
});
