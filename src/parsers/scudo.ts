/** The hardened allocator of LLVM and Android. Source: compiler-rt `scudo/standalone/report.cpp`. */
import { readLastWords } from './lastwords.js';

/** Reads `Scudo ERROR: …`. */
export const makeScudo = readLastWords('scudo', [
  {
    line: /\bScudo ERROR: corrupted chunk header/,
    rule: 'corrupted-header',
    hazard: 'crash/heap-corruption',
  },
  { line: /\bScudo ERROR: corrupted /, rule: 'corrupted', hazard: 'crash/heap-corruption' },
  {
    line: /\bScudo ERROR: invalid chunk state/,
    rule: 'invalid-chunk-state',
    hazard: 'ownership/double-free',
  },
  {
    line: /\bScudo ERROR: misaligned pointer/,
    rule: 'misaligned-pointer',
    hazard: 'ownership/invalid-free',
  },
  {
    line: /\bScudo ERROR: (?:allocation type mismatch|invalid sized delete)/,
    rule: 'allocation-mismatch',
    hazard: 'ownership/allocator-mismatch',
  },
  { line: /\bScudo ERROR: race on chunk header/, rule: 'race', hazard: 'threading/data-race' },
  {
    line: /\bScudo ERROR: (?:out of memory|internal map failure)/,
    rule: 'out-of-memory',
    hazard: 'resource/exhausted',
  },
  {
    line: /\bScudo ERROR: (?:\w+ parameters overflow|calloc|reallocarray|pvalloc|invalid (?:allocation )?alignment|invalid \w+ alignment|requested allocation size|maximum size|RSS limit)/,
    rule: 'size',
    hazard: 'bounds/length-arithmetic',
  },
  { line: /\bScudo ERROR: /, rule: 'other', hazard: 'ownership/other' },
]);
