/** Functions of a library in which calls fail, and the tests that reach them. */
import type { HazardId } from '../../src/model/hazard.js';

/**
 * `c`: the body of the library's function `int NAME(void)`. `check`: that of the test, which passes if it returns 0; else the
 * test passes if the function returns 0. `after`: the call that failed before the report.
 */
export type Row = { name: string; c: string; check?: string; finds?: HazardId; after?: string };

export const ROWS: readonly Row[] = [
  {
    name: 'loses_first',
    c: 'char *a = malloc(8), *b = malloc(9); keep(a); keep(b); if (!a || !b) return 1; free(a); free(b); return 0;',
    finds: 'ownership/leak-on-error-path',
    after: 'malloc',
  },
  {
    name: 'frees_both',
    c: 'char *a = malloc(8), *b = malloc(9); keep(a); keep(b); const int r = !a || !b; free(a); free(b); return r;',
  },
  {
    name: 'never_looks',
    c: 'int *p = calloc(4, sizeof *p); p[1] = 2; keep(p); const int r = p[1] != 2; free(p); return r;',
    finds: 'null/dereference',
    after: 'calloc',
  },
  {
    name: 'copies_unseen',
    c: 'char *p = strdup("text"); keep(p); const int r = p[0] != 116; free(p); return r;',
    finds: 'null/dereference',
    after: 'strdup',
  },
  {
    name: 'frees_twice',
    c: 'char *a = malloc(8); keep(a); if (!a) return 1; char *b = malloc(9); keep(b); if (!b) free(a); free(a); free(b); return 0;',
    finds: 'ownership/double-free',
    after: 'malloc',
  },
  {
    name: 'loses_old',
    c: 'char *p = malloc(8); keep(p); if (!p) return 1; p = realloc(p, 64); keep(p); if (!p) return 1; free(p); return 0;',
    finds: 'ownership/leak-on-error-path',
    after: 'realloc',
  },
  {
    name: 'keeps_old',
    c: 'char *p = malloc(8); keep(p); if (!p) return 1; char *q = realloc(p, 64); keep(q); free(q ? q : p); return !q;',
  },
  {
    name: 'loses_at_open',
    c: 'char *p = malloc(8); keep(p); int fd = open("/dev/null", O_RDONLY); if (!p || fd < 0) { if (fd >= 0) close(fd), free(p); return 1; } close(fd); free(p); return 0;',
    finds: 'ownership/leak-on-error-path',
    after: 'open',
  },
  {
    name: 'loses_at_read',
    c: 'char *p = malloc(8); keep(p); if (!p) return 1; int fd = open("/dev/zero", O_RDONLY); if (fd < 0) { free(p); return 1; } const ssize_t n = read(fd, p, 8); close(fd); if (n < 0) return 1; free(p); return 0;',
    finds: 'ownership/leak-on-error-path',
    after: 'read',
  },
  {
    name: 'loses_at_write',
    c: 'char *p = strdup("text"); keep(p); if (!p) return 1; int fd = open("/dev/null", O_WRONLY); if (fd < 0) { free(p); return 1; } const ssize_t n = write(fd, p, 4); close(fd); if (n < 0) return 1; free(p); return 0;',
    finds: 'ownership/leak-on-error-path',
    after: 'write',
  },
  {
    name: 'loses_at_socket',
    c: 'char *p = malloc(8); keep(p); if (!p) return 1; int fd = socket(AF_UNIX, SOCK_STREAM, 0); if (fd < 0) return 1; close(fd); free(p); return 0;',
    finds: 'ownership/leak-on-error-path',
    after: 'socket',
  },
  {
    name: 'loses_at_thread',
    c: 'pthread_t t; int *p = malloc(4); keep(p); if (!p) return 1; if (pthread_create(&t, 0, works, 0)) return 1; pthread_join(t, 0); free(p); return 0;',
    finds: 'ownership/leak-on-error-path',
    after: 'pthread_create',
  },
  {
    // What a file holds is lost when it is opened so, but not by a call that fails.
    name: 'empties_file',
    c: 'int fd = open("emptied", O_WRONLY | O_TRUNC); if (fd < 0) return 1; close(fd); return 0;',
    check:
      'char text[8] = ""; FILE *f = fopen("emptied", "w"); fputs("kept", f); fclose(f); if (!empties_file()) return 0; f = fopen("emptied", "r"); const size_t n = fread(text, 1, 7, f); fclose(f); f = fopen(SPARED, "w"); fwrite(text, 1, n, f); fclose(f); return 1;',
  },
  {
    name: 'reads_no_stream',
    c: 'FILE *f = fopen("/dev/null", "r"); keep(f); const int r = fgetc(f) != EOF; fclose(f); return r;',
    finds: 'null/dereference',
    after: 'fopen',
  },
  {
    name: 'thread_that_starts',
    c: 'pthread_t t; int *p = malloc(4); keep(p); if (!p) return 1; if (pthread_create(&t, 0, works, 0)) { free(p); return 1; } pthread_join(t, 0); free(p); return 0;',
  },
  { name: 'ends_itself', c: 'char *p = malloc(8); keep(p); if (!p) abort(); free(p); return 0;' },
  {
    name: 'host_uses_nothing',
    c: 'char **out = malloc(8); keep(out); if (!out) return 1; free(out); return 0;',
    check: 'static int zero; int *volatile p = host_uses_nothing() ? (int *)0 : &zero; return *p;',
  },
  {
    // As packages of Java do: the library has another name in every process.
    name: 'loses_in_a_copy',
    c: 'char *a = malloc(8), *b = malloc(9); keep(a); keep(b); if (!a || !b) return 1; free(a); free(b); return 0;',
    check:
      'Dl_info i; char to[512]; if (!dladdr(dlsym(RTLD_DEFAULT, "loses_in_a_copy"), &i)) return 2; snprintf(to, sizeof to, "%s-%d.so", i.dli_fname, (int)getpid()); FILE *in = fopen(i.dli_fname, "rb"), *out = fopen(to, "wb"); for (int c; (c = fgetc(in)) != EOF;) fputc(c, out); fclose(in); fclose(out); void *copy = dlopen(to, RTLD_NOW | RTLD_LOCAL); return copy ? ((int (*)(void))dlsym(copy, "loses_in_a_copy"))() : 3;',
    finds: 'ownership/leak-on-error-path',
    after: 'malloc',
  },
  {
    name: 'keeps_lock',
    c: 'static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER; pthread_mutex_lock(&m); char *p = malloc(8); keep(p); if (!p) return 1; free(p); pthread_mutex_unlock(&m); return 0;',
    finds: 'threading/lock-misuse',
    after: 'malloc',
  },
  {
    name: 'gives_back_lock',
    c: 'static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER; pthread_mutex_lock(&m); char *p = malloc(8); keep(p); free(p); pthread_mutex_unlock(&m); return !p;',
  },
  {
    name: 'keeps_lock_for_writing',
    c: 'static pthread_rwlock_t m = PTHREAD_RWLOCK_INITIALIZER; pthread_rwlock_wrlock(&m); int fd = open("/dev/null", O_RDONLY); if (fd < 0) return 1; close(fd); pthread_rwlock_unlock(&m); return 0;',
    finds: 'threading/lock-misuse',
    after: 'open',
  },
  {
    name: 'keeps_one_of_two_readings',
    c: 'static pthread_rwlock_t m = PTHREAD_RWLOCK_INITIALIZER; pthread_rwlock_rdlock(&m); pthread_rwlock_rdlock(&m); char *p = malloc(8); keep(p); pthread_rwlock_unlock(&m); if (!p) return 1; free(p); pthread_rwlock_unlock(&m); return 0;',
    finds: 'threading/lock-misuse',
    after: 'malloc',
  },
  {
    // As a library's own `lock` does, in which a call may fail that does not matter.
    name: 'locks_for_its_caller',
    c: 'char *p = malloc(8); keep(p); free(p); pthread_mutex_lock(&shared); return 0;',
    check: 'const int r = locks_for_its_caller(); return r || unlocks_shared();',
  },
  {
    name: 'frees_what_is_locked',
    c: 'pthread_mutex_t *m = calloc(1, sizeof *m); keep(m); if (!m) return 1; pthread_mutex_lock(m); char *p = malloc(8); keep(p); if (!p) { free(m); return 1; } free(p); pthread_mutex_unlock(m); free(m); return 0;',
  },
];
