/*
 * Whose code a call comes from. FFI_GATES_OWN has the project's files and directories, separated by ':'; an entry without
 * '/' is the name of an object, with `*` and `?`. Included by the
 * libraries that watch or delay calls of the project, and leave the host's alone.
 */
#ifndef FFI_GATES_OWN_H
#define FFI_GATES_OWN_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *own = "";

__attribute__((constructor(101))) static void read_own(void) {
  own = getenv("FFI_GATES_OWN");
  if (own == NULL) own = "";
}

/* Whether a name fits a pattern. The last `*` alone takes more when what follows it does not fit. */
static int fits(const char *pattern, const char *end, const char *name) {
  const char *star = NULL, *from = NULL;
  while (*name) {
    if (pattern < end && *pattern == '*') {
      star = pattern++;
      from = name;
    } else if (pattern < end && (*pattern == '?' || *pattern == *name)) {
      pattern++;
      name++;
    } else if (star != NULL) {
      pattern = star + 1;
      name = ++from;
    } else
      return 0;
  }
  while (pattern < end && *pattern == '*') pattern++;
  return pattern == end;
}

/* Whether others wrote what lies here below a directory of the project: packages that a package manager installed. */
static int is_installed(const char *below) {
  return strstr(below, "/node_modules/") != NULL || strstr(below, "/site-packages/") != NULL || strstr(below, "/dist-packages/") != NULL;
}

static int listed(const char *path) {
  const char *slash = strrchr(path, '/');
  for (const char *at = own; *at;) {
    const char *end = strchrnul(at, ':');
    size_t length = (size_t)(end - at);
    if (length > 0 && strncmp(path, at, length) == 0) {
      const char *below = path + length - (at[length - 1] == '/');
      if ((*below == 0 || *below == '/') && !is_installed(below)) return 1;
    }
    if (length > 0 && memchr(at, '/', length) == NULL && fits(at, end, slash ? slash + 1 : path)) return 1;
    at = *end ? end + 1 : end;
  }
  return 0;
}

/*
 * The name of the object in which an address lies, as it was loaded, or NULL. A program has the name by which it was started. The
 * loader's own index is asked where there is one: `dladdr` looks for a symbol, too, and takes a lock.
 */
static const char *object_name_at(void *at) {
  Dl_info info;
#ifdef DLFO_STRUCT_HAS_EH_DBASE
  static _Atomic(const char *) program;
  struct dl_find_object found;
  if (_dl_find_object(at, &found) == 0 && found.dlfo_link_map != NULL) {
    const char *name = found.dlfo_link_map->l_name;
    if (name != NULL && *name) return name;
    /* The program has no name there. */
    if (found.dlfo_link_map == _r_debug.r_map) {
      if (program == NULL && dladdr(at, &info)) program = info.dli_fname;
      return program;
    }
  }
#endif
  return dladdr(at, &info) ? info.dli_fname : NULL;
}

/* Whether an object of this name is the project's. */
static int object_is_own(const char *object) {
  char real[PATH_MAX];
  /* Where a path leads costs a look at each of its directories, and hosts make thousands of calls. */
  static _Atomic uint64_t answers[1024];
  uint64_t key = 0xcbf29ce484222325u;
  for (const char *c = object; *c; c++) key = (key ^ (unsigned char)*c) * 0x100000001b3u;
  key = (key | 3) ^ 3;
  _Atomic uint64_t *slot = &answers[(key >> 20) % 1024];
  const uint64_t known = *slot;
  if (((known | 3) ^ 3) == key && known & 2) return (int)(known & 1);
  const int is = listed(object) || (realpath(object, real) != NULL && listed(real));
  *slot = key | 2 | (uint64_t)is;
  return is;
}

/* Whether code at this address is the project's; threads that it starts through the C++ library are, too. */
__attribute__((unused)) static int of_project(void *at, int starting) {
  const char *object = object_name_at(at);
  if (object == NULL) return 0;
  const char *name = strrchr(object, '/');
  name = name ? name + 1 : object;
  if (starting && (strncmp(name, "libstdc++", 9) == 0 || strncmp(name, "libc++", 6) == 0)) return 1;
  return object_is_own(object);
}

#endif
