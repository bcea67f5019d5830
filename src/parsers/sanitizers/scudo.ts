/** The Scudo hardened allocator's last words. Source: compiler-rt `scudo/standalone/report.cpp`. */
import { readLastWords } from '../engine/last-words.js';

/** Reads `Scudo ERROR: …`; an error that is new to us is `scudo/other`. */
export const scudo = readLastWords({
  tool: 'scudo',
  literals: ['Scudo ERROR'],
  markers: [{ words: /\bScudo ERROR:/, opening: /\bScudo ERROR: / }],
  rows: [
    {
      line: /\bScudo ERROR: corrupted chunk header/,
      rule: 'corrupted-chunk-header',
      hazard: 'crash/heap-corruption',
    },
    { line: /\bScudo ERROR: race on chunk header/, rule: 'chunk-header-race', hazard: 'threading/data-race' },
    {
      line: /\bScudo ERROR: invalid chunk state when deallocating/,
      rule: 'invalid-chunk-state',
      hazard: 'ownership/double-free',
    },
    { line: /\bScudo ERROR: invalid chunk state/, rule: 'invalid-chunk-state', hazard: 'ownership/other' },
    {
      line: /\bScudo ERROR: misaligned pointer/,
      rule: 'misaligned-pointer',
      hazard: 'ownership/invalid-free',
    },
    {
      line: /\bScudo ERROR: (?:allocation type mismatch|invalid sized delete)/,
      rule: 'type-mismatch',
      hazard: 'ownership/allocator-mismatch',
    },
    {
      line: /\bScudo ERROR: (?:invalid allocation alignment|invalid alignment requested|(?:reallocarray|calloc|pvalloc) parameters overflow|requested allocation size|maximum size exceeded)/,
      rule: 'bad-request',
      hazard: 'bounds/length-arithmetic',
    },
    {
      line: /\bScudo ERROR: (?:out of memory|allocator is out of memory|internal map failure|specified RSS limit exceeded|hard RSS limit)/i,
      rule: 'out-of-memory',
      hazard: 'resource/exhausted',
    },
    { line: /\bScudo ERROR: CHECK failed/, rule: 'check-failed', hazard: 'tool/internal-error' },
    { line: /\bScudo ERROR: /, rule: 'other', hazard: 'crash/heap-corruption' },
  ],
});
