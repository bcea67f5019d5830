/**
 * The Go runtime's last words where it has no stack to print: a signal or a call came on a thread that is not Go's own.
 * Sources: runtime/proc.go (`badmorestackg0`, `badmorestackgsignal`), stubs.go (`badsystemstack`), signal_unix.go (`badsignal`).
 */
import { begins } from '../engine/reader.js';
import { readLastWords } from '../engine/last-words.js';

/** Reads words of the Go runtime that no stack follows. */
export const goFatal = readLastWords({
  tool: 'go',
  literals: ['fatal: '],
  markers: [
    begins(/\bfatal: morestack on g(?:0|signal)$/),
    begins(/\bfatal: (?:bad g in signal handler|systemstack called from unexpected goroutine)$/),
  ],
  rows: [
    { line: /^fatal: morestack on g(?:0|signal)$/, rule: 'stack-overflow', hazard: 'resource/exhausted' },
    {
      line: /^fatal: (?:bad g in signal handler|systemstack called from unexpected goroutine)$/,
      rule: 'fatal',
      hazard: 'crash/abort',
    },
  ],
});
