/**
 * Last words of allocators that programs bring along. Sources: gperftools `tcmalloc.cc`, jemalloc's `safety_check.c` and
 * `assert.h`, mimalloc `options.c`, `alloc.c`, `free.c`.
 */
import { readLastWords } from '../engine/last-words.js';
import { begins } from '../engine/reader.js';

/** Reads what tcmalloc, jemalloc and mimalloc print of memory that is used wrongly. */
export const allocators = readLastWords({
  tool: 'os',
  literals: ['Attempt to free invalid pointer', 'Attempt to realloc invalid', '<jemalloc>: ', 'mimalloc: '],
  markers: [
    begins(/\bAttempt to (?:free|realloc) invalid pointer 0x/),
    begins(
      /<jemalloc>: (?:\S{1,200}:\d{1,9}: Failed assertion: |size mismatch detected|double.free|Invalid conf)/i,
    ),
    begins(/\bmimalloc: (?:error|assertion failed|corrupted)\b/),
  ],
  rows: [
    {
      line: /\bAttempt to (?:free|realloc) invalid pointer 0x/,
      rule: 'invalid-free',
      hazard: 'ownership/invalid-free',
    },
    {
      line: /^<jemalloc>: (?:.*double.free|.*already been freed)/i,
      rule: 'double-free',
      hazard: 'ownership/double-free',
    },
    {
      line: /^<jemalloc>: size mismatch detected/,
      rule: 'size-mismatch',
      hazard: 'ownership/allocator-mismatch',
    },
    {
      line: /^<jemalloc>: \S{1,200}:\d{1,9}: Failed assertion: /,
      rule: 'heap-corruption',
      hazard: 'crash/heap-corruption',
    },
    { line: /^mimalloc: error: double free/, rule: 'double-free', hazard: 'ownership/double-free' },
    { line: /^mimalloc: error: buffer overflow/, rule: 'heap-overflow', hazard: 'bounds/heap-overflow' },
    {
      line: /^mimalloc: error: (?:mi_\w{2,40}: )?(?:invalid|pointer (?:might|does) not|trying to free an invalid)/,
      rule: 'invalid-free',
      hazard: 'ownership/invalid-free',
    },
    {
      line: /^mimalloc: (?:error: (?:corrupted|.*corrupt)|assertion failed: )/,
      rule: 'heap-corruption',
      hazard: 'crash/heap-corruption',
    },
  ],
});
