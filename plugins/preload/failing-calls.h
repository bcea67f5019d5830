/*
 * The calls that can fail, and how each says so. Those that are passed on are jumps, so that no frame of the tool is in a
 * checker's stack, but for allocations while something is made to fail, of which the block is noted.
 */
#include <dirent.h>

#define LISTENING (key_count == 0)

#define ALLOCATES(name, declared, given) \
  static void *call_##name declared { \
    REAL(name); \
    if (FAILS(#name)) { \
      errno = ENOMEM; \
      return NULL; \
    } \
    return LISTENING ? real given : allocated(real given); \
  }
ALLOCATES(malloc, (size_t n), (n))
ALLOCATES(calloc, (size_t n, size_t size), (n, size))
ALLOCATES(realloc, (void *p, size_t n), (p, n))
ALLOCATES(reallocarray, (void *p, size_t n, size_t size), (p, n, size))
ALLOCATES(aligned_alloc, (size_t a, size_t n), (a, n))
ALLOCATES(strdup, (const char *text), (text))
ALLOCATES(strndup, (const char *text, size_t n), (text, n))

static int call_posix_memalign(void **p, size_t a, size_t n) {
  REAL(posix_memalign);
  if (FAILS("posix_memalign")) return ENOMEM;
  const int failed = real(p, a, n);
  if (!failed) allocated(*p);
  return failed;
}

/* C++, and Python's allocators: known by name alone. */
#define KNOWN(name, type) \
  static __typeof__(type) real; \
  if (real == NULL) real = (__typeof__(type))dlsym(RTLD_DEFAULT, name)
#define TAKES(id, name, shown, declared, given, types) \
  static void *call_##id declared { \
    KNOWN(name, void *(*)types); \
    if (FAILS(shown)) return NULL; \
    return LISTENING ? real given : allocated(real given); \
  }
TAKES(new_nothrow, "_ZnwmRKSt9nothrow_t", "operator new", (size_t n, const void *tag), (n, tag), (size_t, const void *))
TAKES(new_array_nothrow, "_ZnamRKSt9nothrow_t", "operator new[]", (size_t n, const void *tag), (n, tag), (size_t, const void *))
TAKES(PyMem_Malloc, "PyMem_Malloc", "PyMem_Malloc", (size_t n), (n), (size_t))
TAKES(PyMem_Calloc, "PyMem_Calloc", "PyMem_Calloc", (size_t n, size_t size), (n, size), (size_t, size_t))
TAKES(PyMem_Realloc, "PyMem_Realloc", "PyMem_Realloc", (void *p, size_t n), (p, n), (void *, size_t))
TAKES(PyMem_RawMalloc, "PyMem_RawMalloc", "PyMem_RawMalloc", (size_t n), (n), (size_t))
TAKES(PyMem_RawCalloc, "PyMem_RawCalloc", "PyMem_RawCalloc", (size_t n, size_t size), (n, size), (size_t, size_t))
TAKES(PyMem_RawRealloc, "PyMem_RawRealloc", "PyMem_RawRealloc", (void *p, size_t n), (p, n), (void *, size_t))
TAKES(PyObject_Malloc, "PyObject_Malloc", "PyObject_Malloc", (size_t n), (n), (size_t))
TAKES(PyObject_Calloc, "PyObject_Calloc", "PyObject_Calloc", (size_t n, size_t size), (n, size), (size_t, size_t))
TAKES(PyObject_Realloc, "PyObject_Realloc", "PyObject_Realloc", (void *p, size_t n), (p, n), (void *, size_t))

#include "failing-python.h"

/* What throws is the C++ library's own function; where it is not to be had, nothing fails. */
static void (*bad_alloc(void))(void) {
  static void (*thrower)(void);
  if (thrower == NULL) thrower = (void (*)(void))dlsym(RTLD_DEFAULT, "_ZSt17__throw_bad_allocv");
  return thrower;
}
#define THROWS(id, name, shown) \
  static void *call_##id(size_t n) { \
    KNOWN(name, void *(*)(size_t)); \
    if (bad_alloc() && FAILS(shown)) bad_alloc()(); \
    return LISTENING ? real(n) : allocated(real(n)); \
  }
THROWS(new, "_Znwm", "operator new")
THROWS(new_array, "_Znam", "operator new[]")

/* Files, sockets, threads. */
#define RETURNS(type, name, declared, given, error, result) \
  static type call_##name declared { \
    REAL(name); \
    if (FAILS(#name)) { \
      errno = error; \
      return result; \
    } \
    return real given; \
  }
RETURNS(FILE *, fopen, (const char *p, const char *m), (p, m), EMFILE, NULL)
RETURNS(FILE *, fopen64, (const char *p, const char *m), (p, m), EMFILE, NULL)
RETURNS(FILE *, fdopen, (int fd, const char *m), (fd, m), ENOMEM, NULL)
RETURNS(FILE *, tmpfile, (void), (), EMFILE, NULL)
RETURNS(DIR *, opendir, (const char *p), (p), EMFILE, NULL)
RETURNS(ssize_t, read, (int fd, void *to, size_t n), (fd, to, n), EIO, -1)
RETURNS(ssize_t, pread, (int fd, void *to, size_t n, off_t at), (fd, to, n, at), EIO, -1)
RETURNS(ssize_t, write, (int fd, const void *from, size_t n), (fd, from, n), ENOSPC, -1)
RETURNS(ssize_t, pwrite, (int fd, const void *from, size_t n, off_t at), (fd, from, n, at), ENOSPC, -1)
RETURNS(int, socket, (int domain, int type, int protocol), (domain, type, protocol), EMFILE, -1)
RETURNS(int, socketpair, (int domain, int type, int protocol, int ends[2]), (domain, type, protocol, ends), EMFILE, -1)
RETURNS(int, connect, (int fd, const struct sockaddr *to, socklen_t n), (fd, to, n), ECONNREFUSED, -1)
RETURNS(int, accept, (int fd, struct sockaddr *from, socklen_t *n), (fd, from, n), EMFILE, -1)
RETURNS(ssize_t, recv, (int fd, void *to, size_t n, int flags), (fd, to, n, flags), ECONNRESET, -1)
RETURNS(ssize_t, send, (int fd, const void *from, size_t n, int flags), (fd, from, n, flags), EPIPE, -1)
RETURNS(int, pipe, (int ends[2]), (ends), EMFILE, -1)
RETURNS(int, dup, (int fd), (fd), EMFILE, -1)
RETURNS(void *, mmap, (void *at, size_t n, int may, int how, int fd, off_t from), (at, n, may, how, fd, from), ENOMEM, MAP_FAILED)

#define OPENS(name) \
  static int call_##name(const char *path, int flags, mode_t mode) { \
    REAL(name); \
    if (FAILS(#name)) { \
      errno = EMFILE; \
      return -1; \
    } \
    return real(path, flags, mode); \
  }
OPENS(open)
OPENS(open64)

static int call_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*body)(void *), void *given) {
  REAL(pthread_create);
  return FAILS("pthread_create") ? EAGAIN : real(t, a, body, given);
}

#include "failing-locks.h"

#define R(name) {#name, (void *)call_##name}
static const struct {
  const char *name;
  void *with;
} replaced[] = {
  R(malloc), R(calloc), R(realloc), R(reallocarray), R(aligned_alloc), R(strdup), R(strndup), R(posix_memalign),
  {"__strdup", (void *)call_strdup}, {"__strndup", (void *)call_strndup},
  {"_Znwm", (void *)call_new}, {"_Znam", (void *)call_new_array},
  {"_ZnwmRKSt9nothrow_t", (void *)call_new_nothrow}, {"_ZnamRKSt9nothrow_t", (void *)call_new_array_nothrow},
  R(PyMem_Malloc), R(PyMem_Calloc), R(PyMem_Realloc), R(PyMem_RawMalloc), R(PyMem_RawCalloc), R(PyMem_RawRealloc),
  R(PyObject_Malloc), R(PyObject_Calloc), R(PyObject_Realloc), PYTHON_OBJECTS,
  R(fopen), R(fopen64), R(fdopen), R(tmpfile), R(opendir), R(open), R(open64), R(read), R(pread), R(write), R(pwrite),
  R(socket), R(socketpair), R(connect), R(accept), R(recv), R(send), R(pipe), R(dup), R(mmap), R(pthread_create),
  R(pthread_mutex_lock), R(pthread_mutex_trylock), R(pthread_mutex_timedlock), R(pthread_mutex_unlock),
  R(pthread_rwlock_wrlock), R(pthread_rwlock_trywrlock), R(pthread_rwlock_rdlock), R(pthread_rwlock_tryrdlock),
  R(pthread_rwlock_unlock), R(pthread_spin_lock), R(pthread_spin_trylock), R(pthread_spin_unlock),
  R(mtx_lock), R(mtx_trylock), R(mtx_unlock), R(PyThread_acquire_lock), R(PyThread_release_lock),
};
