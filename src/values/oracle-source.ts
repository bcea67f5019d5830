/** The oracle's source: a program in C that makes the calls which it is given, one a line, and prints what each gives. */
import type { Signature } from '../model/signature.js';
import { cParameters, cResult, cReturned } from './native.js';
import type { Function } from './spec.js';

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
  if (s == NULL) { printf("n:"); return; }
  printf("b:");
  for (; *s; s++) printf("%02x", (unsigned char)*s);
}
static void oracle_float(double x) {
  unsigned long long bits;
  memcpy(&bits, &x, sizeof bits);
  printf("f:%016llx", bits);
}
/* Room for what is written through a pointer, in two calls that differ in what it held before. */
static union { long double align; unsigned char b[512]; } oracle_room[2];
static void oracle_fill(void) {
  memset(oracle_room[0].b, 0x5a, sizeof oracle_room[0].b);
  memset(oracle_room[1].b, 0xa5, sizeof oracle_room[1].b);
}
/* What became of the first n bytes, behind the word of the status. */
static const char *oracle_left(size_t n) {
  const unsigned char *a = oracle_room[0].b, *b = oracle_room[1].b;
  int unset = 0, read = 0;
  for (size_t i = n; i < sizeof oracle_room[0].b; i++)
    if (a[i] != 0x5a || b[i] != 0xa5) return "longer";
  for (size_t i = 0; i < n; i++) {
    if (a[i] == 0x5a && b[i] == 0xa5) unset = 1;
    else if (a[i] != b[i]) read = 1;
  }
  /* What is added to a number leaves some of its bytes as they were. */
  return read ? "read" : unset ? "unset" : "";
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

/** Stands for the out parameter in a call. */
const OUT = '<out>';

const record = (s: Signature): string[] =>
  s.parameters.flatMap((p) =>
    p.kind === 'record' && !p.c.includes(' ')
      ? [`typedef struct { ${p.fields.map((f) => `${f.c} ${f.name};`).join(' ')} } ${p.c};`]
      : [],
  );

const declared = ({ signature: s, body }: Function): string[] => {
  const parameters = s.parameters.flatMap(cParameters).join(', ') || 'void';
  return body === undefined ? [`extern ${cReturned(s)} ${s.name}(${parameters});`] : [];
};

const withBody = ({ signature: s, body }: Function, k: number): string[] =>
  body === undefined
    ? []
    : [
        `static ${cReturned(s)} oracle_body_${k}(${s.parameters.flatMap(cParameters).join(', ') || 'void'}) { ${body} }`,
      ];

/** A statement that prints what an expression of C gives. */
const printed = (type: Signature['result'], expression: string): string => {
  if (type.kind === 'void') return `${expression}; printf("v:");`;
  if (type.kind === 'float') return `oracle_float(${expression});`;
  if (type.kind === 'text') return `oracle_text(${expression});`;
  return type.signed
    ? `printf("i:%lld", (long long)${expression});`
    : `printf("i:%llu", (unsigned long long)${expression});`;
};

/** What C returned, ` > `, and what it wrote through the pointer or why that is no value. */
const written = ({ result, status }: Signature, callee: (room: string) => string): string => {
  const type = cResult(result);
  return [
    'oracle_fill();',
    `${callee('oracle_room[1].b')};`,
    printed(status!, callee('oracle_room[0].b')),
    'printf(" > ");',
    `const char *left = oracle_left(sizeof(${type}));`,
    'if (*left) printf("%s", left);',
    `else { ${type} out; memcpy(&out, oracle_room[0].b, sizeof out); ${printed(result, 'out')} }`,
  ].join(' ');
};

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
    if (p.kind === 'out') return [OUT];
    if (p.kind === 'record') {
      before.push(`${p.c} r${i}; memset(&r${i}, 0, sizeof r${i});`);
      for (const f of p.fields) before.push(`r${i}.${f.name} = ${value(f)};`);
      return [`&r${i}`];
    }
    return p.kind === 'bytes' ? [value(p), value(p.lengthType)] : [value(p)];
  });
  const callee = `${body === undefined ? s.name : `oracle_body_${k}`}(${args.join(', ')})`;
  const print =
    s.status === undefined
      ? printed(s.result, callee)
      : written(s, (room) => callee.replace(OUT, `(void *)${room}`));
  return `  if (k == ${k}) { ${before.join(' ')} ${print} putchar('\\n'); ${after.join(' ')} return; }`;
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
