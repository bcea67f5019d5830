/*
 * Notes which descriptors and streams the project's code opens, which memory it maps, which threads it starts and which temporary
 * files it makes (fdguard-others.h), and which of it is closed again, by whomever. Hosts often end without running any destructor,
 * so nothing is summed up here: `ffi-gates` does that when the process is gone.
 *
 *   FFI_GATES_FD_JOURNAL  a file; each process appends to its own, with its id behind a dot
 *   FFI_GATES_OWN         the project's code (own.h)
 *
 * Lines: `watching`; `stack N` with its frames, once; `opened ID KIND @N NAME`; `closed ID`; `ended`, where the process says so
 * itself. An id is the number of a descriptor; others begin with a letter. Behind the process's id and `.open` is a file with a byte for
 * each descriptor, which is 0 unless it is open: such ones have no `closed`.
 */
#define _GNU_SOURCE
#include "own.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "fdguard-stacks.h"

/* Descriptors beyond are not watched. */
#define WATCHED 65536
/* Out of the way of programs that count on low numbers. */
#define JOURNAL_FD 700

/*
 * Which are open: a file that is mapped, so that a close costs no system call and counts in a process that ends without a word. Where
 * that is not to be had, closes are lines of the journal.
 */
static _Atomic unsigned char without_file[WATCHED];
static _Atomic unsigned char *tracked = without_file;
static _Atomic int journal = -1;
static _Atomic pid_t owner;
static const char *file;
static __thread int inside;

static void journal_write(const char *text, size_t length) {
  if (file == NULL) return;
  /* A program may close all descriptors that it does not know. */
  for (int attempt = 0; attempt < 2; attempt++) {
    if (journal >= 0 && syscall(SYS_write, (int)journal, text, length) == (long)length) return;
    char name[PATH_MAX];
    if ((size_t)snprintf(name, sizeof name, "%s.%d", file, (int)owner) >= sizeof name) return;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0) return;
    int high = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, JOURNAL_FD);
    if (high >= 0) {
      syscall(SYS_close, fd);
      fd = high;
    }
    journal = fd;
  }
}

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...) {
  char line[PATH_MAX + 128];
  va_list args;
  va_start(args, format);
  int length = vsnprintf(line, sizeof line, format, args);
  va_end(args);
  if (length < 0) return;
  if ((size_t)length >= sizeof line) {
    length = sizeof line - 1;
    line[length - 1] = '\n';
  }
  journal_write(line, (size_t)length);
}

/*
 * The file, of its whole size: a hole that the disk has no room for, or a size beyond the process's limit, would be a signal to it.
 * What stands in it stays: behind `exec` it is the same process, whose descriptors may be open still.
 */
static void *state_file(const char *name) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur < WATCHED) return NULL;
  const int fd = (int)syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return NULL;
  void *there = MAP_FAILED;
  if (syscall(SYS_fallocate, fd, 0, (off_t)0, (off_t)WATCHED) == 0)
    there = (void *)syscall(SYS_mmap, NULL, (size_t)WATCHED, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  syscall(SYS_close, fd);
  return there == MAP_FAILED ? NULL : there;
}

/* A child of fork has the parent's file mapped. A file that is not used must not be there: it would say that all is closed. */
static void map_tracked(void) {
  if (tracked != without_file) syscall(SYS_munmap, tracked, WATCHED);
  tracked = without_file;
  memset((void *)without_file, 0, sizeof without_file);
  char name[PATH_MAX];
  if ((size_t)snprintf(name, sizeof name, "%s.%d.open", file, (int)owner) >= sizeof name) return;
  void *there = state_file(name);
  if (there != NULL) tracked = there;
  else syscall(SYS_unlinkat, AT_FDCWD, name, 0);
}

static pthread_mutex_t one_event = PTHREAD_MUTEX_INITIALIZER;

static void forget_others(void);
static void begin_process(void) {
  owner = getpid();
  journal = -1;
  map_tracked();
  forget_others();
  /* Another thread may have had it when this process was forked. */
  pthread_mutex_init(&one_event, NULL);
  note("ffi-gates fdguard: watching\n");
}

/* What the parent opened is the parent's. */
static void in_child(void) {
  if (journal >= 0) syscall(SYS_close, (int)journal);
  begin_process();
}

__attribute__((constructor(102))) static void begin(void) {
  file = getenv("FFI_GATES_FD_JOURNAL");
  if (file == NULL) return;
  begin_process();
  pthread_atfork(NULL, NULL, in_child);
}

/* Neither before the beginning, nor in a child of vfork, which shares this memory for a moment. */
static int watching(void) { return file != NULL && !inside && owner == getpid(); }

static int is_library_of_compiler(const char *name) {
  const char *base = strrchr(name, '/');
  base = base ? base + 1 : name;
  return strncmp(base, "libstdc++", 9) == 0 || strncmp(base, "libc++", 6) == 0 || strncmp(base, "ffi-gates-", 10) == 0;
}

/* A call is the project's if its caller is, once the C++ library's own frames are left out. */
static int is_own_stack(const stack *s) {
  for (int i = 0; i < s->count; i++) {
    const char *name = object_name_at((char *)s->at[i] - 1);
    if (name != NULL && !is_library_of_compiler(name)) return object_is_own(name);
  }
  return 0;
}

/* The stack of a call of the project, or NULL. Most calls are those of hosts, of which nothing but the caller is looked at. */
static stack *call_of_project(void **caller, stack *spare) {
  const char *name = object_name_at((char *)*caller - 1);
  if (name == NULL || (!is_library_of_compiler(name) && !object_is_own(name))) return NULL;
  stack *s = stack_of_call(caller, spare, is_own_stack);
  return s->own ? s : NULL;
}

/* One line, without anything that ends one. */
static void plain(char *to, size_t size, const char *from) {
  size_t n = 0;
  for (; from && *from && n + 1 < size; from++) to[n++] = (unsigned char)*from < 0x20 || *from == 0x7f ? '?' : *from;
  to[n] = 0;
}

static void forget(int fd) {
  if (fd < 0 || fd >= WATCHED || !tracked[fd] || !atomic_exchange(&tracked[fd], 0)) return;
  if (tracked == without_file) note("ffi-gates fdguard: closed %d\n", fd);
}

static size_t stack_text(const stack *s, char *to, size_t size) {
  size_t n = (size_t)snprintf(to, size, "ffi-gates fdguard: stack %u\n", s->number);
  for (int i = 0; i < s->count && n < size; i++) {
    Dl_info info;
    char *at = (char *)s->at[i] - 1;
    if (!dladdr(at, &info) || info.dli_fname == NULL) break;
    /* A program that is not relocated knows its own addresses. */
    const ElfW(Ehdr) *header = info.dli_fbase;
    char *base = header->e_type == ET_EXEC ? NULL : info.dli_fbase;
    const int more = snprintf(to + n, size - n, "    #%d %p (%s+0x%zx)\n", i, (void *)at, info.dli_fname, (size_t)(at - base));
    if (more < 0 || (size_t)more >= size - n) break;
    n += (size_t)more;
  }
  return n < size ? n : size - 1;
}

/* `mark` is set while it is open. */
static void note_opened(const char *id, const char *kind, const char *name, _Atomic unsigned char *mark, stack *s) {
  char shown[1024], text[16384];
  plain(shown, sizeof shown, name);
  const size_t n = s->told == owner ? 0 : stack_text(s, text, sizeof text);
  /* The stack is in the journal before anything refers to it. */
  pthread_mutex_lock(&one_event);
  *mark = 1;
  if (n > 0) {
    journal_write(text, n);
    s->told = owner;
  }
  note("ffi-gates fdguard: opened %s %s @%u %s\n", id, kind, s->number, shown);
  pthread_mutex_unlock(&one_event);
}

static void opened(int fd, const char *kind, const char *name, void **caller) {
  if (fd < 0 || fd >= WATCHED || file == NULL || inside) return;
  const int saved = errno;
  stack spare;
  inside = 1;
  stack *s = call_of_project(caller, &spare);
  if ((s != NULL || tracked[fd]) && owner == getpid()) {
    /* The same number again: somebody closed it where nobody watches. */
    forget(fd);
    char id[16];
    snprintf(id, sizeof id, "%d", fd);
    if (s != NULL) note_opened(id, kind, name, &tracked[fd], s);
  }
  inside = 0;
  errno = saved;
}

static void closing(int fd) {
  if (fd < 0 || fd >= WATCHED || !tracked[fd] || !watching()) return;
  int saved = errno;
  forget(fd);
  errno = saved;
}

/* Where the return address of this function lies. */
#define CALLER ((void **)__builtin_frame_address(0) + 1)
#include "fdguard-others.h"

#define NEXT(name) \
  static __typeof__(&name) real; \
  if (real == NULL) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define OPENS(name, declared, given, kind, shown) \
  int name declared { \
    NEXT(name); \
    int fd = real given; \
    opened(fd, kind, shown, CALLER); \
    return fd; \
  }

#define MODE(flags) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { \
    va_list more; \
    va_start(more, flags); \
    mode = va_arg(more, mode_t); \
    va_end(more); \
  }

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    NEXT(name); \
    MODE(flags) \
    int fd = real(path, flags, mode); \
    opened(fd, "file", path, CALLER); \
    return fd; \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
  int name(int dir, const char *path, int flags, ...) { \
    NEXT(name); \
    MODE(flags) \
    int fd = real(dir, path, flags, mode); \
    opened(fd, "file", path, CALLER); \
    return fd; \
  }
OPENAT(openat)
OPENAT(openat64)

OPENS(creat, (const char *path, mode_t mode), (path, mode), "file", path)
OPENS(creat64, (const char *path, mode_t mode), (path, mode), "file", path)
/* The file may outlive its descriptor. */
#define TEMPORARY(name, declared, given) \
  int name declared { \
    NEXT(name); \
    int fd = real given; \
    opened(fd, "file", path, CALLER); \
    if (fd >= 0) opened_other('f', (uintptr_t)fd, "temporary", path, CALLER); \
    return fd; \
  }
TEMPORARY(mkstemp, (char *path), (path))
TEMPORARY(mkstemp64, (char *path), (path))
TEMPORARY(mkostemp, (char *path, int flags), (path, flags))
TEMPORARY(mkostemp64, (char *path, int flags), (path, flags))
OPENS(socket, (int domain, int type, int protocol), (domain, type, protocol), "socket", "")
OPENS(accept, (int s, struct sockaddr *a, socklen_t *n), (s, a, n), "socket", "")
OPENS(accept4, (int s, struct sockaddr *a, socklen_t *n, int flags), (s, a, n, flags), "socket", "")
OPENS(dup, (int fd_), (fd_), "duplicate", "")
OPENS(eventfd, (unsigned count, int flags), (count, flags), "event", "")
OPENS(epoll_create, (int size), (size), "epoll", "")
OPENS(epoll_create1, (int flags), (flags), "epoll", "")
OPENS(timerfd_create, (int clock, int flags), (clock, flags), "timer", "")
OPENS(signalfd, (int fd_, const sigset_t *set, int flags), (fd_, set, flags), "signal", "")
OPENS(inotify_init, (void), (), "inotify", "")
OPENS(inotify_init1, (int flags), (flags), "inotify", "")
OPENS(memfd_create, (const char *name, unsigned flags), (name, flags), "memory", name)

#define PAIR(name, declared, given, pair, kind) \
  int name declared { \
    NEXT(name); \
    int failed = real given; \
    if (!failed) { \
      opened((pair)[0], kind, "", CALLER); \
      opened((pair)[1], kind, "", CALLER); \
    } \
    return failed; \
  }
PAIR(pipe, (int ends[2]), (ends), ends, "pipe")
PAIR(pipe2, (int ends[2], int flags), (ends, flags), ends, "pipe")
PAIR(socketpair, (int domain, int type, int protocol, int ends[2]), (domain, type, protocol, ends), ends, "socket")

#define STREAM(name, declared, given, shown) \
  FILE *name declared { \
    NEXT(name); \
    FILE *stream = real given; \
    if (stream) opened(fileno(stream), "stream", shown, CALLER); \
    return stream; \
  }
STREAM(fopen, (const char *path, const char *mode), (path, mode), path)
STREAM(fopen64, (const char *path, const char *mode), (path, mode), path)
STREAM(tmpfile, (void), (), "")
STREAM(tmpfile64, (void), (), "")
STREAM(popen, (const char *command, const char *mode), (command, mode), command)

DIR *opendir(const char *path) {
  NEXT(opendir);
  DIR *dir = real(path);
  if (dir) opened(dirfd(dir), "directory", path, CALLER);
  return dir;
}

int close(int fd) {
  NEXT(close);
  closing(fd);
  return real(fd);
}

int fclose(FILE *stream) {
  NEXT(fclose);
  if (stream) closing(fileno(stream));
  return real(stream);
}

int pclose(FILE *stream) {
  NEXT(pclose);
  if (stream) closing(fileno(stream));
  return real(stream);
}

int closedir(DIR *dir) {
  NEXT(closedir);
  closing(dirfd(dir));
  return real(dir);
}

int dup2(int from, int to) {
  NEXT(dup2);
  if (from != to) closing(to);
  int fd = real(from, to);
  if (from != to) opened(fd, "duplicate", "", CALLER);
  return fd;
}

int dup3(int from, int to, int flags) {
  NEXT(dup3);
  closing(to);
  int fd = real(from, to, flags);
  opened(fd, "duplicate", "", CALLER);
  return fd;
}

/* What was closed where nobody watches, as by a host with system calls of its own, is closed. */
static void end_process(void) {
  if (!watching()) return;
  for (int fd = 0; fd < WATCHED; fd++)
    if (tracked[fd] && syscall(SYS_fcntl, fd, F_GETFD) < 0) forget(fd);
  end_others();
  note("ffi-gates fdguard: ended\n");
}

__attribute__((destructor)) static void end(void) { end_process(); }

void _exit(int status) {
  end_process();
  syscall(SYS_exit_group, status);
  __builtin_unreachable();
}

void _Exit(int status) { _exit(status); }
