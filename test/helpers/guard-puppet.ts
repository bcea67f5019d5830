/**
 * A library that makes a guard crash: functions of the C library that guards call while they report, of which the second call
 * by an object of that name writes to NULL, once, if PUPPET_CRASHES names it.
 */
export const GUARD_PUPPET = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
static int is_guard(void *caller) {
  static int (*real)(const void *, Dl_info *);
  static __thread int asking;
  const char *name = getenv("PUPPET_CRASHES");
  Dl_info at;
  if (name == NULL || asking) return 0;
  if (real == NULL) real = (int (*)(const void *, Dl_info *))dlsym(RTLD_NEXT, "dladdr");
  asking = 1;
  const int is = real(caller, &at) && at.dli_fname != NULL && strcmp(at.dli_fname, name) == 0;
  asking = 0;
  return is;
}
static void crashes(void *caller) {
  static int calls;
  if (is_guard(caller) && ++calls == 2) *(volatile int *)0 = 1;
}
int backtrace(void **to, int most) {
  static int (*real)(void **, int);
  if (real == NULL) real = (int (*)(void **, int))dlsym(RTLD_NEXT, "backtrace");
  crashes(__builtin_return_address(0));
  return real(to, most);
}
int dladdr(const void *address, Dl_info *to) {
  static int (*real)(const void *, Dl_info *);
  if (real == NULL) real = (int (*)(const void *, Dl_info *))dlsym(RTLD_NEXT, "dladdr");
  return real(address, to);
}
`;
