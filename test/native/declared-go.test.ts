/** The gate `declared` on Go: what cgo makes of a package, as the real toolchain does. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Table } from '../../src/declarations/table.js';
import { readLog } from '../../src/parsers/read-logs.js';

const PROGRAM = fileURLToPath(new URL('../../dist/declarations/program.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-declared-go-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const PREAMBLE = `/*
#include <stdint.h>
typedef struct { uint8_t kind; uint32_t count; } rec;
static int64_t wide(int64_t a) { return a; }
static int64_t raw(void *a) { return *(int64_t *)a; }
static void take(rec *r) { (void)r; }
static void number(int32_t *n) { *n = -1; }
static void count(uint32_t *n) { *n = 1; }
#include <errno.h>
static int64_t failing(void) { errno = 2; return errno; }
*/
import "C"
`;
/** Lines that end in \`// wrong\` must be shown, others not. */
const A = `package x

${PREAMBLE}
import "unsafe"

func right() int64 { return int64(C.wide(1)) + int64(C.failing()) }
func once() int32  { return int32(C.wide(1)) } // wrong
func twice() int32 { return int32(C.wide(2)) } // wrong
func checked(p []byte) int32 {
	return int32(C.raw(unsafe.Pointer(&p[0]))) // wrong
}

func agrees() {
	type r struct {
		kind  uint8
		count uint32
	}
	x := r{}
	C.take((*C.rec)(unsafe.Pointer(&x)))
}

func sameName() {
	type r struct { // wrong
		kind  [2]uint8
		more  uint16
		count uint64
	}
	x := r{}
	C.take((*C.rec)(unsafe.Pointer(&x))) // wrong
}

type own struct { // wrong
	kind  uint8
	count [4]uint8
	far   uint32
}

// What nobody calls does no harm, and a longer variable that is 0 only where C writes a negative number.
func idle() { C.take((*C.rec)(unsafe.Pointer(&own{}))) }
func longer() (n int64, c uint64) {
	C.number((*C.int32_t)(unsafe.Pointer(&n))) // wrong
	C.count((*C.uint32_t)(unsafe.Pointer(&c)))
	return
}
func each() [2]int64 {
	var all [2]int64
	C.number((*C.int32_t)(unsafe.Pointer(&all[0]))) // wrong
	return all
}

// Used calls what other packages cannot.
func Used() {
	once()
	twice()
	checked(nil)
	agrees()
	sameName()
	longer()
	each()
	first()
	second()
	tooLate()
	elsewhere()
}

func first()  { C.take((*C.rec)(unsafe.Pointer(&own{}))) } // wrong
func second() { C.take((*C.rec)(unsafe.Pointer(&own{}))) } // wrong
`;
const B = `package x

/*
#include <errno.h>
#include <stdint.h>
static int64_t wide(int64_t a) { return a; }
static int late(void) { return errno; } // wrong
*/
import "C"

func tooLate() int { return int(C.late()) }
func elsewhere() int32 { return int32(C.wide(1)) } // wrong
`;

test('each line is seen: one result converted twice, and elsewhere; one structure cast twice; two types of one name; errno read too late', async () => {
  const files = {
    ...{ 'go.mod': 'module x\n\ngo 1.21\n', 'a.go': A, 'b.go': B },
    'a_test.go': 'package x\n\nimport "testing"\n\nfunc TestRight(t *testing.T) { right() }\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  execFileSync('go', ['test', '-c', '-o', 'suite.test', '.'], { cwd: dir });
  const [log, spec] = [join(dir, 'declared.log'), join(dir, 'spec.json')];
  const settings = {
    ...{ gdb: 'gdb', cc: 'gcc', language: 'go', least: 'warning', strict: false, records: join(dir, 'none') },
    ...{ log, table: join(dir, 'table.json') },
    go: { dir, go: 'go', packages: ['./...'], env: {}, programs: [join(dir, 'suite.test')] },
  };
  writeFileSync(spec, JSON.stringify(settings));
  spawnSync(process.execPath, [PROGRAM, spec]);
  const { diagnostics, unread } = await readLog(log);
  expect(unread).toEqual([]);
  const shown = diagnostics.flatMap((d) =>
    d.stacks.flatMap((s) => s.frames.flatMap((f) => (f.kind === 'source' ? [`${f.file}:${f.line}`] : []))),
  );
  const wrong = Object.entries({ 'a.go': A, 'b.go': B }).flatMap(([name, text]) =>
    text.split('\n').flatMap((line, i) => (line.endsWith('// wrong') ? [`${join(dir, name)}:${i + 1}`] : [])),
  );
  expect([...new Set(shown)].sort(), readFileSync(log, 'utf8')).toEqual(wrong.sort());
  const { rows } = JSON.parse(readFileSync(join(dir, 'table.json'), 'utf8')) as Table;
  const verdicts = rows.filter((r) => r.function === 'wide').map((r) => r.verdict);
  expect(verdicts.sort()).toEqual(['agrees', 'warning', 'warning', 'warning']);
  const pointers = diagnostics.filter((d) => d.hazard === 'abi/pointee-size');
  expect(pointers.map((d) => d.tier ?? 'error')).toEqual(['error', 'warning']);
  expect(readFileSync(log, 'utf8')).toMatch(
    /pointee-size(?:.|\n)*the host reads 4 bytes that the library did not write(?:.|\n)*pointee-size(?:.|\n)*-1 arrives as 4294967295/,
  );
});
