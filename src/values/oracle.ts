/**
 * The oracle: a program in C, made from the signatures and linked with the library, that calls each function
 * directly. A child does the calls; if it does not survive them, each call has a child of its own.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from '../process/run-tool.js';
import type { Signature } from '../model/signature.js';
import { cParameters, cResult, type Native } from './native.js';
import type { Function, ValuesSpec } from './spec.js';

/** The exit status of an oracle in which AddressSanitizer reported an error. */
export const SANITIZER_EXIT = 99;

/** A call, or why C has no answer: the number of a signal, or `exit` and a status. */
export type OracleAnswer = { word: string } | { died: string };

const PRELUDE = `#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
`;

const RUNTIME = `
static unsigned long long oracle_int(const char *w) {
  return w[2] == '-' ? (unsigned long long)strtoll(w + 2, NULL, 10) : strtoull(w + 2, NULL, 10);
}
static double oracle_double(const char *w) {
  unsigned long long bits = strtoull(w + 2, NULL, 16);
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
/* In a block of exactly its size, so that a checker sees what reads beyond it. */
static void *oracle_bytes(const char *w, int terminated) {
  size_t n = strlen(w + 2) / 2;
  unsigned char *p = malloc(n + (terminated ? 4 : 0) + (n + terminated == 0));
  for (size_t i = 0; i < n; i++) {
    char two[3] = {w[2 + 2 * i], w[3 + 2 * i], 0};
    p[i] = (unsigned char)strtoul(two, NULL, 16);
  }
  if (terminated) memset(p + n, 0, 4);
  return p;
}
static void oracle_text(const char *s) {
  if (s == NULL) { printf("n:\\n"); return; }
  printf("b:");
  for (; *s; s++) printf("%02x", (unsigned char)*s);
  printf("\\n");
}
static void oracle_float(double x) {
  unsigned long long bits;
  memcpy(&bits, &x, sizeof bits);
  printf("f:%016llx\\n", bits);
}
`;

const MAIN = `
/* Makes one call, of the words in line. */
static void oracle_line(char *line) {
  char *words[64] = {0};
  int k = 0;
  for (char *w = strtok(line, " \\n"); w != NULL && k < 64; w = strtok(NULL, " \\n")) words[k++] = w;
  alarm(10);
  oracle_call(atoi(words[0]), words + 1);
  fflush(stdout);
}

static void oracle_death(int status) {
  if (WIFSIGNALED(status)) printf("died %d\\n", WTERMSIG(status));
  else printf("died exit %d\\n", WEXITSTATUS(status));
}

/* One process for all calls. False if it did not survive one: what it answered before may be wrong as well. */
static int oracle_together(FILE *f) {
  char *line = NULL;
  size_t room = 0;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    while (getline(&line, &room, f) > 0) oracle_line(line);
    puts("all");
    fflush(stdout);
    _exit(0);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* A process for each call, so that memory that one overwrites is not the next one's. */
static void oracle_apart(FILE *f) {
  char *line = NULL;
  size_t room = 0;
  puts("apart");
  while (getline(&line, &room, f) > 0) {
    int ends[2], status = 0;
    char *answer = NULL;
    size_t size = 0;
    fflush(stdout);
    if (pipe(ends) != 0) exit(3);
    pid_t child = fork();
    if (child < 0) exit(3);
    if (child == 0) {
      dup2(ends[1], 1);
      oracle_line(line);
      _exit(0);
    }
    close(ends[1]);
    FILE *in = fdopen(ends[0], "r");
    const ssize_t n = getline(&answer, &size, in);
    if (waitpid(child, &status, 0) != child) exit(3);
    fclose(in);
    if (n > 1 && answer[n - 1] == '\\n' && WIFEXITED(status) && WEXITSTATUS(status) == 0) fputs(answer, stdout);
    else oracle_death(status);
    free(answer);
  }
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  FILE *f = fopen(argv[1], "r");
  if (f == NULL) return 2;
  if (argc < 3 && oracle_together(f)) return 0;
  fclose(f);
  f = fopen(argv[1], "r");
  if (f == NULL) return 2;
  oracle_apart(f);
  return 0;
}
`;

const record = (s: Signature): string[] =>
  s.parameters.flatMap((p) =>
    p.kind === 'record' && !p.c.includes(' ')
      ? [`typedef struct { ${p.fields.map((f) => `${f.c} ${f.name};`).join(' ')} } ${p.c};`]
      : [],
  );

const declared = ({ signature: s, body }: Function): string[] => {
  const parameters = s.parameters.flatMap(cParameters).join(', ') || 'void';
  return body === undefined ? [`extern ${cResult(s.result)} ${s.name}(${parameters});`] : [];
};

const withBody = ({ signature: s, body }: Function, k: number): string[] =>
  body === undefined
    ? []
    : [
        `static ${cResult(s.result)} oracle_body_${k}(${s.parameters.flatMap(cParameters).join(', ') || 'void'}) { ${body} }`,
      ];

const call = ({ signature: s, body }: Function, k: number): string => {
  let n = 0;
  const before: string[] = [];
  const after: string[] = [];
  const value = (f: { kind: string; c?: string }): string => {
    const w = `w[${n++}]`;
    if (f.kind === 'int') return `(${f.c})oracle_int(${w})`;
    if (f.kind === 'float') return `(${f.c})oracle_double(${w})`;
    const p = `p${n}`;
    before.push(`void *${p} = oracle_bytes(${w}, ${f.kind === 'text' ? 1 : 0});`);
    after.push(`free(${p});`);
    return p;
  };
  const args = s.parameters.flatMap((p, i) => {
    if (p.kind === 'record') {
      before.push(`${p.c} r${i}; memset(&r${i}, 0, sizeof r${i});`);
      for (const f of p.fields) before.push(`r${i}.${f.name} = ${value(f)};`);
      return [`&r${i}`];
    }
    return p.kind === 'bytes' ? [value(p), value(p.lengthType)] : [value(p)];
  });
  const callee = `${body === undefined ? s.name : `oracle_body_${k}`}(${args.join(', ')})`;
  const { result } = s;
  const print =
    result.kind === 'void'
      ? `${callee}; printf("v:\\n");`
      : result.kind === 'float'
        ? `oracle_float(${callee});`
        : result.kind === 'text'
          ? `oracle_text(${callee});`
          : result.signed
            ? `printf("i:%lld\\n", (long long)${callee});`
            : `printf("i:%llu\\n", (unsigned long long)${callee});`;
  return `  if (k == ${k}) { ${before.join(' ')} ${print} ${after.join(' ')} return; }`;
};

/** The oracle's source. */
export const oracleSource = (functions: readonly Function[], headers: readonly string[]): string =>
  [
    PRELUDE,
    ...headers.map((h) => `#include <${h}>`),
    ...(headers.length ? [] : [...new Set(functions.flatMap((f) => record(f.signature)))]),
    ...(headers.length ? [] : functions.flatMap(declared)),
    RUNTIME,
    ...functions.flatMap(withBody),
    'static void oracle_call(int k, char **w) {',
    '  (void)w;',
    ...functions.map(call),
    '}',
    MAIN,
  ].join('\n');

/** The answers behind the line `apart`, if there is one: those before it are of a process that died. */
const answersIn = (output: string): string[] =>
  output
    .slice(output.lastIndexOf('apart\n') + 1)
    .split('\n')
    .filter((l) => /^(?:[ifbvn]:|died )/.test(l));

/** Compiles the oracle. Returns what the compiler complains of, or calls with the answers in the order of the calls. */
export const buildOracle = async (
  spec: ValuesSpec,
): Promise<
  string | ((calls: readonly { k: number; args: readonly Native[] }[]) => Promise<OracleAnswer[]>)
> => {
  mkdirSync(spec.work, { recursive: true });
  const source = join(spec.work, 'oracle.c');
  const program = join(spec.work, 'oracle');
  writeFileSync(source, oracleSource(spec.functions, spec.headers));
  const libraries = spec.targets.flatMap((dir) =>
    readdirSync(dir)
      .filter((f) => /^lib.*\.so$/.test(f))
      .flatMap((f) => [join(dir, f), `-Wl,-rpath,${dir}`]),
  );
  const include = spec.include.map((d) => `-I${d}`);
  const libs = spec.libs.map((l) => `-l${l}`);
  const flags = [
    ...['-g', '-O1', '-w', ...(spec.cflags ?? []), '-o', program, source],
    ...[...include, ...libraries, ...libs, '-lm'],
  ];
  const built = await runTool(spec.cc, flags, { timeoutMs: 120_000 });
  if (built.code !== 0) {
    const said = built.why ?? built.all.split('\n').find((l) => /error|undefined/.test(l)) ?? built.all;
    return `the oracle in C could not be built: ${said}`;
  }
  let n = 0;
  // For an oracle that is compiled with the sanitizer, as the library is.
  const asan = `detect_leaks=0:exitcode=${SANITIZER_EXIT}:detect_stack_use_after_return=1:symbolize=0`;
  const options = { timeoutMs: 300_000, inherit: true, env: { ASAN_OPTIONS: asan } };
  return async (calls) => {
    const file = join(spec.work, `calls-${++n}.txt`);
    writeFileSync(file, calls.map((c) => `${[c.k, ...c.args].join(' ')}\n`).join(''));
    let ran = await runTool(program, [file], options);
    let lines = answersIn(ran.stdout);
    // The last word shows that nothing was lost on the way, which a call can cause that overwrites memory.
    if (!/^(?:all|apart)$/m.test(ran.stdout) || lines.length !== calls.length) {
      ran = await runTool(program, [file, 'apart'], options);
      lines = answersIn(ran.stdout);
    }
    if (lines.length !== calls.length)
      throw new Error(
        `the oracle in C answered ${lines.length} of ${calls.length} calls${ran.why ? `: ${ran.why}` : ''}`,
      );
    return lines.map((l) => (l.startsWith('died ') ? { died: l.slice(5) } : { word: l }));
  };
};
