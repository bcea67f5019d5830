/** Headers of libFuzzer. Source: compiler-rt/lib/fuzzer/FuzzerLoop.cpp. The stacks belong to the sanitizer's report. */
import { readLastWords } from './lastwords.js';

/** Reads `==N== ERROR: libFuzzer: …`. */
export const makeLibFuzzer = readLastWords(
  'libfuzzer',
  [
    { line: /^==\d+== ?ERROR: libFuzzer: timeout/, rule: 'timeout', hazard: 'crash/other' },
    {
      line: /^==\d+== ?ERROR: libFuzzer: out-of-memory/,
      rule: 'out-of-memory',
      hazard: 'resource/exhausted',
    },
    { line: /^==\d+== ?ERROR: libFuzzer: deadly signal/, rule: 'deadly-signal', hazard: 'crash/signal' },
    {
      line: /^==\d+== ?ERROR: libFuzzer: fuzz target overwrites/,
      rule: 'const-input',
      hazard: 'ub/other',
    },
    { line: /^==\d+== ?ERROR: libFuzzer: /, rule: 'exited', hazard: 'crash/other' },
  ],
  /^ {6}Combine libFuzzer with |^NOTE: libFuzzer |^SUMMARY: libFuzzer: /,
);
