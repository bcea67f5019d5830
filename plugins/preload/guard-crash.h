/*
 * The report of a guard's own crash, in the form of guard-log.h. With it a process that dies by the guard is not taken for one
 * that dies by the code which it tests.
 */
#ifndef FFI_GATES_GUARD_CRASH_H
#define FFI_GATES_GUARD_CRASH_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <stdio.h>
#include <sys/ucontext.h>

#define CRASH_FRAMES 24

/* The instruction at which a signal came, from the third argument of its handler. */
__attribute__((unused)) static void *crash_pc(const void *context) {
#if defined __x86_64__
  return (void *)((const ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#elif defined __aarch64__
  return (void *)((const ucontext_t *)context)->uc_mcontext.pc;
#else
  (void)context;
  return NULL;
#endif
}

/* Writes the report of a fault at `pc` into `text`. Called in the handler of the signal. The number of bytes. */
static size_t crash_report(char *text, size_t room, const char *guard, void *pc) {
  void *all[CRASH_FRAMES + 8];
  const int count = backtrace(all, CRASH_FRAMES + 8);
  int from = 0, shown = 0;
  while (from < count && all[from] != pc) from++;
  if (from == count) from = 0;
  size_t n = (size_t)snprintf(text, room, "ffi-gates guard %s: error tool/internal-error: the guard itself crashed\n  fault:\n", guard);
  for (int i = from; i < count && shown < CRASH_FRAMES && n < room; i++) {
    Dl_info at;
    /* Others than that of the fault are return addresses: of calls, less one. */
    char *address = (char *)all[i] - (all[i] == pc ? 0 : 1);
    if (!dladdr(address, &at) || at.dli_fname == NULL) continue;
    const ElfW(Ehdr) *header = at.dli_fbase;
    const char *base = header->e_type == ET_EXEC ? NULL : at.dli_fbase;
    n += (size_t)snprintf(text + n, room - n, "    #%d %p (%s+0x%zx)\n", shown++, (void *)address, at.dli_fname, (size_t)(address - base));
  }
  if (n < room) n += (size_t)snprintf(text + n, room - n, "  effect: the process ends; what was watched until here is no proof\n");
  return n < room ? n : room - 1;
}

#endif
