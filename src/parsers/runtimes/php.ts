/**
 * PHP's last words, and what the servers in front of it say of a worker that died. Sources: php-src `Zend/zend_alloc.c`
 * (`zend_mm_panic`, and the leaks of a debug build), `sapi/fpm/fpm/fpm_children.c`; httpd `server/mpm_unix.c`; nginx
 * `src/os/unix/ngx_process.c`.
 *
 *     zend_mm_heap corrupted
 *     WARNING: [pool www] child 4242 exited on signal 11 (SIGSEGV - core dumped) after 0.5 seconds from start
 *     [core:notice] [pid 1] AH00052: child pid 4242 exit signal Segmentation fault (11)
 *     [alert] 1#1: worker process 4242 exited on signal 11 (core dumped)
 *
 *     /src/shelf.c(12) :  Freeing 0x00007f5c0ba6a1c0 (32 bytes), script=/src/shelf.php
 *     Last leak repeated 3 times
 *     === Total 4 memory leaks detected ===
 */
import { openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { faultName, signalHazard } from '../engine/signals.js';

const CORRUPTED = /\b(zend_mm_heap corrupted)$/;
const CHILD = /\b(?:child|worker process) (\d{1,10}) exited on signal (\d{1,2})\b/;
const APACHE =
  /\bchild (?:pid|process) (\d{1,10}) (?:still did not exit|exit signal [A-Z][a-zA-Z /]{2,40} \((\d{1,2})\))/;
/** The place of the allocation is the one that was relayed, where there is one. */
const LEAK =
  /^\s*([^\s(][^(]{0,300})\((\d{1,9})\) :  ?(?:Freeing|Freed) 0x[0-9a-fA-F]{1,16} \((\d{1,15}) bytes\), script=/;
const RELAYED = /^\s*([^\s(][^(]{0,300})\((\d{1,9})\) : Actual location \(location was relayed\)$/;
const REPEATED = /^\s*Last leak repeated (\d{1,12}) times?$/;
const TOTAL = /^\s*=== Total \d{1,12} memory leaks detected ===$/;

/** Reads damage to PHP's heap, leaks of a debug build, and workers that died of a fault. */
export const php = readReports<Tentative>({
  tools: ['php'],
  literals: ['zend_mm_', ' exited on signal ', ' exit signal ', ' bytes), script=', ' memory leaks detected'],
  markers: [
    { words: /\bzend_mm_heap corrupted\b|=== Total \d{1,12} memory leaks detected ===/ },
    {
      words:
        /\bzend_mm_heap corrupted\b|\b(?:child|worker process) \d{1,10} exited on signal (?:[4-8]|10|11)\b/,
    },
  ],
  begin,
  take,
});

function begin(line: Line): Tentative | undefined {
  const { text } = line;
  const corrupted = CORRUPTED.exec(text)?.[1];
  if (corrupted !== undefined) {
    const facts = { tool: 'php', rule: 'php/heap-corruption', hazard: 'crash/heap-corruption' } as const;
    return { ...openReport(line, { ...facts, message: corrupted }), isBelieved: true };
  }
  const child = CHILD.exec(text) ?? APACHE.exec(text);
  // Whoever is killed from outside has not crashed.
  const signal = child?.[2] === undefined ? undefined : faultName(Number(child[2]));
  if (child && signal !== undefined) {
    const report = openReport(line, {
      tool: 'php',
      rule: `php/${signal}`,
      hazard: signalHazard(signal, undefined),
      message: `a worker exited on ${signal}`,
      pid: Number(child[1]),
    });
    return { ...report, isBelieved: true };
  }
  const [, file, at, bytes] = LEAK.exec(text) ?? [];
  return file === undefined ? undefined : leakAt(line, file, Number(at), Number(bytes));
}

function leakAt(line: Line, file: string, at: number, bytes: number): Tentative {
  const report = openReport(line, {
    tool: 'php',
    rule: 'php/leak',
    hazard: 'ownership/leak',
    message: `${bytes} bytes leaked`,
    leak: { kind: 'definite', bytes, objects: 1 },
  });
  openStack(report, 'allocated').frames.push({ kind: 'source', function: '??', file, line: at });
  return { ...report, isBelieved: true };
}

/** Lines below a leak. */
function take(open: Tentative, { text }: Line): Belongs {
  const { leak } = open.diagnostic;
  if (leak === undefined) return 'over';
  const relayed = RELAYED.exec(text);
  const times = REPEATED.exec(text)?.[1];
  if (relayed)
    open.stack?.frames.push({ kind: 'source', function: '??', file: relayed[1]!, line: Number(relayed[2]) });
  else if (times !== undefined) {
    leak.bytes *= 1 + Number(times);
    leak.objects += Number(times);
  } else if (TOTAL.test(text)) return 'last';
  else return 'foreign';
  return 'own';
}
